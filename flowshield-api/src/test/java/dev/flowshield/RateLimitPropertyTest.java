package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Property tests. The name of each case has its seed. */
class RateLimitPropertyTest {

  private static final long MOST = 1_000_000_000_000_000L;
  private static final long LONGEST_NANOS = Duration.ofDays(366).toNanos();
  private static final long[] UNITS = {
    1, 1_000, 1_000_000, 1_000_000_000L, 60_000_000_000L, 3_600_000_000_000L, 86_400_000_000_000L
  };
  private static final String LETTERS = "0123456789//  smhdaynuiburstec.-'\u00b5\n";

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatALimitPrintsReadsAsThatLimit(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 5_000; i++) {
      RateLimit limit = limit(random);

      assertThat(RateLimit.parse(limit.toString())).isEqualTo(limit);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theWorstCaseIsAlwaysAboveBothOfItsParts(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 5_000; i++) {
      RateLimit limit = limit(random);

      assertThat(limit.worstCase()).isGreaterThan(Math.max(limit.permits(), limit.burst()));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyTextIsALimitOrIsRejectedWithAMessage(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int limits = 0;
    for (int i = 0; i < 10_000; i++) {
      String text = i % 2 == 0 ? letters(random) : changed(limit(random).toString(), random);
      try {
        RateLimit limit = RateLimit.parse(text);
        limits++;
        assertThat(RateLimit.parse(limit.toString())).isEqualTo(limit);
      } catch (IllegalArgumentException rejected) {
        assertThat(rejected.getMessage()).contains(" must be ", ", got ", ": ");
      }
    }
    assertThat(limits).as("texts that were limits").isPositive();
  }

  private static RateLimit limit(SplittableRandom random) {
    long permits = upTo(MOST, random);
    long burst = random.nextBoolean() ? permits : upTo(MOST, random);
    long unit = UNITS[random.nextInt(UNITS.length)];
    return new RateLimit(
        permits, Duration.ofNanos(unit * upTo(LONGEST_NANOS / unit, random)), burst);
  }

  /**
   * Returns random numbers of all orders of magnitude with equal frequency, and often both ends.
   */
  private static long upTo(long most, SplittableRandom random) {
    return switch (random.nextInt(10)) {
      case 0 -> 1;
      case 1 -> most;
      default -> Math.max(1, Math.min(most, random.nextLong() >>> random.nextInt(1, 64)));
    };
  }

  private static String letters(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int length = random.nextInt(12); length > 0; length--) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString();
  }

  private static String changed(String text, SplittableRandom random) {
    StringBuilder changed = new StringBuilder(text);
    changed.setCharAt(
        random.nextInt(text.length()), LETTERS.charAt(random.nextInt(LETTERS.length())));
    return changed.toString();
  }
}
