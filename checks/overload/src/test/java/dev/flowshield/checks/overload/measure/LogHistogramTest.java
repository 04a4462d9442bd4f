package dev.flowshield.checks.overload.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.checks.overload.scenario.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LogHistogramTest {

  private final LogHistogram histogram = new LogHistogram();

  @Test
  void quantilesAreThoseOfTheSortedSamplesToWithinTwoPercent() {
    RandomStream random = new RandomStream(1);
    long[] samples = new long[10_000];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (long) (10_000_000 * random.exponential());
      histogram.record(samples[i]);
    }
    Arrays.sort(samples);

    for (double share : new double[] {.1, .5, .9, .95, .99}) {
      double exact = samples[(int) (share * samples.length) - 1];
      assertThat(histogram.quantile(share) / exact).isCloseTo(1, within(.02));
    }
  }

  @Test
  void hasNoQuantileWithoutSamples() {
    assertThat(histogram.quantile(.5)).isNaN();
  }

  @Test
  void takesTheShortestAndTheLongest() {
    histogram.record(0);
    histogram.record(Long.MAX_VALUE);

    assertThat(histogram.count()).isEqualTo(2);
    assertThat(histogram.quantile(.5)).isLessThan(1100);
    assertThat(histogram.quantile(1)).isGreaterThan(1e13);
  }
}
