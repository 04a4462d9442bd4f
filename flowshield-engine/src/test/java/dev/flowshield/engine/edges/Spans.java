package dev.flowshield.engine.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * What one key was admitted, each time with the reading of the clock by which it was, and whether
 * that is more than its limit. Exact arithmetic; shares nothing with the engine.
 *
 * <p>The promise: of all that was ever admitted, whatever the clock did in between, what was
 * admitted by the readings of any span is at most the burst and the refill of that span.
 */
final class Spans {

  private record Use(BigInteger reading, long permits) {}

  private final BigInteger period;
  private final BigInteger permits;
  private final BigInteger burst;
  private final List<Use> uses = new ArrayList<>();

  Spans(RateLimit limit) {
    this.period = BigInteger.valueOf(limit.period().toNanos());
    this.permits = BigInteger.valueOf(limit.permits());
    this.burst = BigInteger.valueOf(limit.burst());
  }

  /** So many permits were admitted by a reading. */
  void admitted(long reading, long count) {
    uses.add(new Use(BigInteger.valueOf(reading), count));
  }

  /** No span that begins and ends with a use holds more than it may. */
  void assertWithinTheLimit() {
    for (Use first : uses) {
      for (Use last : uses) {
        BigInteger length = last.reading().subtract(first.reading());
        if (length.signum() >= 0) {
          BigInteger sum = BigInteger.ZERO;
          for (Use use : uses) {
            if (use.reading().compareTo(first.reading()) >= 0
                && use.reading().compareTo(last.reading()) <= 0) {
              sum = sum.add(BigInteger.valueOf(use.permits()));
            }
          }
          // times the period, so that all is whole
          assertThat(sum.subtract(burst).multiply(period))
              .as("what is beyond the burst in %s ns: %s", length, uses)
              .isLessThanOrEqualTo(length.multiply(permits));
        }
      }
    }
  }
}
