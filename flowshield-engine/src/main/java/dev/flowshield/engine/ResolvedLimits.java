package dev.flowshield.engine;

import dev.flowshield.LimitStatus;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.Failures;
import dev.flowshield.engine.keyed.KeyTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a shield that are charged together, in the order of their charges.
 *
 * <p>Immutable; as thread-safe as its limits.
 */
final class ResolvedLimits {
  /*
   * A request charges them in one of two ways: with one key and one cost for all, if the engine
   * keeps all of them, which allocates nothing; or by a Transaction, with a key and a cost for
   * each.
   *
   * The engine's limits are judged first, so a rejection writes nothing. Then permits are taken in
   * this order: from limits for each key; from limits for all together, so that a key that races
   * with itself is rejected before it has taken from the limits that all share; from limiters of
   * another kind, which cannot be judged; from shadow limits. If one rejects, everything taken
   * before is refunded.
   */

  /** A limit that the engine keeps: the index of its charge, and its rows in a transaction. */
  record Local(EngineLimit limit, int charge, int from, int to) {}

  private final Rejections rejections;
  private final LimitCheck check;
  private final ActiveLimit[] limits; // in the order of the charges
  private final Local[] enforced;
  private final Local[] shadows;
  private final ExternalLimits external;
  private final Allowances ofEnforced;
  private final Allowances allowances; // by row: those enforced, then shadows
  private final Allowances.Afterwards<String, Boolean> takeShadows;
  private final AdmissionCount[] counts;
  private final boolean[] isRepeated; // by charge: whether one before it is of the same limit
  private final boolean isKeyed; // whether a limit is for each key
  private final boolean isLocal; // whether the engine keeps all of them

  /**
   * Limits that are charged together.
   *
   * @param limits in the order of their charges
   * @param counts of admitted requests, first that of these limits
   */
  ResolvedLimits(
      Rejections rejections, List<? extends ActiveLimit> limits, List<AdmissionCount> counts) {
    this.rejections = rejections;
    this.counts = counts.toArray(AdmissionCount[]::new);
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
    this.external = new ExternalLimits(rejections, others.toArray(ExternalLimits.Part[]::new));
    this.check = new LimitCheck(rejections, enforced, external);
    this.allowances = new Allowances(rows);
    this.ofEnforced = new Allowances(
        rows.subList(0, enforced.length == 0 ? 0 : enforced[enforced.length - 1].to));
    this.takeShadows = takingShadows(0);
    this.isRepeated = new boolean[limits.size()];
    for (int i = 0; i < isRepeated.length; i++) {
      isRepeated[i] = limits.indexOf(limits.get(i)) < i;
    }
    this.isLocal = external.size() == 0;
    this.isKeyed = limits.stream().anyMatch(limit -> limit.limit().scope() == Scope.EACH);
  }

  /** Returns the indexes of the charges, in the order in which they are taken. */
  private static int[] inTurn(List<? extends ActiveLimit> limits) {
    return IntStream.range(0, limits.size())
        .boxed()
        .sorted(
            Comparator.comparing((Integer charge) -> limits.get(charge).limit().isShadow())
                .thenComparing(charge -> limits.get(charge).order()))
        .mapToInt(charge -> charge)
        .toArray();
  }

  /** Returns a step that takes from the shadow limits from an index on, each by itself. */
  private Allowances.Afterwards<String, Boolean> takingShadows(int index) {
    if (index == shadows.length) {
      return (key, hash, permits, now) -> countAdmitted(permits);
    }
    EngineLimit shadow = shadows[index].limit;
    Allowances.Afterwards<String, Boolean> next = takingShadows(index + 1);
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

  /** Returns the limit of a charge. */
  ActiveLimit limit(int charge) {
    return limits[charge];
  }

  int size() {
    return limits.length;
  }

  /** Returns whether the engine keeps all of them. */
  boolean isLocal() {
    return isLocal;
  }

  /** Returns whether there is any limit, so that time matters. */
  boolean isLimited() {
    return limits.length > 0;
  }

  /** Returns the limits, each once. */
  Stream<ActiveLimit> distinct() {
    return Stream.of(limits).distinct();
  }

  /** Returns the check of requests before anything is taken. */
  LimitCheck check() {
    return check;
  }

  /** Returns the limits that limiters of another kind keep. */
  ExternalLimits external() {
    return external;
  }

  Rejections rejections() {
    return rejections;
  }

  /** Returns the hash of a key that is charged all of them. */
  long hash(String key) {
    return isKeyed ? KeyTable.hashOf(key) : ActiveLimit.ALL;
  }

  /**
   * Takes from all of them for one key and one cost, and counts the request; false, with nothing
   * taken, if one rejects now. Only if the engine keeps all of them.
   */
  boolean take(String key, long hash, long permits, long now) {
    return ofEnforced.take(hash, permits, now, key, takeShadows) != null;
  }

  /** Returns rows for a transaction with these charges. */
  long[] rows(Charge[] charges) {
    long[] rows = allowances.rows();
    for (Local part : enforced) {
      fill(rows, part, charges);
    }
    for (Local part : shadows) {
      fill(rows, part, charges);
    }
    return rows;
  }

  private static void fill(long[] rows, Local part, Charge[] charges) {
    Charge charge = charges[part.charge];
    long hash = part.limit.hash(charge);
    for (int row = part.from; row < part.to; row++) {
      Allowances.row(rows, row, hash, charge.permits());
    }
  }

  /**
   * Takes for the rows of the engine's enforced limits; false, with nothing taken, if one rejects
   * now.
   */
  boolean takeEnforced(long[] rows, long now) {
    return allowances.take(rows, 0, ofEnforced.size(), now);
  }

  /** Returns the engine's shadow limits. */
  Local[] shadows() {
    return shadows;
  }

  /** Takes for the rows of one limit; false, with nothing taken, if it rejects now. */
  boolean take(long[] rows, Local part, long now) {
    return allowances.take(rows, part.from, part.to, now);
  }

  /** Refunds all rows of a request that is not admitted after all. */
  void refund(long[] rows) {
    allowances.refund(rows);
  }

  /**
   * Settles the rows of an admitted request.
   *
   * @param used by charge
   */
  void settle(long[] rows, long[] used) {
    Throwable failure = settle(rows, enforced, used, null);
    Failures.rethrow(settle(rows, shadows, used, failure));
  }

  /** Settles the rows of some limits. Returns the first failure of all so far. */
  private @Nullable Throwable settle(
      long[] rows, Local[] parts, long[] used, @Nullable Throwable before) {
    Throwable failure = before;
    for (Local part : parts) {
      try {
        allowances.settle(rows, part.from, part.to, used[part.charge]);
      } catch (Throwable thrown) { // one that fails does not keep the others from being settled
        failure = Failures.joined(failure, thrown);
      }
    }
    return failure;
  }

  /** Returns the charges of a key at one cost, limit by limit. */
  Charge[] charges(String key, long permits) {
    Charge[] charges = new Charge[limits.length];
    for (int i = 0; i < charges.length; i++) {
      Limit limit = limits[i].limit();
      charges[i] = new Charge(limit.name(), limit.scope() == Scope.EACH ? key : "", permits);
    }
    return charges;
  }

  /** Returns the state of each rate for these charges, limit by limit. Takes nothing. */
  List<LimitStatus> limitStatus(Charge[] charges, long now) {
    List<LimitStatus> all = new ArrayList<>(limits.length);
    for (int i = 0; i < limits.length; i++) {
      Charge charge = charges[i];
      limits[i].addStatus(charge.key(), limits[i].hash(charge), charge.permits(), now, all);
    }
    return Collections.unmodifiableList(all);
  }

  /** Returns the state of each rate for a key that is charged all at one cost. Takes nothing. */
  List<LimitStatus> limitStatus(String key, long permits, long now) {
    long hash = hash(key);
    List<LimitStatus> all = new ArrayList<>(limits.length);
    for (ActiveLimit limit : limits) {
      String own = limit.limit().scope() == Scope.EACH ? key : "";
      limit.addStatus(own, hash, permits, now, all);
    }
    return Collections.unmodifiableList(all);
  }

  /** Returns the key of the first limit for each key; empty otherwise. */
  String subject(Charge[] charges) {
    for (int i = 0; i < limits.length; i++) {
      if (limits[i].limit().scope() == Scope.EACH) {
        return charges[i].key();
      }
    }
    return "";
  }

  /** Returns the hash of {@link #subject}. */
  long subjectHash(Charge[] charges) {
    for (int i = 0; i < limits.length; i++) {
      if (limits[i].limit().scope() == Scope.EACH) {
        return charges[i].hash();
      }
    }
    return ActiveLimit.ALL;
  }

  /*
   * A request is counted once it has all of its permits, and for good: a count that falls would be
   * taken for a restart.
   */
  private void countAdmitted() {
    for (AdmissionCount count : counts) {
      count.increment();
    }
  }

  /** Counts an admitted request of one key and one cost. */
  private Boolean countAdmitted(long permits) {
    countAdmitted();
    if (permits != 1) {
      for (ActiveLimit limit : limits) {
        limit.permits().taken(permits - 1);
      }
    }
    return Boolean.TRUE;
  }

  /** Counts an admitted request with these charges. */
  void countAdmitted(Charge[] charges) {
    countAdmitted();
    for (int i = 0; i < charges.length; i++) {
      long permits = charges[i].permits();
      long more = isRepeated[i] ? permits : permits - 1; // a limit counts each request once
      if (more != 0) {
        limits[i].permits().taken(more);
      }
    }
  }

  /**
   * Counts the settlement of an admitted request with these charges.
   *
   * @param used by charge
   */
  void countSettled(Charge[] charges, long[] used) {
    for (int i = 0; i < charges.length; i++) {
      limits[i].permits().settled(charges[i].permits(), used[i]);
    }
  }

  /** Returns the count of requests that were admitted by these limits. */
  AdmissionCount admittedCount() {
    return counts[0];
  }

  /** Returns the number of requests that were admitted by these limits. */
  long admitted() {
    return counts[0].sum();
  }

  /** Returns the names of the limits: {@code [everyone, key]}. */
  @Override
  public String toString() {
    return Stream.of(limits).map(limit -> limit.limit().name()).toList().toString();
  }
}
