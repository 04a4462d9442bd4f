package dev.flowshield.engine;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * The server protects itself: as much work is in flight as it can carry, whichever key asks. Over
 * HTTP: 503.
 *
 * @param retryAfterNanos a guess, as it is not known when work will be done: one second, or up to
 *     31 the more requests are shed, spread so that they do not come back in one crowd
 */
public record Shed(long retryAfterNanos) implements Rejection {

  private static final int MOST_SECONDS = 31;

  // Made before: rejecting gets cheaper under a flood, not dearer.
  private static final Shed[] AFTER = IntStream.rangeClosed(1, MOST_SECONDS)
      .mapToObj(seconds -> new Shed(seconds * 1_000_000_000L))
      .toArray(Shed[]::new);

  static final Shed FULL = AFTER[0];

  /** To come back in one second, or in up to so many more. */
  static Shed within(int seconds) {
    return seconds <= 1
        ? FULL
        : AFTER[ThreadLocalRandom.current().nextInt(Math.min(seconds, MOST_SECONDS))];
  }
}
