package dev.flowshield.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.redis.script.StoredRates;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RejectionCacheTest {

  private static final long MILLI = Duration.ofMillis(1).toNanos();

  private final StoredRates rates =
      new StoredRates(List.of(RateLimit.parse("10/s burst 5")), 1_000);
  private final long spent = rates.get(0).capacity();
  private final RejectionCache rejections = new RejectionCache();

  @Test
  void knowsHowLongAKeyIsStillRejected() {
    rejections.add("a", rates, new long[] {spent}, 0);

    assertThat(rejections.find("a", rates, 1, 30 * MILLI))
        .isEqualTo(new Decision.Rejected(0, 70 * MILLI, "10/s burst 5"));
    assertThat(rejections.find("a", rates, 1, 100 * MILLI)).isNull();
    assertThat(rejections.find("a", rates, 2, 100 * MILLI))
        .isEqualTo(new Decision.Rejected(1, 100 * MILLI, "10/s burst 5"));
  }

  @Test
  void knowsNothingOfOtherKeysOrOtherLimits() {
    rejections.add("a", rates, new long[] {spent}, 0);

    assertThat(rejections.find("b", rates, 1, 0)).isNull();
    assertThat(rejections.find("a", new StoredRates(rates.limits(), 1_000), 1, 0))
        .isNull();
  }

  @Test
  void forgetsAfterASecondAndWhereTheTickerStepsBack() {
    rejections.add("a", rates, new long[] {100 * spent}, 5);

    assertThat(rejections.find("a", rates, 1, 1000 * MILLI)).isNotNull();
    assertThat(rejections.find("a", rates, 1, 1000 * MILLI + 6)).isNull();
    assertThat(rejections.find("a", rates, 1, 4)).isNull();
  }

  @Test
  void forgetsWhatItIsTold() {
    rejections.add("a", rates, new long[] {spent}, 0);
    rejections.forget("b");
    assertThat(rejections.find("a", rates, 1, 0)).isNotNull();
    rejections.forget("a");
    assertThat(rejections.find("a", rates, 1, 0)).isNull();
  }
}
