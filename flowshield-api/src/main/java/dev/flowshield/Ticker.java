package dev.flowshield;

import java.util.concurrent.CompletableFuture;

/**
 * Where limiters read the time: monotonic nanoseconds from an arbitrary origin, as
 * {@link System#nanoTime()} gives them.
 *
 * <p>Only differences mean anything, and the count may wrap around. Tests pass a ticker that they
 * turn by hand. A reading that steps back makes the built-in limiters reject for as long as the
 * step was. It makes them admit no more, unless it is by more than 2.4 hours: then what was taken
 * may be forgotten. A permit counts at the reading by which its call was judged, and the readings
 * of any span admit no more than the limit does in that span, however often the clock passes there.
 * There are exceptions. Permits that are given back while the clock is behind may pass once more,
 * and so may what comes back in the length of the step if the limit is changed meanwhile. A limit
 * without keys whose burst is big enough to be kept in cells may admit a 64th of it once more.
 *
 * <p>Implementations are thread-safe, and never call what reads them: a limiter may hold a lock
 * meanwhile, and throws {@link IllegalStateException} if it would have to wait for itself. A check
 * reads the ticker once, or again when it rejects a key or when other threads got between; it is
 * the largest single cost of a check, so keep it cheap.
 */
@FunctionalInterface
public interface Ticker {

  /** The time in nanoseconds. */
  long nanos();

  /**
   * A future that completes once this much time has passed on this ticker; cancel it when it is no
   * longer needed. Waiting for permits goes by it.
   *
   * <p>This one goes by the machine's time, so a ticker that tells another time gives one of its
   * own. Whatever depends on the future runs on the thread that tells the time and must be short.
   *
   * @param nanos how long, in nanoseconds; at once if it is not above 0
   */
  default CompletableFuture<Void> after(long nanos) {
    return SystemTicker.timer(nanos);
  }

  /** The ticker of this machine, {@link System#nanoTime()}. */
  static Ticker system() {
    return SystemTicker.SYSTEM;
  }
}
