package dev.flowshield.engine.rate;

import dev.flowshield.spi.RateAlgorithm;

/**
 * The words of a limit as another process kept them, by a ticker with another origin.
 *
 * <p>There a word is its distance from the idle word of the moment of the save; windows that begin
 * at no fixed time of the calendar need their phase, too. Here that moment is so long ago as the
 * wall clock says. What has come back since is not owed any more.
 *
 * <p>Immutable, pure.
 */
public final class Earlier {

  private final RateAlgorithm then;
  private final long down;
  private final long now;

  /**
   * What was kept.
   *
   * @param limit the limit of that time, as a limiter would keep it here
   * @param phase of its windows, at the moment of the save
   * @param down how long ago that was, in nanoseconds; 0 or more
   * @param now the reading of the ticker that goes with it
   */
  public Earlier(RateAlgorithm limit, long phase, long down, long now) {
    this.then =
        limit instanceof SlidingWindow windows ? windows.startingAt(now - down - phase) : limit;
    this.down = down;
    this.now = now;
  }

  /** The name of a formula that can be kept; empty for one of a user's own. */
  public static String kind(RateAlgorithm algorithm) {
    return algorithm instanceof Gcra
        ? "token-bucket"
        : algorithm instanceof FixedWindow
            ? "fixed-window"
            : algorithm instanceof SlidingWindow ? "sliding-window" : "";
  }

  /** How far into a window a time is, where that is not known by the calendar. */
  public static long phase(RateAlgorithm algorithm, long now) {
    return algorithm instanceof SlidingWindow windows ? windows.into(now) : 0;
  }

  /** How far a word is from idle; 0 if nothing is owed. */
  public static long owed(RateAlgorithm algorithm, long word, long now) {
    return algorithm.isIdle(word, now) ? 0 : word - algorithm.idle(now);
  }

  /** The word of another limit for a key that owed so much then. */
  public long word(long owed, RateAlgorithm next) {
    if (owed == 0 || isOver(owed)) {
      return next.idle(now);
    }
    return new Conversion(then, next).word(then.idle(now - down) + (owed & ~1L), now);
  }

  private boolean isOver(long owed) {
    return then instanceof Gcra gcra
        ? gcra.isOver(owed, down)
        : then instanceof FixedWindow window
            ? window.isOver(owed, down)
            : then instanceof SlidingWindow windows && windows.isOver(owed, down);
  }
}
