package dev.flowshield.http;

import dev.flowshield.Ticker;
import dev.flowshield.engine.FlowShield;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long requests wait for a thread before their shield is asked, where a server runs
 * them in a pool: some fifty times a second, it hands the pool an empty task, and tells the shield
 * how long that has waited. After one that has waited it hands over the next one at once, so that
 * the shield sees soon when requests wait no more. See {@link FlowShield#reportQueueDelay}.
 *
 * <pre>
 *   waited = begun - handed over - late
 * </pre>
 *
 * <p>where {@code late} is how long the timer was behind its time when it handed the task over:
 * where the processors are busy, or the process stood still, each thread begins late, and that is
 * no queue for the threads of the pool. What is handed over at once is not late.
 *
 * <p>Only for a shield that finds its cap by itself: see
 * {@link dev.flowshield.engine.InFlightLimit#auto}.
 * Only while requests come, and while a task waits: it is over a moment after the last request, and
 * there is nothing to close. One task waits at most. It has no thread of its own.
 *
 * <p>Thread-safe; never blocks.
 */
public final class QueueProbe {

  static final int INTERVAL_MILLIS = 20;

  /** For which to look again at once: no more than a thread takes to begin on a busy machine. */
  static final long WAIT_NANOS = 3_000_000;

  /** After which a task that has not run is taken for lost, as in a pool that was shut down. */
  static final long LOST_NANOS = 60_000_000_000L;

  private static final long INTERVAL_NANOS = INTERVAL_MILLIS * 1_000_000L;

  private final FlowShield engine;
  private volatile Executor pool; // where the next task goes
  private final Ticker ticker;
  private final Executor afterInterval;

  private final AtomicBoolean isTicking = new AtomicBoolean();
  private final AtomicReference<@Nullable Sample> waiting = new AtomicReference<>();
  private volatile boolean hasCome; // a request, since the last tick
  private long dueAt; // the next tick; written before it is scheduled

  /**
   * A probe that does nothing until a request comes.
   *
   * @param pool where the server runs the requests of the shield
   */
  public QueueProbe(HttpShield shield, Executor pool) {
    this(
        shield,
        pool,
        Ticker.system(),
        ProcessTimer.shortTaskAfter(INTERVAL_MILLIS, TimeUnit.MILLISECONDS));
  }

  /**
   * A probe for a server with event loops, of which each request {@linkplain
   * #requestCame(Executor) says} its own: they are measured in turn.
   */
  public QueueProbe(HttpShield shield) {
    this(shield, Runnable::run);
  }

  /** For tests, which decide when it ticks. */
  QueueProbe(HttpShield shield, Executor pool, Ticker ticker, Executor afterInterval) {
    this.engine = shield.engine();
    this.pool = Objects.requireNonNull(
        pool, "pool must be the one that runs requests, got null: leave out the probe without one");
    this.ticker = ticker;
    this.afterInterval = afterInterval;
  }

  /** A request has come; to be called for each. Reads a header, and seldom does more. */
  public void requestCame() {
    if (isToBeTold()) {
      hasCome = true;
      keepTicking();
    }
  }

  /**
   * A request has come, and this runs tasks where it was read, such as its event loop; to be called
   * for each, or for those for which it {@linkplain #isToBeTold() is to be}.
   */
  public void requestCame(Executor here) {
    if (isToBeTold()) {
      pool = here;
      requestCame();
    }
  }

  /** Whether this is the first request for some time. */
  public boolean isToBeTold() {
    return !hasCome && engine.isInFlightAuto();
  }

  private void keepTicking() {
    if (hasCome && !isTicking.get() && isTicking.compareAndSet(false, true)) {
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
        keepTicking(); // for a request that came in the meantime
      }
    }
  }

  /** Whether there is something to look at at the next tick. */
  private boolean look(long now) {
    boolean came = hasCome;
    hasCome = false;
    long late = Math.max(0, now - dueAt);
    Sample sample = waiting.get();
    if (sample != null && sample.waited(now) < LOST_NANOS) {
      // All threads may be busy for long: the shield has to know before one of them is free. What
      // waits for less says nothing yet.
      long waited = sample.waited(now) - late;
      if (waited >= INTERVAL_NANOS) {
        engine.reportQueueDelay(waited);
      }
      return true;
    }
    waiting.set(null);
    if (came) {
      Sample next = new Sample(now + late);
      waiting.set(next); // before it is handed on, as a pool may run it at once
      handOn(next);
    }
    return came;
  }

  private void handOn(Sample sample) {
    boolean isHandedOn = false;
    try {
      pool.execute(sample);
      isHandedOn = true;
    } catch (RejectedExecutionException closedOrFull) {
      // Mostly closed, and then it says nothing of requests.
    } finally {
      if (!isHandedOn) {
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
      if (waiting.compareAndSet(this, next)) { // else it was taken for lost
        engine.reportQueueDelay(Math.max(0, waited(now)));
        if (next != null) {
          handOn(next);
        }
      }
    }
  }
}
