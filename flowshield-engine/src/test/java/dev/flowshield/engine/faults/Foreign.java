package dev.flowshield.engine.faults;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.Ticker;
import dev.flowshield.engine.RejectionEvent;
import dev.flowshield.engine.RejectionListener;
import dev.flowshield.spi.ForwardingRateLimiter;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What users of the engine provide: code that works, unless {@link Fuse} makes one of its calls
 * fail.
 */
final class Foreign {

  private Foreign() {}

  /** Tells the time of a manual ticker. */
  static final class Clock implements Ticker {

    private final ManualTicker time;
    private boolean impatient;

    Clock(ManualTicker time) {
      this.time = time;
    }

    /** Whether waiting passes the time by itself, so that a thread that waits is not blocked. */
    void passTimeByWaiting(boolean passes) {
      impatient = passes;
    }

    @Override
    public long nanos() {
      Fuse.use("ticker.nanos");
      return time.nanos();
    }

    @Override
    public CompletableFuture<Void> after(long nanos) {
      Fuse.use("ticker.after");
      Throwable failed = Fuse.failureOf("the future of ticker.after");
      if (failed != null) {
        return CompletableFuture.failedFuture(failed);
      }
      CompletableFuture<Void> future = time.after(nanos);
      if (impatient) {
        time.advanceNanos(nanos);
      }
      return future;
    }
  }

  /** A steady rate with a burst, in the simplest way that keeps the laws. */
  static final class Bucket implements RateAlgorithm {
    /*
     * The word: the instant at which all permits are back, times two.
     */
    private final long cost; // of a permit, in units of the word
    private final long burst;

    Bucket(long nanosPerPermit, long burst) {
      this.cost = 2 * nanosPerPermit;
      this.burst = burst;
    }

    @Override
    public long idle(long now) {
      Fuse.use("algorithm.idle");
      return 2 * now;
    }

    @Override
    public boolean isIdle(long word, long now) {
      Fuse.use("algorithm.isIdle");
      return debt(word, now) == 0;
    }

    private static long debt(long word, long now) {
      return Math.max(0, word - 2 * now);
    }

    @Override
    public long step(long word, long now, long permits) {
      Fuse.use("algorithm.step");
      long debt = debt(word, now) + permits * cost;
      return debt > burst * cost ? REJECTED : 2 * now + debt;
    }

    @Override
    public long refund(long word, long taken, long refunded, long now, long permits) {
      Fuse.use("algorithm.refund");
      long outstanding = Math.min(permits * cost, taken - refunded * cost - 2 * now);
      return outstanding <= 0 || debt(word, now) == 0
          ? word
          : 2 * now + Math.max(0, debt(word, now) - outstanding);
    }

    @Override
    public long charge(long word, long now, long permits) {
      Fuse.use("algorithm.charge");
      return 2 * now + debt(word, now) + permits * cost;
    }

    @Override
    public long remaining(long word, long now) {
      Fuse.use("algorithm.remaining");
      return Math.max(0, burst * cost - debt(word, now)) / cost;
    }

    @Override
    public long retryAfterNanos(long word, long now, long permits) {
      Fuse.use("algorithm.retryAfterNanos");
      return Math.max(1, (debt(word, now) + permits * cost - burst * cost + 1) / 2);
    }

    @Override
    public long burst() {
      Fuse.use("algorithm.burst");
      return burst;
    }
  }

  /**
   * A limiter that is not the engine's as far as a shield can see.
   *
   * @param delegate which does the work
   * @param abilities what it can do beyond deciding
   */
  record Limiter(RateLimiter delegate, Set<Capability> abilities) implements ForwardingRateLimiter {

    /** A limiter that can do all that the other one can. */
    static Limiter able(RateLimiter delegate) {
      return new Limiter(delegate, EnumSet.allOf(Capability.class));
    }

    @Override
    public Set<Capability> capabilities() {
      Fuse.use("limiter.capabilities");
      return abilities;
    }

    @Override
    public Decision decide(String key, long permits) {
      Fuse.use("limiter.decide");
      return delegate.decide(key, permits);
    }

    @Override
    public Reservation reserve(String key, long permits) {
      Fuse.use("limiter.reserve");
      Reservation reservation = delegate.reserve(key, permits);
      return reservation instanceof Reservation.Held held
          ? new Reservation.Held(permits, held.decision(), used -> {
            Fuse.use("settlement.settle");
            held.settle(used);
          })
          : reservation;
    }

    @Override
    public Decision peek(String key) {
      Fuse.use("limiter.peek");
      return delegate.peek(key);
    }

    @Override
    public void reset(String key) {
      Fuse.use("limiter.reset");
      delegate.reset(key);
    }

    @Override
    public void add(String key, long permits) {
      Fuse.use("limiter.add");
      delegate.add(key, permits);
    }

    @Override
    public void changeTo(List<RateLimit> limits) {
      Fuse.use("limiter.changeTo");
      delegate.changeTo(limits);
    }
  }

  /** Counts what it is told. */
  static final class Listener implements RejectionListener {

    private int events;

    @Override
    public void rejected(RejectionEvent event) {
      Fuse.use("listener.rejected");
      events++;
    }

    int events() {
      return events;
    }
  }

  /** Runs tasks at once, or when it is told to. */
  static final class Tasks implements Executor {

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean queues;

    /** From now on, tasks wait for {@link #runAll}. */
    void queue() {
      queues = true;
    }

    @Override
    public void execute(Runnable task) {
      Fuse.use("executor.execute");
      if (queues) {
        waiting.add(task);
      } else {
        task.run();
      }
    }

    void runAll() {
      @Nullable Runnable task;
      while ((task = waiting.poll()) != null) {
        task.run();
      }
    }
  }
}
