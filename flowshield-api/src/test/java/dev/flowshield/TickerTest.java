package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TickerTest {

  @Test
  void theTickerOfTheMachineReadsItsMonotonicTime() {
    Ticker ticker = Ticker.system();
    for (int i = 0; i < 1_000; i++) {
      long before = System.nanoTime();
      long reading = ticker.nanos();
      long after = System.nanoTime();

      assertThat(reading - before).isNotNegative();
      assertThat(after - reading).isNotNegative();
    }
  }

  @Test
  void thereIsOneTickerOfTheMachine() {
    assertThat(Ticker.system()).isSameAs(Ticker.system());
  }
}
