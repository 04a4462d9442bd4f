package dev.flowshield.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

  private static final Duration SHORTLY = Duration.ofMillis(799);
  private static final Duration LATER = Duration.ofMillis(1_201);

  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 5);
  private final CircuitBreaker breaker = new CircuitBreaker(ticker);

  @Test
  void opensAfterFiveFailuresInARow() {
    for (int i = 0; i < 4; i++) {
      assertThat(breaker.failed("timeout", false)).isFalse();
      assertThat(breaker.isClosed()).isTrue();
    }
    assertThat(breaker.failed("timeout", false)).isTrue();
    assertThat(breaker.isClosed()).isFalse();
    assertThat(breaker.reason()).isEqualTo("timeout");
    assertThat(breaker.outages()).isEqualTo(1);
  }

  @Test
  void opensWhereHalfOfTheLatestTwentyFailed() {
    for (int i = 0; i < 9; i++) {
      breaker.failed("OOM", false);
      breaker.succeeded(false);
      assertThat(breaker.isClosed()).isTrue();
    }
    breaker.failed("OOM", false);
    assertThat(breaker.isClosed()).isFalse();
  }

  @Test
  void staysClosedWhereFewFail() {
    for (int i = 0; i < 1_000; i++) {
      breaker.succeeded(false);
      breaker.succeeded(false);
      breaker.failed("timeout", false);
      assertThat(breaker.isClosed()).isTrue();
    }
  }

  @Test
  void letsOneTrialThroughAfterASecondOrSo() {
    open();
    ticker.advance(SHORTLY);
    assertThat(breaker.beginTrial()).isFalse();
    ticker.advance(LATER.minus(SHORTLY));
    assertThat(breaker.beginTrial()).isTrue();
    assertThat(breaker.beginTrial()).isFalse();
  }

  @Test
  void isTriedAtOnceWhereTheServerIsReachedAgain() {
    breaker.tryNow();
    assertThat(breaker.isClosed()).isTrue();
    open();
    assertThat(breaker.beginTrial()).isFalse();
    breaker.tryNow();
    assertThat(breaker.reason()).isNotEmpty();
    assertThat(breaker.beginTrial()).isTrue();
    breaker.tryNow();
    assertThat(breaker.beginTrial()).as("while a trial runs").isFalse();
  }

  @Test
  void isTriedAtOnceAgainWhereTheServerWasReachedDuringATrialThatFails() {
    open();
    ticker.advance(LATER);
    assertThat(breaker.beginTrial()).isTrue();
    assertThat(breaker.isTrialByConnection()).isFalse();
    breaker.tryNow();
    breaker.failed("disconnected", true);

    assertThat(breaker.nanosUntilTrial()).isEqualTo(1);
    assertThat(breaker.beginTrial()).isTrue();
    assertThat(breaker.isTrialByConnection()).isTrue();
    breaker.failed("disconnected", true);
    assertThat(breaker.beginTrial()).isFalse();
  }

  @Test
  void closesWithATrialThatSucceeds() {
    open();
    ticker.advance(LATER);
    breaker.beginTrial();
    assertThat(breaker.succeeded(true)).isTrue();
    assertThat(breaker.isClosed()).isTrue();
    assertThat(breaker.reason()).isEmpty();
    breaker.failed("timeout", false);
    assertThat(breaker.isClosed()).isTrue(); // what failed before is forgotten
  }

  @Test
  void waitsTwiceAsLongAfterEachTrialThatFailsUpToThirtySeconds() {
    open();
    long[] seconds = {1, 2, 4, 8, 16, 30, 30};
    for (long each : seconds) {
      long nanos = Duration.ofSeconds(each).toNanos();
      ticker.advanceNanos(nanos * 79 / 100);
      assertThat(breaker.beginTrial()).as(each + " s").isFalse();
      ticker.advanceNanos(nanos * 42 / 100);
      assertThat(breaker.beginTrial()).as(each + " s").isTrue();
      assertThat(breaker.failed("disconnected", true)).isFalse();
    }
    assertThat(breaker.outages()).isEqualTo(1);
    assertThat(breaker.reason()).isEqualTo("disconnected");
  }

  @Test
  void isNotMovedByCallsThatWereMadeBeforeItOpened() {
    open();
    assertThat(breaker.succeeded(false)).isFalse();
    assertThat(breaker.failed("timeout", false)).isFalse();
    assertThat(breaker.isClosed()).isFalse();
  }

  private void open() {
    for (int i = 0; i < 5; i++) {
      breaker.failed("timeout", false);
    }
  }
}
