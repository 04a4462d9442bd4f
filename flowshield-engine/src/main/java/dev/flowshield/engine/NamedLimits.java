package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Ticker;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.keyed.Requests;
import dev.flowshield.engine.rate.StackRoom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The limits of a shield by their names. Thread-safe. */
final class NamedLimits {

  private static final int MOST_CHARGES = 16;

  private final Map<String, NamedLimit> byName = new LinkedHashMap<>();
  private final NamedLimit[] usual; // what a key is charged where no limit is named
  private final boolean hashed;
  private final Refusals refusals;
  private final @Nullable UsualCharges usualCharges;
  private final ReentrantLock changing = new ReentrantLock(); // one change at a time

  NamedLimits(
      Collection<Limit> limits, Refusals refusals, Ticker ticker, InstantSource instantSource) {
    this.refusals = refusals;
    String kept = null;
    for (Limit limit : limits) {
      NamedLimit atWork = Keepers.keep(limit, ticker, instantSource);
      if (atWork instanceof ProvidedLimit provided
          && !provided.canGiveBack()
          && !limit.isShadow()) {
        kept = requireOnly(kept, limit.name());
      }
      byName.put(limit.name(), atWork);
    }
    this.usual = Stream.of(Limit.EVERYONE, Limit.CLIENT)
        .filter(byName::containsKey)
        .map(byName::get)
        .toArray(NamedLimit[]::new);
    this.hashed = byName.containsKey(Limit.CLIENT);
    this.usualCharges = Stream.of(usual).allMatch(EngineLimit.class::isInstance)
        ? new UsualCharges(
            refusals, Stream.of(usual).map(EngineLimit.class::cast).toList())
        : null;
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
    return hashed ? KeyTable.hashOf(key) : NamedLimit.ALL;
  }

  /** What a key is charged where no limit is named; checks the permits. */
  Charges usual(String key, long permits) {
    requireUsual();
    requirePermits(permits, usual);
    return usualCharges != null ? usualCharges : bill(usualItems(key, permits), false);
  }

  /** The same, to be settled. */
  Bill reservedUsual(String key, long permits) {
    requireUsual();
    requirePermits(permits, usual);
    return bill(usualItems(key, permits), true);
  }

  /** A shield whose limits all want to be named must not pass work that names none as if it had been judged. */
  private void requireUsual() {
    if (usual.length == 0 && !byName.isEmpty()) {
      throw new IllegalStateException(
          "a key alone is charged to the limits 'everyone' and 'client', got a shield with "
              + byName.keySet() + " only: name what to charge, as in admit(Charge.of(\""
              + byName.keySet().iterator().next() + "\", key))");
    }
  }

  /** What the charges say; checks them. */
  Bill bill(Charge[] charges, boolean reserved) {
    return bill(items(charges), reserved);
  }

  private Bill bill(List<Item> items, boolean reserved) {
    if (reserved) {
      for (Item item : items) {
        if (item.limit() instanceof ProvidedLimit provided && !provided.canGiveBack()) {
          throw provided.missing(Capability.RESERVE, "choose one that can, or use admit");
        }
      }
    }
    return new Bill(refusals, items, reserved);
  }

  private List<Item> usualItems(String key, long permits) {
    List<Item> items = new ArrayList<>(usual.length);
    for (NamedLimit limit : usual) {
      items.add(limit.item(limit.limit().scope() == Scope.EACH ? key : "", permits));
    }
    return items;
  }

  private List<Item> items(Charge[] charges) {
    if (charges.length < 1 || charges.length > MOST_CHARGES) {
      throw new IllegalArgumentException("charges must be 1 to " + MOST_CHARGES + ", got "
          + charges.length + ": name each limit that the work costs something");
    }
    List<Item> items = new ArrayList<>(charges.length);
    for (int i = 0; i < charges.length; i++) {
      Charge charge = charges[i];
      NamedLimit limit = limit(charge.limit());
      requireNoKeyTogether(limit, charge.key());
      requireKeyEach(limit, charge.key());
      requirePermits(charge.permits(), limit);
      for (int j = 0; j < i; j++) {
        if (charges[j].limit().equals(charge.limit()) && charges[j].key().equals(charge.key())) {
          throw Bill.duplicate(charge);
        }
      }
      items.add(limit.item(charge.key(), charge.permits()));
    }
    return items;
  }

  /** How the limits stand for a request. */
  List<Decision.Standing> standings(String key, long permits, long now) {
    requirePermits(permits, usual);
    return standings(usualItems(key, permits), now);
  }

  /** How the limits stand for a request. */
  List<Decision.Standing> standings(Charge[] charges, long now) {
    return standings(items(charges), now);
  }

  private static List<Decision.Standing> standings(List<Item> items, long now) {
    List<Decision.Standing> all = new ArrayList<>();
    for (Item item : items) {
      Decision decision = item.limit().look(item.key(), item.permits(), now);
      for (Decision.Standing each : decision.standings()) {
        all.add(new Decision.Standing(
            item.limit().limit().name() + " " + each.limit(),
            each.remaining(),
            each.retryAfterNanos()));
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

  private NamedLimit keyed(String name, String key) {
    Requests.requireKey(key);
    NamedLimit limit = limit(name);
    requireNoKeyTogether(limit, key);
    return limit;
  }

  List<Limit> all() {
    return byName.values().stream().map(NamedLimit::limit).toList();
  }

  List<LimitStats> stats() {
    return byName.values().stream().map(NamedLimit::stats).toList();
  }

  /** Of the clients' limit. */
  LimitStats clients() {
    NamedLimit clients = byName.get(Limit.CLIENT);
    return clients == null
        ? new LimitStats(Limit.CLIENT, List.of(), false, 0, 0, 0, 0)
        : clients.stats();
  }

  /** Refused because of a limit that is enforced. */
  long refused() {
    long sum = 0;
    for (NamedLimit limit : byName.values()) {
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
      changeInTurn(unknown, 0);
    } finally {
      changing.unlock();
    }
  }

  /** Changes the limits from the index on; if one throws, those before it are changed back. */
  private void changeInTurn(List<Limit> to, int index) {
    if (index == to.size()) {
      return;
    }
    NamedLimit limit = limit(to.get(index).name());
    List<RateLimit> before = limit.limit().limits();
    limit.change(to.get(index).limits());
    boolean rest = false;
    try {
      changeInTurn(to, index + 1);
      rest = true;
    } finally {
      if (!rest) {
        limit.change(before);
      }
    }
  }

  private boolean requireChange(Limit to) {
    NamedLimit limit = limit(to.name());
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

  private NamedLimit limit(String name) {
    NamedLimit limit = byName.get(name);
    if (limit == null) {
      throw new IllegalArgumentException("limit must be one of " + byName.keySet() + ", got '"
          + (name.length() <= 64 ? name : name.substring(0, 64) + "…")
          + "': correct the name, or add the limit when the shield is built");
    }
    return limit;
  }

  private static void requireNoKeyTogether(NamedLimit limit, String key) {
    if (!key.isEmpty() && limit.limit().scope() == Scope.TOGETHER) {
      throw new IllegalArgumentException(
          "key must be empty for limit '" + limit.limit().name()
              + "', which is for all together, got one of " + key.length()
              + " characters: leave it out");
    }
  }

  /** A charge that lost its key must not be taken from an allowance that nobody meant. */
  private static void requireKeyEach(NamedLimit limit, String key) {
    if (key.isEmpty() && limit.limit().scope() == Scope.EACH) {
      String name = limit.limit().name();
      throw new IllegalArgumentException("key must not be empty for limit '" + name
          + "', which is for each key by itself, got none: say whom to count, as in Charge.of(\""
          + name + "\", key); those without a key may share one that you choose");
    }
  }

  /** Refuses what the limits that are enforced can never admit. */
  private static void requirePermits(long permits, NamedLimit... limits) {
    long most = Long.MAX_VALUE;
    NamedLimit least = null;
    for (NamedLimit limit : limits) {
      if (!limit.limit().isShadow() && limit.maxPermits() < most) {
        most = limit.maxPermits();
        least = limit;
      }
    }
    if (permits < 1 || permits > most) { // the text of the limit is made only to be shown
      Requests.requirePermits(
          permits,
          most,
          least == null ? "" : least.limit().name() + ": " + least.limit().text());
    }
  }
}
