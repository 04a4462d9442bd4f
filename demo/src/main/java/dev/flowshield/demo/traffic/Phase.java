package dev.flowshield.demo.traffic;

import java.time.Duration;
import java.util.Objects;

/**
 * A span of traffic at one rate.
 *
 * @param name the name in the output
 * @param perSecond the requests per second, from all clients together
 * @param length the duration
 */
public record Phase(String name, int perSecond, Duration length) {

  public Phase {
    Objects.requireNonNull(name, "name");
    if (perSecond < 1) {
      throw new IllegalArgumentException(
          "perSecond must be 1 or more, got " + perSecond + ": leave the phase out for no traffic");
    }
    if (length.isNegative() || length.isZero()) {
      throw new IllegalArgumentException(
          "length must be above zero, got " + length + ": leave the phase out for no traffic");
    }
  }

  /** Returns the number of requests due in it. */
  public int requests() {
    return Math.toIntExact(Math.round(perSecond * (length.toNanos() / 1e9)));
  }
}
