package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitTest {

  private static final Duration SHORTLY = Duration.ofMillis(799);
  private static final Duration LATER = Duration.ofMillis(1_201);

  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 5);
  private final Circuit circuit = new Circuit(ticker);

  @Test
  void opensAfterFiveFailuresInARow() {
    for (int i = 0; i < 4; i++) {
      assertThat(circuit.failed("timeout", false)).isFalse();
      assertThat(circuit.isClosed()).isTrue();
    }
    assertThat(circuit.failed("timeout", false)).isTrue();
    assertThat(circuit.isClosed()).isFalse();
    assertThat(circuit.reason()).isEqualTo("timeout");
    assertThat(circuit.outages()).isEqualTo(1);
  }

  @Test
  void opensWhereHalfOfTheLatestTwentyFailed() {
    for (int i = 0; i < 9; i++) {
      circuit.failed("OOM", false);
      circuit.succeeded(false);
      assertThat(circuit.isClosed()).isTrue();
    }
    circuit.failed("OOM", false);
    assertThat(circuit.isClosed()).isFalse();
  }

  @Test
  void staysClosedWhereFewFail() {
    for (int i = 0; i < 1_000; i++) {
      circuit.succeeded(false);
      circuit.succeeded(false);
      circuit.failed("timeout", false);
      assertThat(circuit.isClosed()).isTrue();
    }
  }

  @Test
  void letsOneTrialThroughAfterASecondOrSo() {
    open();
    ticker.advance(SHORTLY);
    assertThat(circuit.beginTrial()).isFalse();
    ticker.advance(LATER.minus(SHORTLY));
    assertThat(circuit.beginTrial()).isTrue();
    assertThat(circuit.beginTrial()).isFalse();
  }

  @Test
  void isTriedAtOnceWhereTheServerIsReachedAgain() {
    circuit.tryNow();
    assertThat(circuit.isClosed()).isTrue();
    open();
    assertThat(circuit.beginTrial()).isFalse();
    circuit.tryNow();
    assertThat(circuit.reason()).isNotEmpty();
    assertThat(circuit.beginTrial()).isTrue();
    circuit.tryNow();
    assertThat(circuit.beginTrial()).as("while a trial runs").isFalse();
  }

  @Test
  void isTriedAtOnceAgainWhereTheServerWasReachedDuringATrialThatFails() {
    open();
    ticker.advance(LATER);
    assertThat(circuit.beginTrial()).isTrue();
    assertThat(circuit.isTrialByConnection()).isFalse();
    circuit.tryNow();
    circuit.failed("disconnected", true);

    assertThat(circuit.nanosUntilTrial()).isEqualTo(1);
    assertThat(circuit.beginTrial()).isTrue();
    assertThat(circuit.isTrialByConnection()).isTrue();
    circuit.failed("disconnected", true);
    assertThat(circuit.beginTrial()).isFalse();
  }

  @Test
  void closesWithATrialThatSucceeds() {
    open();
    ticker.advance(LATER);
    circuit.beginTrial();
    assertThat(circuit.succeeded(true)).isTrue();
    assertThat(circuit.isClosed()).isTrue();
    assertThat(circuit.reason()).isEmpty();
    circuit.failed("timeout", false);
    assertThat(circuit.isClosed()).isTrue(); // what failed before is forgotten
  }

  @Test
  void waitsTwiceAsLongAfterEachTrialThatFailsUpToThirtySeconds() {
    open();
    long[] seconds = {1, 2, 4, 8, 16, 30, 30};
    for (long each : seconds) {
      long nanos = Duration.ofSeconds(each).toNanos();
      ticker.advanceNanos(nanos * 79 / 100);
      assertThat(circuit.beginTrial()).as(each + " s").isFalse();
      ticker.advanceNanos(nanos * 42 / 100);
      assertThat(circuit.beginTrial()).as(each + " s").isTrue();
      assertThat(circuit.failed("disconnected", true)).isFalse();
    }
    assertThat(circuit.outages()).isEqualTo(1);
    assertThat(circuit.reason()).isEqualTo("disconnected");
  }

  @Test
  void isNotMovedByCallsThatWereMadeBeforeItOpened() {
    open();
    assertThat(circuit.succeeded(false)).isFalse();
    assertThat(circuit.failed("timeout", false)).isFalse();
    assertThat(circuit.isClosed()).isFalse();
  }

  private void open() {
    for (int i = 0; i < 5; i++) {
      circuit.failed("timeout", false);
    }
  }
}
