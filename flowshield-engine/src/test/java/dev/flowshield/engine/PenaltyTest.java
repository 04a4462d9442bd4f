package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.engine.penalty.Penalties;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PenaltyTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Penalty PENALTY = Penalty.after(20, MINUTE);

  @Test
  void blocksForFiveMinutesAtFirstAndADayAtMostUnlessToldOtherwise() {
    assertThat(PENALTY)
        .isEqualTo(new Penalty(20, MINUTE, Duration.ofMinutes(5), Duration.ofHours(24), 10_000));
  }

  @Test
  void eachVariantChangesWhatItNames() {
    assertThat(PENALTY.withBlocks(MINUTE, Duration.ofHours(1)).withMaxOffenders(7))
        .isEqualTo(new Penalty(20, MINUTE, MINUTE, Duration.ofHours(1), 7));
  }

  @Test
  void whatIsOutOfRangeIsRefusedWithTheWayOut() {
    Duration tooLong = Duration.ofDays(366).plusNanos(1);
    assertRefused(() -> Penalty.after(0, MINUTE), "breaches must be 1 to 10,000, got 0: choose");
    assertRefused(() -> Penalty.after(10_001, MINUTE), "breaches must be 1 to 10,000, got 10001:");
    assertRefused(
        () -> Penalty.after(1, Duration.ofMillis(999)),
        "within must be 1 second to 366 days, got PT0.999S: choose");
    assertRefused(() -> Penalty.after(1, tooLong), "within must be 1 second to 366 days");
    assertRefused(
        () -> PENALTY.withBlocks(Duration.ZERO, MINUTE), "firstBlock must be 1 second to 366 days");
    assertRefused(
        () -> PENALTY.withBlocks(MINUTE, tooLong), "longestBlock must be 1 second to 366 days");
    assertRefused(
        () -> PENALTY.withBlocks(MINUTE, MINUTE.minusNanos(1)),
        "longestBlock must be at least firstBlock (PT1M), got PT59.999999999S: make it");
    assertRefused(
        () -> PENALTY.withMaxOffenders(0), "maxOffenders must be 1 to 1,000,000, got 0: choose");
    assertRefused(
        () -> PENALTY.withMaxOffenders(1_000_001), "maxOffenders must be 1 to 1,000,000, got");
  }

  @Test
  void whatIsAtTheEdgeOfItsRangeIsNot() {
    Duration second = Duration.ofSeconds(1);
    Duration year = Duration.ofDays(366);

    assertThat(new Penalty(1, second, second, second, 1).maxOffenders()).isEqualTo(1);
    assertThat(new Penalty(10_000, year, year, year, 1_000_000).breaches()).isEqualTo(10_000);
  }

  @Test
  @SuppressWarnings("NullAway") // what a caller without a null check may do
  void noSpanMayBeNull() {
    assertThatNullPointerException().isThrownBy(() -> Penalty.after(1, null)).withMessage("within");
    assertThatNullPointerException()
        .isThrownBy(() -> PENALTY.withBlocks(null, MINUTE))
        .withMessage("firstBlock");
    assertThatNullPointerException()
        .isThrownBy(() -> PENALTY.withBlocks(MINUTE, null))
        .withMessage("longestBlock");
  }

  @Test
  void theTableKeepsWhatThePenaltySays() {
    Penalties table = PENALTY.withBlocks(MINUTE, MINUTE).table(0);
    for (int i = 1; i < 20; i++) {
      assertThat(table.breached(1, 0)).isZero();
    }

    assertThat(table.breached(1, TimeUnit.SECONDS.toNanos(59)))
        .isBetween(MINUTE.toNanos(), MINUTE.plusMillis(2).toNanos());
  }

  @Test
  void operatorsSeeOffendersTheLongestBlockedFirst() {
    Penalties table = Penalty.after(1, MINUTE).table(0);
    long later = Duration.ofMinutes(6).toNanos();
    table.breached(0xa1, 0);
    table.breached(0xb2, later - Duration.ofMinutes(4).toNanos());
    table.breached(-1, later);

    assertThat(Offender.all(table, later))
        .extracting(Offender::client)
        .containsExactly("ffffffffffffffff", "00000000000000b2", "00000000000000a1");
    assertThat(Offender.all(table, later))
        .last()
        .isEqualTo(new Offender("00000000000000a1", Duration.ZERO, 1));
  }

  private static void assertRefused(ThrowingCallable settings, String message) {
    assertThatThrownBy(settings)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
