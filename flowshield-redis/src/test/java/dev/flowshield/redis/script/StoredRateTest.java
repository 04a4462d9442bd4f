package dev.flowshield.redis.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredRateTest {

  private static final long MICRO = 1_000;

  @ParameterizedTest
  @CsvSource({"100/s, 1, 10000", "100/min, 1, 600000", "1000000/s burst 10, 1, 1"})
  void countsInTheLargestUnitsThatAreExact(String limit, long drain, long price) {
    StoredRate rate = StoredRate.of(RateLimit.parse(limit), MICRO);

    assertThat(rate.drain()).isEqualTo(drain);
    assertThat(rate.price()).isEqualTo(price);
    assertThat(rate.capacity()).isEqualTo(price * rate.limit().burst());
  }

  @Test
  void isNeverFasterThanTheLimit() {
    for (String text : new String[] {
      "7/s",
      "3000/s",
      "99991/day burst 104249",
      "1/366day burst 3",
      "7/us",
      "999983/h burst 70000000"
    }) {
      RateLimit limit = RateLimit.parse(text);
      StoredRate rate = StoredRate.of(limit, MICRO);
      double exact = (double) limit.period().toNanos() / limit.permits() / MICRO;

      assertThat((double) rate.price() / rate.drain())
          .as(text)
          .isBetween(exact * (1 - 1e-12), exact * (1 + 2e-6));
      assertThat(rate.capacity()).as(text).isLessThanOrEqualTo(1L << 47);
    }
  }

  @Test
  void tellsWhatIsLeftAndHowLongUntilThereIsEnough() {
    StoredRate rate = StoredRate.of(RateLimit.parse("100/s burst 5"), MICRO);

    assertThat(rate.remaining(0)).isEqualTo(5);
    assertThat(rate.remaining(1)).isEqualTo(4);
    assertThat(rate.remaining(rate.capacity() + 7)).isZero();
    assertThat(rate.ticksUntil(5, 0)).isZero();
    assertThat(rate.ticksUntil(1, rate.capacity())).isEqualTo(10_000);
    assertThat(rate.ticksUntil(1, rate.capacity() - 1)).isEqualTo(9_999);
    assertThat(rate.paidOff(rate.capacity(), 1)).isEqualTo(rate.capacity() - 1);
    assertThat(rate.paidOff(rate.capacity(), Long.MAX_VALUE)).isZero();
    assertThat(rate.ticksUntilIdle()).isEqualTo(50_000);
  }

  @Test
  void rejectsABurstThatCannotBeCountedExactly() {
    assertThatThrownBy(() -> StoredRate.of(RateLimit.parse("1/day burst 1000000000000"), MICRO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got '1/day burst 1000000000000'")
        .hasMessageContaining("lower its burst");
  }
}
