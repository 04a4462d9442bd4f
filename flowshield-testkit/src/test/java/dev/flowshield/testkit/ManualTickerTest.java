package dev.flowshield.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ManualTickerTest {

  @Test
  @Tag("classpath")
  void standsStillUntilItIsTurned() {
    ManualTicker ticker = ManualTicker.atZero();

    assertThat(ticker.nanos()).isZero();
    assertThat(ticker.nanos()).isZero();
  }

  @Test
  void startsAnywhere() {
    assertThat(ManualTicker.startingAt(42).nanos()).isEqualTo(42);
    assertThat(ManualTicker.startingAt(Long.MIN_VALUE).nanos()).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void addsUpWhatItIsTurned() {
    ManualTicker ticker = ManualTicker.startingAt(-5);

    ticker.advance(Duration.ofMillis(2));
    ticker.advanceNanos(6);

    assertThat(ticker.nanos()).isEqualTo(2_000_001);
  }

  @Test
  void stepsBackWhenTurnedByLessThanNothing() {
    ManualTicker ticker = ManualTicker.atZero();

    ticker.advance(Duration.ofSeconds(-1));
    ticker.advanceNanos(-1);

    assertThat(ticker.nanos()).isEqualTo(-1_000_000_001);
  }

  @Test
  void wrapsAroundAndKeepsDifferencesRight() {
    long start = Long.MAX_VALUE - 10;
    ManualTicker ticker = ManualTicker.startingAt(start);

    ticker.advanceNanos(25);

    assertThat(ticker.nanos()).isNegative();
    assertThat(ticker.nanos() - start).isEqualTo(25);
  }

  @Test
  void rejectsADurationThatNanosecondsCannotSayAndStandsWhereItStood() {
    ManualTicker ticker = ManualTicker.startingAt(7);

    assertThatThrownBy(() -> ticker.advance(Duration.ofDays(200_000)))
        .isInstanceOf(ArithmeticException.class);
    assertThat(ticker.nanos()).isEqualTo(7);
  }

  @Test
  void losesNoTurnOfAnyThread() throws Exception {
    ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 1_000);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<?>> turns = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      turns.add(threads.submit(() -> {
        for (int turn = 0; turn < 10_000; turn++) {
          ticker.advanceNanos(1);
        }
      }));
    }
    for (Future<?> turn : turns) {
      turn.get(10, TimeUnit.SECONDS);
    }
    threads.shutdown();

    assertThat(ticker.nanos() - (Long.MAX_VALUE - 1_000)).isEqualTo(40_000);
  }

  @Test
  void printsItsReading() {
    assertThat(ManualTicker.startingAt(-3)).hasToString("ManualTicker[-3 ns]");
  }

  @Test
  void moduleExportsThePackageAndNeedsOnlyTheApiAndJUnit() {
    Module module = ManualTicker.class.getModule();

    assertThat(module.getName()).isEqualTo("dev.flowshield.testkit");
    assertThat(module.isExported("dev.flowshield.testkit")).isTrue();
    assertThat(module.getDescriptor().requires())
        .extracting(required -> required.name())
        .contains("dev.flowshield.api", "org.junit.jupiter.api")
        .doesNotContain("dev.flowshield.engine");
  }
}
