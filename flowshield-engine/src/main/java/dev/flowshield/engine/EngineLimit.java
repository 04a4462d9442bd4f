package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.limiter.Arguments;
import dev.flowshield.engine.limiter.KeyedLimiter;
import java.util.ArrayList;
import java.util.List;

/**
 * A limit that the engine keeps, by any formula. It is judged without a write, and its permits
 * can be refunded.
 */
final class EngineLimit extends ActiveLimit {

  private final KeyedLimiter limiter;
  private final List<KeyTable> tables; // empty for all together
  private final Allowances allowances; // one for each rate limit, in their order

  /** A limit that is kept by a limiter of the engine. */
  EngineLimit(Limit limit, KeyedLimiter limiter) {
    super(limit);
    this.limiter = limiter;
    boolean each = limit.scope() == Limit.Scope.EACH;
    this.tables = each ? limiter.tables() : List.of();
    this.allowances = each ? limiter.keys() : limiter.keyless();
  }

  KeyedLimiter limiter() {
    return limiter;
  }

  /** Returns whether its words can be kept in a file: it runs a formula of the engine. */
  boolean canBeKept() {
    return limiter.capabilities().contains(Capability.CHANGE);
  }

  /** Returns the allowances, one for each rate. */
  Allowances allowances() {
    return allowances;
  }

  @Override
  int order() {
    return limit().scope() == Limit.Scope.EACH ? 0 : 1;
  }

  @Override
  long burst() {
    return allowances.burst();
  }

  @Override
  long retryAfterNanos(long hash, long permits, long now) {
    long longest = 0;
    for (int i = 0; i < allowances.size(); i++) {
      longest = Math.max(longest, retryAfterNanos(allowances.get(i), hash, permits, now));
    }
    return longest;
  }

  /** Returns the wait of a request that comes after others, which want this many permits. */
  long retryAfterNanos(long hash, long permits, long ahead, long now) {
    if (ahead == 0) {
      return retryAfterNanos(hash, permits, now);
    }
    if (permits > burst()) {
      return Decision.NEVER;
    }
    long longest = 0;
    for (int i = 0; i < allowances.size(); i++) {
      RateLimit rate = limit().limits().get(i);
      long beyond = Math.max(0, permits + ahead - allowances.get(i).burst());
      double more = (double) beyond * rate.period().toNanos() / rate.permits();
      Allowance each = allowances.get(i);
      long wait = each.retryAfterNanos(hash, Math.min(permits + ahead, each.burst()), now);
      wait = beyond > 0 ? Math.max(1, wait) : wait;
      longest = Math.max(longest, wait + (long) Math.min(more, Long.MAX_VALUE / 2.0));
    }
    return longest;
  }

  /** Returns the wait of one rate; {@link Decision#NEVER} for more than the burst. */
  private static long retryAfterNanos(Allowance each, long hash, long permits, long now) {
    return permits > each.burst() ? Decision.NEVER : each.retryAfterNanos(hash, permits, now);
  }

  @Override
  OverLimit overLimit(long hash, long permits, long now, long retryAfterNanos) {
    int slowest = 0;
    long longest = 0;
    for (int i = 0; i < allowances.size(); i++) {
      long wait = retryAfterNanos(allowances.get(i), hash, permits, now);
      if (wait > longest) {
        slowest = i;
        longest = wait;
      }
    }
    Limit limit = limit();
    return new OverLimit(
        limit.name(),
        limit.scope(),
        limit.limits().get(slowest),
        Math.min(permits - 1, allowances.get(slowest).remaining(hash, now)), // others may give back
        retryAfterNanos);
  }

  @Override
  Decision look(String key, long permits, long now) {
    long hash = hash(key);
    List<RateLimit> limits = limit().limits();
    List<LimitStatus> statuses = new ArrayList<>(allowances.size());
    LimitStatus slowest = null;
    long fewest = Long.MAX_VALUE;
    for (int i = 0; i < allowances.size(); i++) {
      LimitStatus status = new LimitStatus(
          limits.get(i),
          allowances.get(i).remaining(hash, now),
          retryAfterNanos(allowances.get(i), hash, permits, now));
      statuses.add(status);
      fewest = Math.min(fewest, status.remaining());
      slowest = slowest == null || status.retryAfterNanos() > slowest.retryAfterNanos()
          ? status
          : slowest;
    }
    return slowest == null || slowest.retryAfterNanos() == 0
        ? new Decision.Admitted(fewest, statuses)
        : new Decision.Rejected(fewest, slowest.retryAfterNanos(), slowest.limit(), statuses);
  }

  @Override
  void addStatus(String key, long hash, long permits, long now, List<LimitStatus> to) {
    for (int i = 0; i < allowances.size(); i++) {
      Allowance each = allowances.get(i);
      to.add(new LimitStatus(
          limit().name(),
          limit().limits().get(i),
          each.remaining(hash, now),
          retryAfterNanos(each, hash, permits, now)));
    }
  }

  @Override
  void reset(String key) {
    allowances.reset(hash(key));
  }

  @Override
  void add(String key, long permits) {
    Arguments.requireSome(permits);
    limiter.add(allowances, key, hash(key), permits);
  }

  @Override
  boolean canKeepTo(List<RateLimit> limits) {
    return limit().source().canKeep(limits);
  }

  @Override
  void keepTo(List<RateLimit> limits) {
    limiter.changeTo(limits);
  }

  @Override
  long tracked() {
    long most = 0;
    for (KeyTable table : tables) {
      most = Math.max(most, table.tracked());
    }
    return most;
  }

  @Override
  long maxKeys() {
    return tables.isEmpty() ? 0 : tables.get(0).maxKeys(); // as many as of each other
  }

  @Override
  long slots() {
    return tables.isEmpty() ? 0 : tables.get(0).capacity();
  }

  @Override
  long overflowed() {
    long sum = 0;
    for (KeyTable table : tables) {
      sum += table.overflowed();
    }
    return sum;
  }
}
