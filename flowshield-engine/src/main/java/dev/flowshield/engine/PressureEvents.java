package dev.flowshield.engine;

import dev.flowshield.Pressure;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Tells a listener how hard the server is pressed, on an executor: one call at a time, and always
 * the last one that there is. A change that is over before it could be told is left out.
 *
 * <p>Thread-safe.
 */
final class PressureEvents {

  private final Consumer<? super Pressure> listener;
  private final Executor executor;
  private final AtomicBoolean telling = new AtomicBoolean();
  private final AtomicLong failures = new AtomicLong();
  private volatile Pressure latest = Pressure.NORMAL;
  private volatile Pressure told = Pressure.NORMAL; // written by the one that tells

  PressureEvents(Consumer<? super Pressure> listener, Executor executor) {
    this.listener = listener;
    this.executor = executor;
  }

  /** It has changed. Whatever the listener or the executor throws is counted. */
  void changed(Pressure next) {
    latest = next;
    if (telling.compareAndSet(false, true)) {
      try {
        executor.execute(this::tell);
      } catch (Throwable notRun) { // an Error too: the request that noticed goes on
        failures.incrementAndGet();
        telling.set(false);
      }
    }
  }

  private void tell() {
    do {
      Pressure next = latest;
      if (next != told) {
        told = next;
        try {
          listener.accept(next);
        } catch (Throwable failure) { // as with the listener of rejections
          failures.incrementAndGet();
        }
      }
      telling.set(false);
    } while (latest != told && telling.compareAndSet(false, true));
  }

  /** Calls that failed. */
  long failures() {
    return failures.get();
  }
}
