package dev.flowshield.http.binding;

import dev.flowshield.Ticker;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.http.process.ProcessTimer;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long requests wait for a thread of the server's pool before the shield is called.
 * About fifty times a second, the probe submits an empty task to the pool and reports its wait to
 * the shield. After a task that has waited, the next one is submitted at once, so that the shield
 * soon sees the end of the queue. See {@link FlowShield#reportQueueDelay}.
 *
 * <pre>
 *   waited = begun - submitted - late
 * </pre>
 *
 * <p>{@code late} is the delay of the timer that submitted the task. If the processors are busy or
 * the process was stopped, every thread begins late, which is not a queue for the pool. A task that
 * is submitted at once is not late.
 *
 * <p>Active only for a shield that adapts its cap in flight, and only while requests arrive or a
 * task waits. The probe stops a moment after the last request; there is nothing to close. At most
 * one task waits. The probe has no thread of its own.
 *
 * <p>Thread-safe; never blocks.
 */
public final class QueueProbe {

  static final int INTERVAL_MILLIS = 20;

  /** The wait after which the next task is submitted at once: a thread begins within this time. */
  static final long WAIT_NANOS = 3_000_000;

  /** The age at which a task counts as lost, as in a pool that was shut down. */
  static final long LOST_NANOS = 60_000_000_000L;

  private static final long INTERVAL_NANOS = INTERVAL_MILLIS * 1_000_000L;

  private final FlowShield engine;
  private volatile Executor pool; // for the next task
  private final Ticker ticker;
  private final Executor afterInterval;

  private final AtomicBoolean isTicking = new AtomicBoolean();
  private final AtomicReference<@Nullable Sample> waiting = new AtomicReference<>();
  private volatile boolean hasRequest; // since the last tick
  private long dueAt; // the next tick; written before it is scheduled

  /**
   * Creates a probe that is idle until a request arrives.
   *
   * @param engine the {@code engine()} of the shield
   * @param pool runs the requests of the shield
   */
  public QueueProbe(FlowShield engine, Executor pool) {
    this(
        engine,
        pool,
        Ticker.system(),
        ProcessTimer.shortTaskAfter(INTERVAL_MILLIS, TimeUnit.MILLISECONDS));
  }

  /**
   * Creates a probe for a server with event loops, which are measured in turn. Each request
   * {@linkplain #requestArrived(Executor) names} its own.
   *
   * @param engine the {@code engine()} of the shield
   */
  public QueueProbe(FlowShield engine) {
    this(engine, Runnable::run);
  }

  /** Creates a probe for tests, which decide when it ticks. */
  QueueProbe(FlowShield engine, Executor pool, Ticker ticker, Executor afterInterval) {
    this.engine = engine;
    this.pool = Objects.requireNonNull(
        pool, "pool must be the one that runs requests, got null: leave out the probe without one");
    this.ticker = ticker;
    this.afterInterval = afterInterval;
  }

  /** Reports a request. Call this for each one; the usual cost is one volatile read. */
  public void requestArrived() {
    if (isIdle()) {
      hasRequest = true;
      keepTicking();
    }
  }

  /**
   * Reports a request and the event loop that has read it. Call this for each request, or only
   * while the probe {@linkplain #isIdle() is idle}.
   */
  public void requestArrived(Executor loop) {
    if (isIdle()) {
      pool = loop;
      requestArrived();
    }
  }

  /**
   * Returns whether the next request is to be reported, because it is the first one since the last
   * tick; always false if the cap is fixed.
   */
  public boolean isIdle() {
    return !hasRequest && engine.isInFlightAuto();
  }

  private void keepTicking() {
    if (hasRequest && !isTicking.get() && isTicking.compareAndSet(false, true)) {
      scheduleTick(ticker.nanos());
    }
  }

  private void scheduleTick(long now) {
    dueAt = now + INTERVAL_NANOS;
    afterInterval.execute(this::tick);
  }

  private void tick() {
    long now = ticker.nanos();
    boolean goesOn = false;
    try {
      goesOn = look(now);
    } finally {
      if (goesOn) {
        scheduleTick(now);
      } else {
        isTicking.set(false);
        keepTicking(); // for a request that arrived meanwhile
      }
    }
  }

  /** Returns whether another tick is needed. */
  private boolean look(long now) {
    boolean arrived = hasRequest;
    hasRequest = false;
    long late = Math.max(0, now - dueAt);
    Sample sample = waiting.get();
    if (sample != null && sample.waited(now) < LOST_NANOS) {
      // All threads may be busy for long, and the shield must know before one of them is free. A
      // shorter wait is no evidence yet.
      long waited = sample.waited(now) - late;
      if (waited >= INTERVAL_NANOS) {
        engine.reportQueueDelay(waited);
      }
      return true;
    }
    waiting.set(null);
    if (arrived) {
      Sample next = new Sample(now + late);
      waiting.set(next); // before it is submitted, because a pool may run it at once
      submit(next);
    }
    return arrived;
  }

  private void submit(Sample sample) {
    boolean isSubmitted = false;
    try {
      pool.execute(sample);
      isSubmitted = true;
    } catch (RejectedExecutionException closedOrFull) {
      // Mostly closed, which is no evidence about requests.
    } finally {
      if (!isSubmitted) {
        waiting.compareAndSet(sample, null);
      }
    }
  }

  private final class Sample implements Runnable {

    private final long since; // when it could have begun

    Sample(long since) {
      this.since = since;
    }

    long waited(long now) {
      return now - since;
    }

    @Override
    public void run() {
      long now = ticker.nanos();
      Sample next = waited(now) >= WAIT_NANOS ? new Sample(now) : null;
      if (waiting.compareAndSet(this, next)) { // else it counted as lost
        engine.reportQueueDelay(Math.max(0, waited(now)));
        if (next != null) {
          submit(next);
        }
      }
    }
  }
}
