package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.rate.AllOrNothing;
import dev.flowshield.engine.rate.Allowances;
import dev.flowshield.engine.rate.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A limit that the engine keeps, whatever its formula. It is judged without a write, and what was taken can be given back. */
final class EngineLimit extends NamedLimit {

  private final Allowances[] allowances; // one for each rate limit, in their order
  private final BiConsumer<List<RateLimit>, List<RateLimit>> change;

  /**
   * A limit at work.
   *
   * @param allowances one for each rate limit
   * @param change makes them go on with others, as many; it is told the old ones and the new ones, and fails only with the old ones kept
   */
  EngineLimit(
      Limit limit,
      List<? extends Allowances> allowances,
      BiConsumer<List<RateLimit>, List<RateLimit>> change) {
    super(limit);
    this.allowances = allowances.toArray(Allowances[]::new);
    this.change = change;
  }

  /** What is left, by rate limit. */
  Allowances[] allowances() {
    return allowances;
  }

  @Override
  int turn() {
    return limit().scope() == Limit.Scope.EACH ? 0 : 1;
  }

  @Override
  long maxPermits() {
    long least = Long.MAX_VALUE;
    for (Allowances each : allowances) {
      least = Math.min(least, each.maxPermits());
    }
    return least;
  }

  @Override
  long retryAfterNanos(long hash, long permits, long now) {
    long longest = 0;
    for (Allowances each : allowances) {
      longest = Math.max(longest, retryAfterNanos(each, hash, permits, now));
    }
    return longest;
  }

  /** More than the burst is never there: asked of a shadow limit, or of one that was changed a moment ago. */
  private static long retryAfterNanos(Allowances each, long hash, long permits, long now) {
    long most = each.maxPermits();
    return permits <= most
        ? each.retryAfterNanos(hash, permits, now)
        : Math.max(1, each.retryAfterNanos(hash, most, now));
  }

  @Override
  OverLimit overLimit(long hash, long permits, long now, long retryAfterNanos) {
    int slowest = 0;
    long longest = 0;
    for (int i = 0; i < allowances.length; i++) {
      long wait = retryAfterNanos(allowances[i], hash, permits, now);
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
        Math.min(permits - 1, allowances[slowest].remaining(hash, now)), // others may give back
        retryAfterNanos);
  }

  /** For a shadow: takes the permits if they are there, and does what comes then; null if they are not. */
  <C, T> @Nullable T take(
      long hash, long permits, long now, C context, AllOrNothing.Afterwards<C, T> afterwards) {
    while (retryAfterNanos(hash, permits, now) == 0) {
      T done = AllOrNothing.take(allowances, hash, permits, now, context, afterwards);
      if (done != null) {
        return done;
      }
    }
    return null;
  }

  @Override
  Item item(String key, long permits) {
    return new Part(this, key, permits);
  }

  @Override
  Decision look(String key, long permits, long now) {
    long hash = hash(key);
    List<RateLimit> limits = limit().limits();
    List<Decision.Standing> standings = new ArrayList<>(allowances.length);
    Decision.Standing slowest = new Decision.Standing("", Long.MAX_VALUE, 0);
    long fewest = Long.MAX_VALUE;
    for (int i = 0; i < allowances.length; i++) {
      Decision.Standing standing = new Decision.Standing(
          limits.get(i).toString(),
          allowances[i].remaining(hash, now),
          retryAfterNanos(allowances[i], hash, permits, now));
      standings.add(standing);
      fewest = Math.min(fewest, standing.remaining());
      slowest = standing.retryAfterNanos() > slowest.retryAfterNanos() ? standing : slowest;
    }
    return slowest.retryAfterNanos() == 0
        ? new Decision.Admitted(fewest, standings)
        : new Decision.Rejected(fewest, slowest.retryAfterNanos(), slowest.limit(), standings);
  }

  @Override
  void reset(String key) {
    long hash = hash(key);
    for (Allowances each : allowances) {
      each.reset(hash);
    }
  }

  @Override
  boolean canKeepTo(List<RateLimit> limits) {
    return Keepers.canKeep(limit(), limits);
  }

  @Override
  void keepTo(List<RateLimit> limits) {
    change.accept(limit().limits(), limits);
  }

  @Override
  long tracked() {
    long most = 0;
    for (Allowances each : allowances) {
      most = Math.max(most, each.tracked());
    }
    return most;
  }

  @Override
  long capacity() {
    return allowances[0].capacity(); // as large as the others
  }

  @Override
  long overflowed() {
    long sum = 0;
    for (Allowances each : allowances) {
      sum += each.overflowed();
    }
    return sum;
  }

  /** What one request asks of such a limit. */
  static final class Part extends Item {

    private final Lease lease;

    Part(EngineLimit limit, String key, long permits) {
      super(limit, key, permits);
      this.lease = new Lease(limit.allowances, hash(), permits);
    }

    @Override
    boolean tryTake(long now) {
      return lease.take(now);
    }

    @Override
    @Nullable
    OverLimit refusal() {
      return null;
    }

    @Override
    void settleTaken(long used) {
      lease.settle(used);
    }
  }
}
