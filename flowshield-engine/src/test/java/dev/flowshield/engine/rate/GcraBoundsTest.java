package dev.flowshield.engine.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The largest burst, debt, charge and refund of a token bucket, to the unit. */
class GcraBoundsTest {

  private static final long NOW = 7_000_000_000L;
  private static final int SHIFT = 1; // of a rate whose interval is a whole number of nanoseconds
  private static final long SLACK = 1L << 58;

  private final Gcra tenASecond = new Gcra(RateLimit.parse("10/s burst 4"));
  private final long interval = 200_000_000; // units of half a nanosecond
  private final long fullDebt = 4 * interval;
  private final long idle = tenASecond.idle(NOW);

  @Test
  void aBurstMayTakeExactlyTwoToThe62UnitsToComeBack() {
    RateLimit slow = RateLimit.of(1, Duration.ofNanos(1L << 30));
    long most = 1L << (62 - 30 - SHIFT);

    assertThat(new Gcra(slow.withBurst(most)).burst()).isEqualTo(most);
    assertThatThrownBy(() -> new Gcra(slow.withBurst(most + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("burst must be at most " + most);
  }

  @Test
  void aDebtUpToTheSlackBeyondTheBurstIsRemembered() {
    assertThat(tenASecond.isIdle(idle + fullDebt + SLACK, NOW)).isFalse();
    assertThat(tenASecond.isIdle(idle + fullDebt + SLACK + 2, NOW)).isTrue();
    assertThat(tenASecond.isIdle(idle, NOW)).isTrue();
    assertThat(tenASecond.isIdle(idle + 2, NOW)).isFalse();
  }

  @Test
  void aChargeIsExactUpToHalfTheSlackBeyondTheBurst() {
    long most = (fullDebt + SLACK / 2) / interval;

    assertThat(tenASecond.charge(idle, NOW, most)).isEqualTo(idle + most * interval);
    assertThat(tenASecond.charge(idle, NOW, most + 1)).isEqualTo(idle + fullDebt + SLACK / 2);
  }

  @Test
  void aChargeToAKeyInDebtEndsAtTheSameDebt() {
    long inDebt = tenASecond.step(idle, NOW, 3);
    assertThat(tenASecond.charge(inDebt, NOW, Long.MAX_VALUE))
        .isEqualTo(idle + fullDebt + SLACK / 2);
    assertThat(tenASecond.charge(inDebt, NOW, 2)).isEqualTo(idle + 5 * interval);
  }

  @Test
  void aRefundCountsUntilMoreThanABurstWasRefundedToOthers() {
    long taken = tenASecond.step(idle, NOW, 4);
    long more = tenASecond.charge(taken, NOW, 10); // 14 are owed, of which the first 4 are these

    // Of another 4 refunds before, the last permit of this taking may have come back.
    assertThat(tenASecond.refund(more, more, 4, NOW, 4)).isEqualTo(more - 4 * interval);
    assertThat(tenASecond.refund(more, more, 5, NOW, 4)).isEqualTo(more);
  }
}
