package dev.flowshield.engine;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * A rejection because the server protects itself: as much work is in flight as it can do. Over
 * HTTP: 503.
 *
 * @param retryAfterNanos a guess, because it is not known when work will end: one second, or up to
 *     31 the more requests are shed, with jitter so that clients do not retry at once
 */
public record Shed(long retryAfterNanos) implements Rejection {

  private static final int MOST_SECONDS = 31;

  // Made before: rejecting gets cheaper under a flood, not dearer.
  private static final Shed[] AFTER = IntStream.rangeClosed(1, MOST_SECONDS)
      .mapToObj(seconds -> new Shed(seconds * 1_000_000_000L))
      .toArray(Shed[]::new);

  static final Shed FULL = AFTER[0];

  /** Returns a rejection with a wait of one second, or a random one of up to this many. */
  static Shed within(int seconds) {
    return seconds <= 1
        ? FULL
        : AFTER[ThreadLocalRandom.current().nextInt(Math.min(seconds, MOST_SECONDS))];
  }
}
