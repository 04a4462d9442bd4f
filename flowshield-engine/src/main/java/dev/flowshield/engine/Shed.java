package dev.flowshield.engine;

/**
 * The server protects itself: as much work is in flight as it can carry, whichever key asks. Over
 * HTTP: 503.
 *
 * @param retryAfterNanos a guess, one second: it is not known when work will be done
 */
public record Shed(long retryAfterNanos) implements Rejection {

  // One for all: rejecting gets cheaper under a flood, not dearer.
  static final Shed FULL = new Shed(1_000_000_000L);
}
