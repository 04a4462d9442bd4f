package dev.flowshield.demo.traffic;

import java.time.Duration;
import java.util.Objects;

/**
 * A span of traffic at one rate.
 *
 * @param name what the output calls it
 * @param perSecond requests a second, from all clients together
 * @param length how long it lasts
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

  /** How many requests are due in it. */
  public int requests() {
    return Math.toIntExact(Math.round(perSecond * (length.toNanos() / 1e9)));
  }
}
