package dev.flowshield.engine;

import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.engine.limiter.Arguments;
import dev.flowshield.engine.overload.Gate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sets of limits that requests are charged: the usual one, and those that charges name. Each
 * set is made once, when its limits are first named together.
 *
 * <p>Thread-safe; takes no lock once a set is known.
 */
final class LimitSets {

  static final int MOST_CHARGES = 16;
  private static final int MOST_SETS = 10_000; // each further one is made for its request alone

  /**
   * A set of limits, and the sets with one limit more, by its name: the names of charges are a path
   * to a set.
   */
  private static final class Path {

    final LimitSet set;
    final Map<String, Path> next = new ConcurrentHashMap<>();

    Path(LimitSet set) {
      this.set = set;
    }
  }

  private final Set<String> names;
  private final Function<String, ActiveLimit> byName;
  private final Rejections rejections;
  private final LimitSet usual; // charged to a key if no limit is named
  private final boolean nothingIsUsual; // there are limits, but all have to be named
  private final Path root;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger routes = new AtomicInteger(); // given to sets, each another
  private final AdmissionCount admittedByOthers = new AdmissionCount(); // by sets that are not kept

  /**
   * Sets of limits.
   *
   * @param names of all limits
   * @param byName finds one of them; throws for a name that there is not
   * @param usual the names of those that a key is charged if no limit is named
   */
  LimitSets(
      Set<String> names,
      Function<String, ActiveLimit> byName,
      Collection<String> usual,
      Rejections rejections) {
    this.names = names;
    this.byName = byName;
    this.rejections = rejections;
    this.usual = kept(usual.stream().map(byName).toList());
    countIn(this.usual);
    this.nothingIsUsual = usual.isEmpty() && !names.isEmpty();
    this.root = new Path(kept(List.of()));
  }

  private LimitSet kept(List<ActiveLimit> limits) {
    int route = routes.getAndIncrement() & (Gate.ROUTES - 1);
    return new LimitSet(
        new ResolvedLimits(rejections, limits, List.of(new AdmissionCount())), route);
  }

  /** Lets the limits of a set that is kept include its count. */
  private static void countIn(LimitSet set) {
    AdmissionCount admitted = set.limits().admittedCount();
    set.limits().distinct().forEach(limit -> limit.admittedBy(admitted));
  }

  /** Returns the requests that were admitted. */
  long admitted() {
    return admittedByOthers.sum()
        + all().stream().mapToLong(set -> set.limits().admitted()).sum();
  }

  private List<LimitSet> all() {
    List<LimitSet> all = new ArrayList<>(List.of(usual));
    addAll(root, all);
    return all;
  }

  private static void addAll(Path path, List<LimitSet> all) {
    all.add(path.set);
    path.next.values().forEach(next -> addAll(next, all));
  }

  /** Returns the limits that a key is charged if no limit is named; checks the permits. */
  LimitSet usual(long permits) {
    if (nothingIsUsual) {
      throw new IllegalStateException(
          "admit(key) must have a limit that it charges, got a shield whose limits are all named: say"
              + " what to charge, as in admit(Charge.of(\"" + names.iterator().next()
              + "\", key)), or add the limit with limit(...) in place of named(...)");
    }
    Arguments.requireAny(permits);
    return usual;
  }

  /** Returns the limits that a key is charged if no limit is named, as they are now. */
  List<Limit> usualLimits() {
    List<Limit> all = new ArrayList<>();
    for (int i = 0; i < usual.limits().size(); i++) {
      all.add(usual.limits().limit(i).limit());
    }
    return List.copyOf(all);
  }

  /** Returns whether the engine keeps all limits that a key is charged if no limit is named. */
  boolean isUsualLocal() {
    return usual.limits().isLocal();
  }

  /**
   * Returns the limits that a request is charged; checks its charges, which are those of {@link
   * #charges}.
   */
  LimitSet of(Request request, Charge[] charges) {
    LimitSet set = ofAny(request, charges).withCriticality(request.criticality());
    return request.hasRoute() ? set.onRoute(request.route()) : set;
  }

  private LimitSet ofAny(Request request, Charge[] charges) {
    if (charges.length == 0 && request.key() == null && !request.isReserved()) {
      return root.set;
    }
    if (request.key() == null || request.charges().length > 0) {
      return of(charges, request.isReserved());
    }
    LimitSet set = usual(request.permits());
    if (request.isReserved()) {
      set.limits().distinct().forEach(LimitSets::requireReserve);
    }
    return set;
  }

  /** Returns the limits that charges name; checks the charges. */
  LimitSet of(Charge[] charges, boolean reserved) {
    if (charges.length < 1 || charges.length > MOST_CHARGES) {
      throw new IllegalArgumentException("charges must be 1 to " + MOST_CHARGES + ", got "
          + charges.length + ": name each limit that the work costs something");
    }
    LimitSet set = find(charges);
    for (int i = 0; i < charges.length; i++) {
      requireFit(charges, i, set.limits().limit(i), reserved);
    }
    return set;
  }

  private LimitSet find(Charge[] charges) {
    Path path = root;
    for (Charge charge : charges) {
      Path next = next(path, charge.limit());
      if (next == null) {
        return setApart(Stream.of(charges).map(Charge::limit));
      }
      path = next;
    }
    return path.set;
  }

  /** Returns the limits of these names, each once. */
  LimitSet of(String... names) {
    Path path = root;
    for (int i = 0; i < names.length; i++) {
      String name = names[i];
      if (List.of(names).indexOf(name) < i) {
        throw new IllegalArgumentException(
            "limits of a set must be unique, got '" + name + "' twice: name it once");
      }
      Path next = next(path, name);
      if (next == null) {
        return setApart(Stream.of(names));
      }
      path = next;
    }
    return path.set;
  }

  /** Throws if a set is of another shield, or there are no permits. */
  void requireOwn(LimitSet set, long permits) {
    if (set.limits().rejections() != rejections) {
      throw new IllegalArgumentException("limits must be a set of this shield, got " + set
          + " of another one: make it with limitSet of the shield that is asked");
    }
    Arguments.requireAny(permits);
  }

  /** Throws if the enforced limits of a set can never admit its charges. */
  static void requirePossible(LimitSet set, Charge[] charges) {
    for (int i = 0; i < charges.length; i++) {
      Limit limit = set.limits().limit(i).limit();
      long burst = set.limits().limit(i).burst();
      if (charges[i].permits() > burst && !limit.isShadow()) {
        throw new IllegalArgumentException("permits must be 1 to " + burst + " (burst of limit '"
            + limit.name() + ": " + limit.text() + "'), got " + charges[i].permits()
            + ": ask for fewer or raise the burst");
      }
    }
  }

  /** Returns the charges of a set, each at most the burst of its limit unless that is a shadow. */
  static Charge[] withinBursts(LimitSet set, Charge[] charges) {
    Charge[] within = charges;
    for (int i = 0; i < charges.length; i++) {
      Charge charge = charges[i];
      long burst = set.limits().limit(i).burst();
      if (charge.permits() > burst && !set.limits().limit(i).limit().isShadow()) {
        within = within == charges ? charges.clone() : within;
        within[i] = Charge.of(charge.limit(), charge.key(), burst);
      }
    }
    return within;
  }

  /** Returns the charges of a request, limit by limit. */
  Charge[] charges(Request request) {
    String key = request.key();
    if (key == null) {
      return request.charges();
    }
    Charge[] own = usual.limits().charges(key, request.permits());
    Charge[] named = request.charges();
    if (named.length == 0) {
      return own;
    }
    Charge[] all = Arrays.copyOf(own, own.length + named.length);
    System.arraycopy(named, 0, all, own.length, named.length);
    return all;
  }

  /** Returns the path with one limit more; null if as many sets are kept as may be. */
  private @Nullable Path next(Path path, String name) {
    Path known = path.next.get(name);
    return known != null || count.get() >= MOST_SETS ? known : make(path, name);
  }

  private Path make(Path path, String name) {
    List<ActiveLimit> limits = new ArrayList<>();
    for (int i = 0; i < path.set.limits().size(); i++) {
      limits.add(path.set.limits().limit(i));
    }
    limits.add(byName.apply(name));
    Path made = new Path(kept(limits));
    Path known = path.next.putIfAbsent(name, made);
    if (known != null) {
      return known;
    }
    count.incrementAndGet();
    countIn(made.set);
    return made;
  }

  /**
   * Returns a set that is not kept; its limits are looked up once, not once for each step of a
   * path.
   */
  private LimitSet setApart(Stream<String> ofNames) {
    List<ActiveLimit> limits = ofNames.map(byName).toList();
    return new LimitSet(
        new ResolvedLimits(rejections, limits, countsOfOthers(limits)), Gate.NO_ROUTE);
  }

  private List<AdmissionCount> countsOfOthers(List<ActiveLimit> limits) {
    return Stream.concat(
            Stream.of(admittedByOthers), limits.stream().distinct().map(ActiveLimit::admittedApart))
        .toList();
  }

  private static void requireFit(Charge[] charges, int index, ActiveLimit limit, boolean reserved) {
    Charge charge = charges[index];
    limit.requireNoKeyTogether(charge.key());
    limit.requireKeyEach(charge.key());
    Arguments.requireAny(charge.permits());
    if (reserved) {
      requireReserve(limit);
    }
    for (int i = 0; i < index; i++) {
      if (charges[i].limit().equals(charge.limit()) && charges[i].key().equals(charge.key())) {
        throw Transaction.duplicate(charge);
      }
    }
  }

  private static void requireReserve(ActiveLimit limit) {
    if (limit instanceof ExternalLimit external && !external.canRefund()) {
      throw external.missing(Capability.RESERVE, "choose one that can, or use admit");
    }
  }
}
