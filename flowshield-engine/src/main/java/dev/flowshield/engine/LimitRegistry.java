package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.limiter.Arguments;
import dev.flowshield.engine.limiter.KeyedLimiter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The limits of a shield by their names. Thread-safe. */
final class LimitRegistry {

  private static final int MOST_SHOWN = 16;

  private final Map<String, ActiveLimit> byName = new LinkedHashMap<>();
  private final LimitSets sets;
  private final ReentrantLock changing = new ReentrantLock(); // one change at a time

  /**
   * Puts limits to work.
   *
   * @param usual the names of those that are charged if a request names no limit
   */
  LimitRegistry(
      Collection<Limit> limits,
      Collection<String> usual,
      Rejections rejections,
      Ticker ticker,
      InstantSource instantSource) {
    String kept = null;
    for (Limit limit : limits) {
      ActiveLimit active =
          Limit.withNameInErrors(limit.name(), () -> activate(limit, ticker, instantSource));
      if (active instanceof ExternalLimit external && !external.canRefund() && !limit.isShadow()) {
        kept = requireOnly(kept, limit.name());
      }
      byName.put(limit.name(), active);
    }
    this.sets = new LimitSets(byName.keySet(), this::limit, usual, rejections);
  }

  private static ActiveLimit activate(Limit limit, Ticker ticker, InstantSource instantSource) {
    LimiterSource source = limit.source();
    RateLimiter limiter = source.limiter(LimiterSpec.ofAll(limit.limits())
        .withTicker(ticker)
        .withInstantSource(instantSource)
        .withName(limit.name())
        .withMaxKeys(limit.scope() == Scope.EACH ? limit.maxKeys() : 1));
    // Limits are judged by the shield's reading of the clock, so they must go by the same one.
    return limiter instanceof KeyedLimiter keyed && keyed.spec().ticker() == ticker
        ? new EngineLimit(limit, keyed)
        : new ExternalLimit(limit, limiter, source.store());
  }

  private static String requireOnly(@Nullable String other, String name) {
    if (other != null) {
      throw new IllegalStateException(
          "at most one limit may be kept by a limiter that cannot give permits back, got '" + other
              + "' and '" + name
              + "': whatever the first one gave would be lost when the second rejects;"
              + " choose a limiter whose capabilities() include RESERVE for one of them");
    }
    return name;
  }

  /** Returns the sets of limits that requests are charged. */
  LimitSets sets() {
    return sets;
  }

  /** Returns the answer to a request for one permit of a key. */
  Decision peek(String name, String key, long now) {
    return keyed(name, key).look(key, 1, now);
  }

  void reset(String name, String key) {
    keyed(name, key).reset(key);
  }

  void add(String name, String key, long permits) {
    keyed(name, key).add(key, permits);
  }

  private ActiveLimit keyed(String name, String key) {
    Arguments.requireKey(key);
    ActiveLimit limit = limit(name);
    limit.requireNoKeyTogether(key);
    return limit;
  }

  List<Limit> all() {
    return byName.values().stream().map(ActiveLimit::limit).toList();
  }

  /** Returns the limiters of those that the engine keeps and whose words can be kept in a file. */
  Map<String, KeyedLimiter> kept() {
    Map<String, KeyedLimiter> kept = new LinkedHashMap<>();
    byName.forEach((name, limit) -> {
      if (limit instanceof EngineLimit local && local.canBeKept()) {
        kept.put(name, local.limiter());
      }
    });
    return kept;
  }

  boolean isLocal(String name) {
    return limit(name) instanceof EngineLimit;
  }

  List<LimitStats> stats() {
    return byName.values().stream().map(LimitStats::new).toList();
  }

  LimitStats stats(String name) {
    return new LimitStats(limit(name));
  }

  /** Returns the stores that keep limits, each once, in the order of the limits. */
  List<LimitStore> stores() {
    Set<LimitStore> stores = Collections.newSetFromMap(new IdentityHashMap<>());
    return all().stream()
        .map(limit -> limit.source().store())
        .filter(Objects::nonNull)
        .filter(stores::add)
        .toList();
  }

  /** Returns the keys that are blocked, or were, of all limits; those blocked for longest first. */
  List<Offender> offenders(long now) {
    return blocks()
        .flatMap(blocks -> blocks.offenders(now).stream())
        .sorted(Comparator.comparing(Offender::blockedFor)
            .thenComparing(Offender::level)
            .reversed())
        .toList();
  }

  boolean pardon(String name, String key) {
    return blocks(keyed(name, key)).pardon(key);
  }

  boolean pardon(Offender offender) {
    return blocks(limit(offender.limit())).pardon(offender);
  }

  boolean block(String name, String key, Duration duration, long now) {
    ActiveLimit limit = keyed(name, key);
    if (limit.limit().isShadow()) {
      throw new IllegalStateException("limit '" + name
          + "' must be enforced to block a key, got a shadow: block the key by another limit");
    }
    return blocks(limit).block(limit.hash(key), duration, now);
  }

  void pardonAll() {
    blocks().forEach(BlockedKeys::pardonAll);
  }

  private Stream<BlockedKeys> blocks() {
    return byName.values().stream().map(ActiveLimit::blocks).filter(Objects::nonNull);
  }

  private static BlockedKeys blocks(ActiveLimit limit) {
    BlockedKeys blocks = limit.blocks();
    if (blocks == null) {
      throw new IllegalStateException("limit '" + limit.limit().name()
          + "' must have a penalty for a key to be blocked or pardoned, got none: use reset to give a"
          + " key its allowance again, or add withPenalty when the shield is built");
    }
    return blocks;
  }

  /** Returns the limit of this name with other limits, as text. */
  Limit changed(String name, String limits) {
    return limit(name).limit().withLimits(limits);
  }

  /** Changes all of them, or throws and changes nothing. */
  void change(Collection<Limit> to) {
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
      unknown.addAll(known); // changes that may still fail come first
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
    return Limit.withNameInErrors(to.name(), () -> limit.canKeepTo(to.limits()));
  }

  private ActiveLimit limit(String name) {
    ActiveLimit limit = byName.get(Objects.requireNonNull(name, "limit"));
    if (limit == null) {
      throw unknown(byName.keySet(), name);
    }
    return limit;
  }

  /** Returns the failure of a name that no limit has. */
  static IllegalArgumentException unknown(Collection<String> names, String name) {
    String some = names.stream().limit(MOST_SHOWN).collect(Collectors.joining(", "));
    return new IllegalArgumentException("limit must be one of [" + some
        + (names.size() > MOST_SHOWN ? ", … " + names.size() + " in all" : "") + "], got '"
        + (name.length() <= 64 ? name : name.substring(0, 64) + "…")
        + "': correct the name, or add the limit when the shield is built");
  }
}
