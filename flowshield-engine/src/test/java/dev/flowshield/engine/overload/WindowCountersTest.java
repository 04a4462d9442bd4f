package dev.flowshield.engine.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sums that many threads add to, and that are read window by window. */
class WindowCountersTest {

  private final WindowCounters sums = WindowCounters.forProcessors(2);

  @Test
  void readsWhatHasHappenedSinceTheLastReading() {
    sums.admitted(0, true, 3);
    sums.admitted(8, false, 5);
    sums.rejected(8);
    sums.completed(10, 2, 3);
    sums.completed(20, -4, 5);

    assertThat(sums.completedSince()).isEqualTo(2);
    assertThat(sums.rejectedShareSince()).isEqualTo(1 / 3.0);
    assertThat(sums.read(7)).isEqualTo(new Window(7, 3, 1, 2, 30, -2, 20, 8, 34, -14, 5, 0, 0, 1));
    assertThat(sums.demand().admitted(0)).isEqualTo(1);
    assertThat(sums.demand().attempts(0)).isEqualTo(1);
    assertThat(sums.demand().admitted(8)).isEqualTo(1);
    assertThat(sums.demand().attempts(8)).isEqualTo(2);
    assertThat(sums.completedSince()).isZero();
    assertThat(sums.read(8)).isEqualTo(new Window(8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    assertThat(sums.demand().attempts(8)).isZero();

    sums.completed(7, 7, 1);
    assertThat(sums.read(9)).isEqualTo(new Window(9, 0, 0, 1, 7, 7, 49, 1, 1, 7, 0, 0, 0, 0));
  }

  @Test
  void tellWhatHasHappenedBetweenAnyTwoReadings() {
    sums.completed(10, 2, 3);
    long[] from = sums.totals();
    sums.admitted(4, true, 2);
    sums.admitted(4, true, 2);
    sums.left(true);
    sums.left(false);
    sums.rejected(0);
    sums.read(1);
    sums.completed(20, -4, 5);

    assertThat(WindowCounters.between(from, sums.totals(), 7))
        .isEqualTo(new Window(7, 3, 1, 1, 20, -4, 16, 5, 25, -20, 0, 0, 0, 1));
    assertThat(WindowCounters.ended(sums.totals())).isEqualTo(2);
  }

  @Test
  void countWorkOfUnknownRoutesApart() {
    RouteLatencies routes = new RouteLatencies();
    for (int i = 0; i < 8; i++) {
      sums.ended(1, 100, routes, 1);
    }
    assertThat(sums.completedSince()).isZero();
    assertThat(sums.unknownSince()).isEqualTo(8);
    assertThat(WindowCounters.ended(sums.totals())).isEqualTo(8);
    assertThat(sums.ofRoute(1)).isEqualTo(8);
    assertThat(sums.latenciesOfRoute(1)).isEqualTo(800);

    routes.begin(sums);
    sums.ended(1, 130, routes, 2);

    assertThat(sums.read(7)).isEqualTo(new Window(7, 0, 0, 1, 130, 30, 900, 2, 4, 60, 0, 1, 8, 0));
  }

  @Test
  void countWorkThatIsMuchOlderThanUsualAsTwentyTimesItsLatencyOrASecond() {
    RouteLatencies routes = new RouteLatencies();
    long second = 1_000_000_000 / Window.NANOS_PER_TICK;
    for (int i = 0; i < 8; i++) {
      sums.ended(1, 100, routes, 1);
      sums.ended(2, second, routes, 1);
    }
    routes.begin(sums);

    sums.ended(1, second - 1, routes, 1);
    assertThat(sums.read(7).latencies()).isEqualTo(second - 1);
    sums.ended(1, 1_000 * second, routes, 1);
    assertThat(sums.read(7).latencies()).isEqualTo(second);
    sums.ended(2, 1_000 * second, routes, 1);
    assertThat(sums.read(7).latencies()).isEqualTo(20 * second);
  }

  @Test
  void countWorkThatLeftApart() {
    sums.left(true);
    sums.left(false);

    assertThat(WindowCounters.left(sums.totals())).isEqualTo(2);
    assertThat(sums.completedSince()).isZero();
  }

  @Test
  void mayWrapAround() {
    long latency = 1L << 31;
    sums.completed(latency, latency, 1);
    sums.completed(latency, latency, 1);
    sums.read(1); // the squares are at the smallest number by now

    sums.completed(latency, latency, 1);

    assertThat(sums.read(1).excessSquares()).isEqualTo(latency * latency);
  }

  @Test
  void losesNextToNothingBetweenThreads() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread = new Thread(() -> {
        for (int k = 0; k < 100_000; k++) {
          sums.completed(1, 1, 1);
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
