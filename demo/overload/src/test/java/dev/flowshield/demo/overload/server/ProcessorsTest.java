package dev.flowshield.demo.overload.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorsTest {

  @Test
  void readsAListOfNumbersAndRanges() {
    assertThat(Processors.numbers("0-2,5,7-8")).containsExactly(0, 1, 2, 5, 7, 8);
  }

  @Test
  void givesAServerSomeOfThemButNotAllIfThereAreMore() throws Exception {
    Processors processors = Processors.ofThisProcess();

    int all = Runtime.getRuntime().availableProcessors();
    assertThat(processors.ofServer()).isBetween(1, processors.areHalved() ? all / 2 : all);
  }
}
