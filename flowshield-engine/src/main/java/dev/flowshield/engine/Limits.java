package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.StackRoom;
import dev.flowshield.engine.limiter.Requests;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The limits of a shield by their names. Thread-safe. */
final class Limits {

  private final Map<String, ActiveLimit> byName = new LinkedHashMap<>();
  private final LimitSets sets;
  private final ReentrantLock changing = new ReentrantLock(); // one change at a time

  Limits(Collection<Limit> limits, Refusals refusals, Ticker ticker, InstantSource instantSource) {
    String kept = null;
    for (Limit limit : limits) {
      ActiveLimit active = Keepers.keep(limit, ticker, instantSource);
      if (active instanceof ForeignLimit foreign && !foreign.canGiveBack() && !limit.isShadow()) {
        kept = requireOnly(kept, limit.name());
      }
      byName.put(limit.name(), active);
    }
    this.sets = new LimitSets(byName, this::limit, refusals);
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

  /** What requests are charged. */
  LimitSets sets() {
    return sets;
  }

  /** How the limits stand for a request. */
  List<Decision.Standing> standings(String key, long permits, long now) {
    return standings(sets.usual(permits), sets.usualCharges(key, permits), now);
  }

  /** How the limits stand for a request. */
  List<Decision.Standing> standings(Charge[] charges, long now) {
    return standings(sets.of(charges, false), charges, now);
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
    limit.requireNoKeyTogether(key);
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
}
