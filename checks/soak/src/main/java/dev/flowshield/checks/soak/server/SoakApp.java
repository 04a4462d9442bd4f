package dev.flowshield.checks.soak.server;

import dev.flowshield.http.HttpShield;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The application behind the shield of one server: work for which four threads are there, as for a
 * pool of four connections to a database. Thread-safe.
 */
public final class SoakApp implements AutoCloseable {

  static final String DONE = "done";
  static final int ERROR_STATUS = 502;
  static final int TIMEOUT_STATUS = 504;
  static final int TIMEOUT_MILLIS = 100;
  static final String EVENT = "data: event\n\n";

  /** How many bytes a large body has: more than the buffers of loopback. */
  public static final int LARGE = 8 << 20;

  static final byte[] CHUNK = new byte[64 << 10];
  static final int CHUNKS = LARGE / CHUNK.length;

  private static final int EVENTS = 5;
  private static final int EVENT_MILLIS = 10;
  private static final int THREADS = 4;
  private static final long WORK_NANOS = 2_000_000;
  private static final int SLOW = 5; // times as long

  private final HttpShield shield;
  private volatile long workNanos = WORK_NANOS;
  private volatile CompletableFuture<Void> going = CompletableFuture.completedFuture(null);
  private final AtomicLong begun = new AtomicLong();
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  /** Behind this shield. */
  public SoakApp(HttpShield shield) {
    this.shield = shield;
  }

  HttpShield shield() {
    return shield;
  }

  /** A request has come through the shield. */
  void begin() {
    begun.incrementAndGet();
  }

  /** How many requests have come through the shield. */
  public long begun() {
    return begun.get();
  }

  /** From now on, work waits, and what comes then takes longer. */
  public void hold() {
    workNanos = SLOW * WORK_NANOS;
    going = new CompletableFuture<>();
  }

  /** The work that waits goes on. */
  public void goOn() {
    going.complete(null);
  }

  /** From now on, work takes as long as at the start. */
  public void speedUp() {
    workNanos = WORK_NANOS;
  }

  /** Does the work, and then this, when a thread is free for it. */
  void later(Runnable then) {
    threads.execute(() -> {
      going.join();
      long until = System.nanoTime() + workNanos;
      for (long left = workNanos; left > 0; left = until - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      then.run();
    });
  }

  /** Does the work, and returns when it is done. */
  void work() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    later(() -> done.complete(null));
    done.join();
  }

  /** Fails. */
  static void fail(Ending how) {
    if (how == Ending.ERROR) {
      throw new AssertionError("this error is part of the soak");
    }
    throw new IllegalStateException("this failure is part of the soak");
  }

  /** Runs this when the server's time limit would be over. */
  void atTimeout(Runnable then) {
    after(TIMEOUT_MILLIS, then);
  }

  /**
   * Sends some events, one after the other.
   *
   * @param send sends one; its answer is whether the client is there
   * @param end ends the stream, if the client was there until the last
   */
  void events(BooleanSupplier send, Runnable end) {
    events(EVENTS, send, end);
  }

  private void events(int left, BooleanSupplier send, Runnable end) {
    after(EVENT_MILLIS, () -> {
      if (left == 0) {
        end.run();
      } else if (send.getAsBoolean()) {
        events(left - 1, send, end);
      }
    });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // what fails leaves its request open, and is found
  private void after(int millis, Runnable then) {
    timer.schedule(then, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    timer.shutdownNow();
  }
}
