package dev.flowshield.engine.overload;

import java.util.Locale;

/**
 * Gathers evidence while more is in flight than was seen to do no harm, and while nothing is
 * rejected. A server is overloaded if all of this is so:
 *
 * <pre>
 *   few end    clearly fewer pieces of work have ended than if they took as long as usual
 *   it grows   of the routes that are known, clearly less has ended than was begun
 *   slower     the work that ended last took clearly longer than usual
 *   plateau    as much ends however much is in flight, rather than in proportion to it
 *   and        much more was begun than usual, or latency depends on the work in flight
 * </pre>
 *
 * <p>Work that is slow by itself fails one of these: it ends in proportion to the work in flight,
 * or is as slow however much that is. Work of a new route counts as soon as its latency is known.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class OverloadDetector {

  private static final double SLOWER = 1.25; // than usual
  private static final double CLEARLY = 2.5; // standard deviations
  private static final double VERY_CLEARLY = 3;
  private static final double HARDLY = 1.5;

  private static final double LATENCIES = 1.5; // that evidence takes at least
  private static final long FEWEST = 4; // ends
  private static final long FEWEST_FOR_ELASTICITY = 30;
  private static final double MUCH_MORE = 1.8; // than usual
  private static final double ELASTIC = 0.4;
  private static final double LIKELIER = 1; // the log of how much

  private static final long FEW_ENDS = 8; // of which the latency is taken
  private static final long STRETCH_NANOS = 50_000_000;
  private static final int STRETCH_LATENCIES = 3;
  private static final long FEWEST_OF_STRETCH = 10;
  private static final double STEADY = 0.05; // of begun work does not end

  private static final long[] NONE = {};

  private final Plateau plateau = new Plateau();
  private boolean isOpen;
  private long since;
  private long[] from = NONE;
  private long[] recent = NONE; // a few ends ago
  private long[] lessRecent = NONE; // twice as many
  private long[] stretch = NONE;
  private long stretchSince;
  private long lookedAt;
  private int inFlight; // at that time
  private double area; // in flight times ticks
  private Window window = Window.EMPTY;
  private boolean isSlower;
  private double slowdown; // of the work that ended last
  private boolean isSteady;

  /** Returns whether it gathers. */
  boolean isOpen() {
    return isOpen;
  }

  /** Returns the time at which the suspicion began. */
  long since() {
    return since;
  }

  /** Begins. */
  void begin(long[] sums, int newInFlight, long now) {
    isOpen = true;
    since = now;
    from = sums;
    recent = sums;
    lessRecent = sums;
    stretch = sums;
    stretchSince = now;
    lookedAt = now;
    inFlight = newInFlight;
    area = 0;
    window = Window.EMPTY;
    isSlower = false;
    isSteady = false;
    plateau.begin(now);
  }

  /** Ends. */
  void end() {
    isOpen = false;
  }

  /**
   * Looks at the work since the last look.
   *
   * @param latency the latency of work that waits for nothing, in ticks
   */
  void look(long[] sums, int newInFlight, double latency, long now) {
    area += (double) (now - lookedAt) / Window.NANOS_PER_TICK * (inFlight + newInFlight) / 2;
    lookedAt = now;
    inFlight = newInFlight;
    window = WindowCounters.between(from, sums, Math.max(1, now - since));
    plateau.mark(window.ended(), area, now);
    Window last = WindowCounters.between(lessRecent, sums, 1);
    isSlower = isSlower(last, latency);
    slowdown = last.latency() / latency;
    if (WindowCounters.between(recent, sums, 1).completed() >= FEW_ENDS) {
      lessRecent = recent;
      recent = sums;
    }
    double stretchNanos =
        Math.max(STRETCH_NANOS, STRETCH_LATENCIES * latency * Window.NANOS_PER_TICK);
    Window ofStretch = WindowCounters.between(stretch, sums, 1);
    if (now - stretchSince >= stretchNanos && ofStretch.completed() >= FEWEST_OF_STRETCH) {
      isSteady = !grows(ofStretch, HARDLY)
          && (double) ofStretch.completed() > (1 - STEADY) * (double) ofStretch.known()
          && ofStretch.latency() < SLOWER * latency;
      stretch = sums;
      stretchSince = now;
    }
  }

  /**
   * Returns whether the server is overloaded.
   *
   * @param usual the requests that usually come in a tick; 0 if that is not known
   */
  boolean isProven(double latency, double usual) {
    double latencies = window.ticks() / latency;
    if (latencies < LATENCIES || window.completed() < FEWEST) {
      return false;
    }
    if (!(fewEnd(latency, latencies) && isGrowing() && isSlower && isPlateau())) {
      return false;
    }
    double begun = usual * window.ticks();
    boolean isMuchMore =
        usual > 0 && begun() > MUCH_MORE * begun && begun() > begun + CLEARLY * Math.sqrt(begun);
    return isMuchMore
        || (window.ended() >= FEWEST_FOR_ELASTICITY
            && window.latency() > SLOWER * latency
            && Elasticity.of(window).isHigh(ELASTIC, VERY_CLEARLY));
  }

  /** Expects no end of constant work within its latency, and then as many as were begun. */
  private boolean fewEnd(double latency, double latencies) {
    double least = 0.6 * (latencies - 1) / (latencies - 0.5) * area / latency;
    return least - window.ended() > CLEARLY * Math.sqrt(least);
  }

  private boolean isPlateau() {
    return plateau.likelihood(window.ended(), area, lookedAt) > LIKELIER;
  }

  /** Returns whether clearly less work ends than is begun, of the routes that are known. */
  boolean isGrowing() {
    return grows(window, CLEARLY);
  }

  /** Returns by how much less has ended than was begun, and how slow it was. */
  String growth() {
    return String.format(
        Locale.ROOT,
        "%d requests begun and %d ended, latency %.1f times",
        window.known(),
        window.completed(),
        slowdown);
  }

  /** Returns the work in flight and ends, before and now, and how slow it is. */
  String plateau() {
    return String.format(
        Locale.ROOT,
        "%s, latency %.1f times",
        plateau.halves(window.ended(), area, lookedAt),
        slowdown);
  }

  /** Returns whether the work that ended last took clearly longer than usual. */
  boolean isSlower() {
    return isSlower;
  }

  /** Returns whether as much work ends as is begun, and takes as long as usual. */
  boolean isSteady() {
    return isSteady;
  }

  private static boolean grows(Window window, double sure) {
    double begun = window.known();
    double ended = window.completed();
    return begun - ended > sure * Math.sqrt(begun + ended);
  }

  private static boolean isSlower(Window window, double latency) {
    double chance = Math.sqrt(window.variation() / window.completed());
    return window.completed() >= FEWEST
        && window.latency() > SLOWER * latency * (1 + CLEARLY * chance);
  }

  /** Returns the requests that were begun. */
  double begun() {
    return (double) (window.attempts() - window.rejected());
  }

  /** Returns the work, by weight, that ended in a tick. */
  double throughput() {
    return window.throughput();
  }

  /** Returns the requests that were begun in a tick. */
  double begunPerTick() {
    return begun() / window.ticks();
  }
}
