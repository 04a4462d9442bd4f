package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStatus;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.Failures;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.overload.Gate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a {@link FlowShield} that are charged together, looked up by their names once. For
 * callers that charge the same limits for request after request: see {@link FlowShield#limitSet}.
 *
 * <p>Immutable and thread-safe. It stays valid when its limits change.
 */
/*
 * A request charges a set in one of two ways: with one key and one cost for all limits, which
 * allocates nothing; or by a Bill, with a key and a cost for each.
 *
 * The engine's limits are judged first, so a rejection writes nothing. Then permits are taken in
 * this order: from limits for each key; from limits for all together, so that a key that races with
 * itself is rejected before it has taken from what all share; from limiters of another kind, which
 * cannot be judged; from shadow limits. If one rejects, what was taken before is refunded.
 */
public final class LimitSet {

  private static final int MEANINGS = Criticality.values().length;

  /** A limit that the engine keeps: the place of its charge, and its rows in a bill. */
  record Local(EngineLimit limit, int charge, int from, int to) {}

  private final Rejections rejections;
  private final EnforcedLimits judge;
  private final ActiveLimit[] limits; // in the order of the charges
  private final Local[] enforced;
  private final Local[] shadows;
  private final ExternalLimits foreign;
  private final Allowances ofEnforced;
  private final Allowances allowances; // by row: those enforced, then shadows
  private final Allowances.Afterwards<String, Boolean> askShadows;
  private final LongAdder[] counts;
  private final boolean isKeyed; // whether a limit is for each key
  private final Criticality criticality;
  private final int route;

  // All sets of the same limits, by route and criticality; null while there is one alone.
  private final AtomicReference<@Nullable AtomicReferenceArray<@Nullable LimitSet>> variants;

  /**
   * Limits that are charged together.
   *
   * @param limits in the order of their charges
   * @param counts of admitted requests, first that of the set
   * @param route of requests that are charged these
   */
  LimitSet(
      Rejections rejections,
      List<? extends ActiveLimit> limits,
      List<LongAdder> counts,
      int route) {
    this.rejections = rejections;
    this.counts = counts.toArray(LongAdder[]::new);
    this.limits = limits.toArray(ActiveLimit[]::new);
    List<Local> local = new ArrayList<>();
    List<ExternalLimits.Part> others = new ArrayList<>();
    List<Allowance> rows = new ArrayList<>();
    for (int charge : inTurn(limits)) {
      if (limits.get(charge) instanceof EngineLimit limit) {
        int from = rows.size();
        limit.allowances().stream().forEach(rows::add);
        local.add(new Local(limit, charge, from, rows.size()));
      } else {
        others.add(new ExternalLimits.Part((ExternalLimit) limits.get(charge), charge));
      }
    }
    Predicate<Local> isShadow = part -> part.limit.limit().isShadow();
    this.enforced = local.stream().filter(isShadow.negate()).toArray(Local[]::new);
    this.shadows = local.stream().filter(isShadow).toArray(Local[]::new);
    this.foreign = new ExternalLimits(rejections, others.toArray(ExternalLimits.Part[]::new));
    this.judge = new EnforcedLimits(rejections, enforced, foreign);
    this.allowances = new Allowances(rows);
    this.ofEnforced = new Allowances(
        rows.subList(0, enforced.length == 0 ? 0 : enforced[enforced.length - 1].to));
    this.askShadows = asking(0);
    this.isKeyed = limits.stream().anyMatch(limit -> limit.limit().scope() == Scope.EACH);
    this.criticality = Criticality.DEFAULT;
    this.route = route;
    this.variants = new AtomicReference<>();
  }

  /** The same limits for other requests. */
  private LimitSet(LimitSet same, Criticality criticality, int route) {
    this.rejections = same.rejections;
    this.judge = same.judge;
    this.limits = same.limits;
    this.enforced = same.enforced;
    this.shadows = same.shadows;
    this.foreign = same.foreign;
    this.ofEnforced = same.ofEnforced;
    this.allowances = same.allowances;
    this.askShadows = same.askShadows;
    this.counts = same.counts;
    this.isKeyed = same.isKeyed;
    this.criticality = criticality;
    this.route = route;
    this.variants = same.variants;
  }

  /**
   * The same limits, for requests that mean so much: where the server cannot do all, those that
   * mean less are shed first. {@link Criticality#DEFAULT} unless this is called.
   */
  public LimitSet withCriticality(Criticality criticality) {
    return variant(Objects.requireNonNull(criticality, "criticality"), route);
  }

  /**
   * The same limits, for requests of one route: a kind of which work usually takes about as long. A
   * shield that {@linkplain FlowShieldBuilder#inFlightAuto finds} its cap by itself learns what
   * that is for each, so more work of a slow route is not taken for slower work. Unless this is
   * called, requests that are charged the same limits are one route.
   *
   * @param number any; those with the same last six bits are one route
   */
  public LimitSet onRoute(int number) {
    return variant(criticality, number & (Gate.ROUTES - 1));
  }

  private LimitSet variant(Criticality meaning, int ofRoute) {
    if (meaning == criticality && ofRoute == route) {
      return this;
    }
    AtomicReferenceArray<@Nullable LimitSet> all = variants.get();
    if (all == null) {
      all = beginVariants();
    }
    int index = index(meaning, ofRoute);
    LimitSet known = all.get(index);
    if (known != null) {
      return known;
    }
    LimitSet made = new LimitSet(this, meaning, ofRoute);
    LimitSet earlier = all.compareAndExchange(index, null, made);
    return earlier == null ? made : earlier;
  }

  /** Is called by the set that there is alone. */
  private AtomicReferenceArray<@Nullable LimitSet> beginVariants() {
    AtomicReferenceArray<@Nullable LimitSet> made =
        new AtomicReferenceArray<>(MEANINGS * Gate.ROUTES);
    made.set(index(criticality, route), this);
    AtomicReferenceArray<@Nullable LimitSet> earlier = variants.compareAndExchange(null, made);
    return earlier == null ? made : earlier;
  }

  private static int index(Criticality meaning, int route) {
    int row = switch (meaning) {
      case SHEDDABLE -> 0;
      case DEFAULT -> 1;
      case CRITICAL -> 2;
    };
    return row * Gate.ROUTES + route;
  }

  /** How much its requests mean. */
  Criticality criticality() {
    return criticality;
  }

  /** The route of its requests, 0 to {@link Gate#ROUTES} - 1. */
  int route() {
    return route;
  }

  /** The places of the charges, in the order in which they are taken. */
  private static int[] inTurn(List<? extends ActiveLimit> limits) {
    return IntStream.range(0, limits.size())
        .boxed()
        .sorted(
            Comparator.comparing((Integer charge) -> limits.get(charge).limit().isShadow())
                .thenComparing(charge -> limits.get(charge).order()))
        .mapToInt(charge -> charge)
        .toArray();
  }

  /** The limits in the order of their charges. */
  ActiveLimit limit(int charge) {
    return limits[charge];
  }

  int size() {
    return limits.length;
  }

  /** Whether the engine keeps all of them, so that one key and one cost need no bill. */
  boolean isLocal() {
    return foreign.size() == 0;
  }

  /** Whether it is made of the limits of a shield that has these rejections. */
  boolean isOf(Rejections ofShield) {
    return rejections == ofShield;
  }

  /** The hash of a key that is charged all of them. */
  long hash(String key) {
    return isKeyed ? KeyTable.hashOf(key) : ActiveLimit.ALL;
  }

  /** The charges of a key at one cost, limit by limit. */
  Charge[] charges(String key, long permits) {
    Charge[] charges = new Charge[limits.length];
    for (int i = 0; i < charges.length; i++) {
      Limit limit = limits[i].limit();
      charges[i] = new Charge(limit.name(), limit.scope() == Scope.EACH ? key : "", permits);
    }
    return charges;
  }

  /** How the rates of the limits stand for these charges, limit by limit. Takes nothing. */
  List<LimitStatus> limitStatus(Charge[] charges, long now) {
    List<LimitStatus> all = new ArrayList<>(limits.length);
    for (int i = 0; i < limits.length; i++) {
      Charge charge = charges[i];
      limits[i].addStatus(charge.key(), limits[i].hash(charge), charge.permits(), now, all);
    }
    return Collections.unmodifiableList(all);
  }

  /** As the other one, for a key that is charged all of them at one cost. */
  List<LimitStatus> limitStatus(String key, long permits, long now) {
    long hash = hash(key);
    List<LimitStatus> all = new ArrayList<>(limits.length);
    for (ActiveLimit limit : limits) {
      String own = limit.limit().scope() == Scope.EACH ? key : "";
      limit.addStatus(own, hash, permits, now, all);
    }
    return Collections.unmodifiableList(all);
  }

  /** Whether there is any limit, so that time matters. */
  boolean isLimited() {
    return limits.length > 0;
  }

  /** The limits, each once. */
  Stream<ActiveLimit> distinctLimits() {
    return Stream.of(limits).distinct();
  }

  void countAdmitted() {
    for (LongAdder count : counts) {
      count.increment();
    }
  }

  void discountAdmitted() {
    for (LongAdder count : counts) {
      count.decrement();
    }
  }

  /** The requests that it admitted. */
  long admitted() {
    return counts[0].sum();
  }

  /** A bill for these charges, one for each limit, which have been checked. */
  ItemizedCharges bill(Charge[] charges, boolean reserved) {
    long[] rows = allowances.rows();
    for (Local part : enforced) {
      fill(rows, part, charges);
    }
    for (Local part : shadows) {
      fill(rows, part, charges);
    }
    return reserved || foreign.size() > 0
        ? new ReservedCharges(this, charges.clone(), rows, foreign.size(), reserved)
        : new ItemizedCharges(charges, rows);
  }

  private static void fill(long[] rows, Local part, Charge[] charges) {
    Charge charge = charges[part.charge];
    long hash = part.limit.hash(charge);
    for (int row = part.from; row < part.to; row++) {
      Allowances.row(rows, row, hash, charge.permits());
    }
  }

  /** What judges requests before anything is taken. */
  EnforcedLimits judge() {
    return judge;
  }

  /** Takes from all limits; false, with nothing taken, if one rejects now. */
  boolean take(String key, long hash, long permits, long now) {
    return ofEnforced.take(hash, permits, now, key, askShadows) != null;
  }

  /** What asks the shadow limits from an index on, each in turn. */
  private Allowances.Afterwards<String, Boolean> asking(int index) {
    if (index == shadows.length) {
      return (key, hash, permits, now) -> Boolean.TRUE;
    }
    EngineLimit shadow = shadows[index].limit;
    Allowances.Afterwards<String, Boolean> next = asking(index + 1);
    return (key, hash, permits, now) -> {
      while (shadow.retryAfterNanos(hash, permits, now) == 0) {
        Boolean taken = shadow.allowances().take(hash, permits, now, key, next);
        if (taken != null) {
          return taken;
        }
      }
      rejections.wouldReject(shadow, key, hash, permits, now);
      return next.taken(key, hash, permits, now);
    };
  }

  /**
   * Takes from the engine's enforced limits what a bill says; false, with nothing taken, if one
   * rejects now.
   */
  boolean takeLocal(ItemizedCharges bill, long now) {
    return allowances.take(bill.rows(), 0, ofEnforced.size(), now);
  }

  /** Takes what a bill says; false, with nothing taken, if a limit rejects now. */
  boolean take(ItemizedCharges bill, long now) {
    if (!takeLocal(bill, now)) {
      return false;
    }
    boolean done = false;
    try {
      if (foreign.size() == 0 || foreign.ask((ReservedCharges) bill, now)) {
        askShadows(bill, now);
        done = true;
      }
    } finally { // also when a custom limiter throws
      if (!done) {
        settle(bill, null);
      }
    }
    return done;
  }

  /** Asks the engine's shadow limits, once all else admits. */
  void askShadows(ItemizedCharges bill, long now) {
    for (Local part : shadows) {
      long hash = bill.hash(part.from);
      long permits = bill.permits(part.charge);
      boolean taken = false;
      while (!taken && part.limit.retryAfterNanos(hash, permits, now) == 0) {
        taken = allowances.take(bill.rows(), part.from, part.to, now);
      }
      if (!taken) {
        rejections.wouldReject(part.limit, bill.key(part.charge), hash, permits, now);
      }
    }
  }

  /**
   * Why a limiter of another kind rejected a bill; null if none did, and other requests took the
   * permits.
   */
  @Nullable
  Rejection rejection(ItemizedCharges bill, long now) {
    return foreign.size() == 0 ? null : foreign.rejection((ReservedCharges) bill, now);
  }

  /** The limits that are kept by limiters of another kind. */
  ExternalLimits foreign() {
    return foreign;
  }

  /**
   * Settles the bill of an admitted request at what was used, by charge; null refunds the bill of a
   * request that is not admitted after all.
   */
  void settle(ItemizedCharges bill, long @Nullable [] used) {
    Throwable failure = null;
    for (int part = 0; part < enforced.length + shadows.length + foreign.size(); part++) {
      try {
        settle(bill, used, part);
      } catch (Throwable thrown) { // one that fails does not keep the others from being settled
        failure = Failures.joined(failure, thrown);
      }
    }
    Failures.rethrow(failure);
  }

  private void settle(ItemizedCharges bill, long @Nullable [] used, int part) {
    int locals = enforced.length + shadows.length;
    if (part < locals) {
      Local local = part < enforced.length ? enforced[part] : shadows[part - enforced.length];
      settleLocal(bill.rows(), local, used);
    } else {
      ((ReservedCharges) bill).settle(part - locals, used(used, foreign.charge(part - locals)));
    }
  }

  private void settleLocal(long[] rows, Local part, long @Nullable [] used) {
    if (used == null) {
      allowances.refund(rows, part.from, part.to);
    } else {
      allowances.settle(rows, part.from, part.to, used[part.charge]);
    }
  }

  private static long used(long @Nullable [] used, int charge) {
    return used == null ? 0 : used[charge];
  }

  /** The key whose request it is: that of the first limit for each key; empty if there is none. */
  String subject(Charge[] charges) {
    for (int i = 0; i < limits.length; i++) {
      if (limits[i].limit().scope() == Scope.EACH) {
        return charges[i].key();
      }
    }
    return "";
  }

  /** The hash of {@link #subject}. */
  long subjectHash(Charge[] charges) {
    for (int i = 0; i < limits.length; i++) {
      if (limits[i].limit().scope() == Scope.EACH) {
        return charges[i].hash();
      }
    }
    return ActiveLimit.ALL;
  }

  /** The names of the limits: {@code [everyone, key]}. */
  @Override
  public String toString() {
    return Stream.of(limits).map(limit -> limit.limit().name()).toList().toString();
  }
}
