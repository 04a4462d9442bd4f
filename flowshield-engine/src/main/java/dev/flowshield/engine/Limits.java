package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Ticker;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.allowance.StackRoom;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.limiter.Requests;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The limits of a shield by their names, and what a request is charged. Thread-safe. */
final class Limits {

  private static final int MOST_CHARGES = 16;
  private static final int MOST_SETS = 10_000;

  /** A set of limits, and those with one limit more, by its name: so the names of charges are a path to their set. */
  private static final class Path {

    final LimitSet set;
    final Map<String, Path> next = new ConcurrentHashMap<>();

    Path(LimitSet set) {
      this.set = set;
    }
  }

  private final Map<String, ActiveLimit> byName = new LinkedHashMap<>();
  private final Refusals refusals;
  private final LimitSet usual; // what a key is charged where no limit is named
  private final boolean hashed;
  private final Path paths;
  private final AtomicInteger sets = new AtomicInteger();
  private final ReentrantLock changing = new ReentrantLock(); // one change at a time

  Limits(Collection<Limit> limits, Refusals refusals, Ticker ticker, InstantSource instantSource) {
    this.refusals = refusals;
    String kept = null;
    for (Limit limit : limits) {
      ActiveLimit active = Keepers.keep(limit, ticker, instantSource);
      if (active instanceof ForeignLimit foreign && !foreign.canGiveBack() && !limit.isShadow()) {
        kept = requireOnly(kept, limit.name());
      }
      byName.put(limit.name(), active);
    }
    this.usual = new LimitSet(
        refusals,
        Stream.of(Limit.EVERYONE, Limit.CLIENT)
            .filter(byName::containsKey)
            .map(this::limit)
            .toList());
    this.hashed = byName.containsKey(Limit.CLIENT);
    this.paths = new Path(new LimitSet(refusals, List.of()));
  }

  private static String requireOnly(@Nullable String other, String name) {
    if (other != null) {
      throw new IllegalStateException(
          "at most one limit may be kept by a limiter that cannot give permits back, got '" + other
              + "' and '" + name
              + "': whatever the first one gave would be lost when the second refuses;"
              + " choose a limiter whose capabilities() include RESERVE for one of them");
    }
    return name;
  }

  /** What stands for a key in {@link #usual}. */
  long hash(String key) {
    return hashed ? KeyTable.hashOf(key) : ActiveLimit.ALL;
  }

  /** The limits that a key is charged where none is named; checks the permits. */
  LimitSet usual(long permits) {
    if (usual.size() == 0 && !byName.isEmpty()) {
      throw new IllegalStateException(
          "a key alone is charged to the limits 'everyone' and 'client', got a shield with "
              + byName.keySet() + " only: name what to charge, as in admit(Charge.of(\""
              + byName.keySet().iterator().next() + "\", key))");
    }
    usual.requirePermits(permits);
    return usual;
  }

  /** What a key is charged where no limit is named, limit by limit. */
  Charge[] usualCharges(String key, long permits) {
    Charge[] charges = new Charge[usual.size()];
    for (int i = 0; i < charges.length; i++) {
      Limit limit = usual.limit(i).limit();
      charges[i] = new Charge(limit.name(), limit.scope() == Scope.EACH ? key : "", permits);
    }
    return charges;
  }

  /** The limits that charges name; checks the charges. */
  LimitSet set(Charge[] charges, boolean reserved) {
    if (charges.length < 1 || charges.length > MOST_CHARGES) {
      throw new IllegalArgumentException("charges must be 1 to " + MOST_CHARGES + ", got "
          + charges.length + ": name each limit that the work costs something");
    }
    Path path = paths;
    for (Charge charge : charges) {
      path = next(path, charge.limit());
    }
    for (int i = 0; i < charges.length; i++) {
      requireFit(charges, i, path.set.limit(i), reserved);
    }
    return path.set;
  }

  private Path next(Path path, String name) {
    Path known = path.next.get(name);
    return known != null ? known : make(path, name);
  }

  private Path make(Path path, String name) {
    List<ActiveLimit> limits = new ArrayList<>();
    for (int i = 0; i < path.set.size(); i++) {
      limits.add(path.set.limit(i));
    }
    limits.add(limit(name));
    Path made = new Path(new LimitSet(refusals, limits));
    if (sets.get() < MOST_SETS && path.next.putIfAbsent(name, made) == null) {
      sets.incrementAndGet();
    }
    return made;
  }

  private static void requireFit(Charge[] charges, int index, ActiveLimit limit, boolean reserved) {
    Charge charge = charges[index];
    requireNoKeyTogether(limit, charge.key());
    requireKeyEach(limit, charge.key());
    LimitSet.requirePermits(charge.permits(), limit);
    if (reserved) {
      requireReserve(limit);
    }
    for (int i = 0; i < index; i++) {
      if (charges[i].limit().equals(charge.limit()) && charges[i].key().equals(charge.key())) {
        throw OpenBill.duplicate(charge);
      }
    }
  }

  /** Rejects a limit whose permits cannot be settled. */
  static void requireReserve(ActiveLimit limit) {
    if (limit instanceof ForeignLimit foreign && !foreign.canGiveBack()) {
      throw foreign.missing(Capability.RESERVE, "choose one that can, or use admit");
    }
  }

  /** How the limits stand for a request. */
  List<Decision.Standing> standings(String key, long permits, long now) {
    usual.requirePermits(permits);
    return standings(usual, usualCharges(key, permits), now);
  }

  /** How the limits stand for a request. */
  List<Decision.Standing> standings(Charge[] charges, long now) {
    return standings(set(charges, false), charges, now);
  }

  private static List<Decision.Standing> standings(LimitSet set, Charge[] charges, long now) {
    List<Decision.Standing> all = new ArrayList<>();
    for (int i = 0; i < charges.length; i++) {
      ActiveLimit limit = set.limit(i);
      for (Decision.Standing each :
          limit.look(charges[i].key(), charges[i].permits(), now).standings()) {
        all.add(new Decision.Standing(
            limit.limit().name() + " " + each.limit(), each.remaining(), each.retryAfterNanos()));
      }
    }
    return List.copyOf(all);
  }

  /** What one permit of a key would be answered. */
  Decision peek(String name, String key, long now) {
    return keyed(name, key).look(key, 1, now);
  }

  void reset(String name, String key) {
    keyed(name, key).reset(key);
  }

  private ActiveLimit keyed(String name, String key) {
    Requests.requireKey(key);
    ActiveLimit limit = limit(name);
    requireNoKeyTogether(limit, key);
    return limit;
  }

  List<Limit> all() {
    return byName.values().stream().map(ActiveLimit::limit).toList();
  }

  List<LimitStats> stats() {
    return byName.values().stream().map(ActiveLimit::stats).toList();
  }

  /** Of the clients' limit. */
  LimitStats clients() {
    ActiveLimit clients = byName.get(Limit.CLIENT);
    return clients == null
        ? new LimitStats(Limit.CLIENT, List.of(), false, 0, 0, 0, 0)
        : clients.stats();
  }

  /** Refused because of a limit that is enforced. */
  long refused() {
    long sum = 0;
    for (ActiveLimit limit : byName.values()) {
      sum += limit.limit().isShadow() ? 0 : limit.refused();
    }
    return sum;
  }

  /** The limit of this name with other limits, as text. */
  Limit changed(String name, String limits) {
    return limit(name).limit().withLimits(limits);
  }

  /** Changes all of them, or none and throws. */
  void change(Collection<Limit> to) {
    StackRoom.require();
    changing.lock();
    try {
      List<Limit> known = new ArrayList<>(); // that they fit
      List<Limit> unknown = new ArrayList<>();
      Set<String> names = new HashSet<>();
      for (Limit each : to) {
        if (!names.add(each.name())) {
          throw new IllegalArgumentException("limits must be changed once each, got '" + each.name()
              + "' twice: leave one of them out");
        }
        (requireChange(each) ? known : unknown).add(each);
      }
      unknown.addAll(known); // what may still fail comes first
      changeAll(unknown);
    } finally {
      changing.unlock();
    }
  }

  /** Changes the limits in turn; if one throws, those before it are changed back. */
  private void changeAll(List<Limit> to) {
    List<Limit> before = to.stream().map(each -> limit(each.name()).limit()).toList();
    int changed = 0;
    try {
      while (changed < to.size()) {
        limit(to.get(changed).name()).change(to.get(changed).limits());
        changed++;
      }
    } finally {
      if (changed < to.size()) {
        changeBack(before.subList(0, changed));
      }
    }
  }

  private void changeBack(List<Limit> before) {
    for (int i = before.size() - 1; i >= 0; i--) {
      limit(before.get(i).name()).change(before.get(i).limits());
    }
  }

  private boolean requireChange(Limit to) {
    ActiveLimit limit = limit(to.name());
    Limit now = limit.limit();
    if (!to.equals(now.withLimits(to.limits()))) {
      throw new IllegalArgumentException(
          "a limit must stay as it is but for how much it admits, got '" + to + "' for '" + now
              + "': build a new shield for the rest");
    }
    if (to.limits().size() != now.limits().size()) {
      throw new IllegalArgumentException("limits of '" + to.name() + "' must be "
          + now.limits().size() + ", as many as before, got '" + to.text()
          + "': build a new shield for more or fewer");
    }
    return Limit.named(to.name(), () -> limit.canKeepTo(to.limits()));
  }

  private ActiveLimit limit(String name) {
    ActiveLimit limit = byName.get(name);
    if (limit == null) {
      throw new IllegalArgumentException("limit must be one of " + byName.keySet() + ", got '"
          + (name.length() <= 64 ? name : name.substring(0, 64) + "…")
          + "': correct the name, or add the limit when the shield is built");
    }
    return limit;
  }

  private static void requireNoKeyTogether(ActiveLimit limit, String key) {
    if (!key.isEmpty() && limit.limit().scope() == Scope.TOGETHER) {
      throw new IllegalArgumentException(
          "key must be empty for limit '" + limit.limit().name()
              + "', which is for all together, got one of " + key.length()
              + " characters: leave it out");
    }
  }

  /** A charge that lost its key must not be taken from an allowance that nobody meant. */
  private static void requireKeyEach(ActiveLimit limit, String key) {
    if (key.isEmpty() && limit.limit().scope() == Scope.EACH) {
      String name = limit.limit().name();
      throw new IllegalArgumentException("key must not be empty for limit '" + name
          + "', which is for each key by itself, got none: say whom to count, as in Charge.of(\""
          + name + "\", key); those without a key may share one that you choose");
    }
  }
}
