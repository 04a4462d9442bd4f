package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.penalty.Penalties;
import dev.flowshield.testkit.ManualTicker;
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
  void whatIsOutOfRangeIsRejectedWithTheWayOut() {
    Duration tooLong = Duration.ofDays(366).plusNanos(1);
    assertRejected(() -> Penalty.after(0, MINUTE), "breaches must be 1 to 10,000, got 0: choose");
    assertRejected(() -> Penalty.after(10_001, MINUTE), "breaches must be 1 to 10,000, got 10001:");
    assertRejected(
        () -> Penalty.after(1, Duration.ofMillis(999)),
        "within must be 1 second to 366 days, got PT0.999S: choose");
    assertRejected(() -> Penalty.after(1, tooLong), "within must be 1 second to 366 days");
    assertRejected(
        () -> PENALTY.withBlocks(Duration.ZERO, MINUTE), "firstBlock must be 1 second to 366 days");
    assertRejected(
        () -> PENALTY.withBlocks(MINUTE, tooLong), "longestBlock must be 1 second to 366 days");
    assertRejected(
        () -> PENALTY.withBlocks(MINUTE, MINUTE.minusNanos(1)),
        "longestBlock must be at least firstBlock (PT1M), got PT59.999999999S: make it");
    assertRejected(
        () -> PENALTY.withMaxOffenders(0), "maxOffenders must be 1 to 1,000,000, got 0: choose");
    assertRejected(
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
    ManualTicker ticker = ManualTicker.atZero();
    Penalty penalty = Penalty.after(1, MINUTE);
    FlowShield shield = FlowShield.builder()
        .limit(Limit.each("login", "1/h").withPenalty(penalty))
        .named(Limit.each("tenant", "1/h").withPenalty(penalty))
        .ticker(ticker)
        .build();
    shield.admit("alice");
    shield.admit("alice");
    ticker.advance(Duration.ofMinutes(2));
    shield.admit(Charge.of("tenant", "acme"));
    shield.admit(Charge.of("tenant", "acme"));
    ticker.advance(Duration.ofMinutes(4));
    shield.admit("bob");
    shield.admit("bob");

    assertThat(shield.penalties())
        .extracting(Offender::limit, Offender::key)
        .containsExactly(
            tuple("login", KeyName.id(KeyTable.hashOf("bob"))),
            tuple("tenant", KeyName.id(KeyTable.hashOf("acme"))),
            tuple("login", KeyName.id(KeyTable.hashOf("alice"))));
    assertThat(shield.penalties())
        .last()
        .isEqualTo(new Offender("login", KeyName.id(KeyTable.hashOf("alice")), Duration.ZERO, 1));
  }

  private static void assertRejected(ThrowingCallable settings, String message) {
    assertThatThrownBy(settings)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
