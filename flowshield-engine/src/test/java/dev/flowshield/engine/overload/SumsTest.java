package dev.flowshield.engine.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sums that many threads add to, and that are read window by window. */
class SumsTest {

  private final Sums sums = Sums.forProcessors(2);

  @Test
  void readsWhatHasHappenedSinceTheLastReading() {
    sums.admitted(0, 3);
    sums.admitted(8, 5);
    sums.rejected(8);
    sums.completed(10, 3);
    sums.completed(20, 5);

    assertThat(sums.completedSince()).isEqualTo(2);
    assertThat(sums.read(7)).isEqualTo(new Window(7, 3, 1, 2, 30, 500, 8, 34, 130, 5));
    assertThat(sums.demand().admitted(0)).isEqualTo(1);
    assertThat(sums.demand().attempts(0)).isEqualTo(1);
    assertThat(sums.demand().admitted(8)).isEqualTo(1);
    assertThat(sums.demand().attempts(8)).isEqualTo(2);
    assertThat(sums.completedSince()).isZero();
    assertThat(sums.read(8)).isEqualTo(new Window(8, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    assertThat(sums.demand().attempts(8)).isZero();

    sums.completed(7, 1);
    assertThat(sums.read(9)).isEqualTo(new Window(9, 0, 0, 1, 7, 49, 1, 1, 7, 0));
  }

  @Test
  void mayWrapAround() {
    long latency = 1L << 31;
    sums.completed(latency, 1);
    sums.completed(latency, 1);
    sums.read(1); // the squares are at the smallest number by now

    sums.completed(latency, 1);

    assertThat(sums.read(1).latencySquares()).isEqualTo(latency * latency);
  }

  @Test
  void losesNextToNothingBetweenThreads() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread = new Thread(() -> {
        for (int k = 0; k < 100_000; k++) {
          sums.completed(1, 1);
        }
      });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(sums.completedSince()).isBetween(150_000L, 400_000L);
  }
}
