package dev.flowshield.engine.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** How long work of each route takes in relation to the mean. */
class RouteLatenciesTest {

  private static final int FAST = 3;
  private static final int SLOW = 63;

  private final WindowCounters sums = new WindowCounters(1);
  private final RouteLatencies routes = new RouteLatencies();

  private void end(int route, int count, long ticks) {
    for (int i = 0; i < count; i++) {
      sums.ended(route, ticks, routes, 1);
    }
  }

  private double latency() {
    return sums.read(1).latency();
  }

  @Test
  void weighOneInTheMeanAtFirst() {
    end(FAST, 90, 100);
    end(SLOW, 10, 1_000);

    assertThat(routes.begin(sums)).isEqualTo(190);
    assertThat(routes.weight(FAST)).isCloseTo(RouteLatencies.ONE * 100 / 190, within(1L));
    assertThat(routes.weight(SLOW)).isCloseTo(RouteLatencies.ONE * 1_000 / 190, within(1L));
    assertThat(routes.latency(FAST)).isEqualTo(100);
    assertThat(routes.latency(SLOW)).isEqualTo(1_000);
  }

  @Test
  void leaveTheLatencyAloneWhereASlowRouteIsTwiceAsFrequent() {
    end(FAST, 90, 100);
    end(SLOW, 10, 1_000);
    double before = routes.begin(sums);
    sums.read(1);

    end(FAST, 80, 100);
    end(SLOW, 20, 1_000);
    assertThat(latency()).isCloseTo(before, within(1.0));

    end(FAST, 80, 200);
    end(SLOW, 20, 2_000);
    assertThat(latency()).as("work that is slower").isCloseTo(2 * before, within(2.0));
  }

  @Test
  void areUnknownUntilEightHaveEnded() {
    end(FAST, 7, 100);
    assertThat(routes.begin(sums)).isZero();
    end(FAST, 1, 100);
    assertThat(routes.begin(sums)).isEqualTo(100);

    end(SLOW, 7, 1_000);
    routes.learn(sums, 100, true);
    assertThat(routes.weight(SLOW)).isZero();
    assertThat(routes.latency(SLOW)).isZero();

    end(SLOW, 1, 1_000);
    routes.learn(sums, 100, true);
    assertThat(routes.weight(SLOW)).isEqualTo(10 * RouteLatencies.ONE);
    assertThat(routes.latency(SLOW)).isEqualTo(1_000);
  }

  @Test
  void learnRatiosInQuietTimesOnly() {
    end(FAST, 50, 100);
    end(SLOW, 50, 100);
    routes.begin(sums);

    for (int i = 0; i < 50; i++) {
      end(FAST, 50, 100);
      end(SLOW, 50, 300);
      routes.learn(sums, 100, false);
    }
    assertThat(routes.weight(SLOW)).isEqualTo(RouteLatencies.ONE);

    for (int i = 0; i < 50; i++) {
      end(FAST, 50, 100);
      end(SLOW, 50, 300);
      routes.learn(sums, 100, true);
    }
    assertThat((double) routes.weight(SLOW) / routes.weight(FAST)).isCloseTo(3, within(0.1));
    assertThat(routes.weight(SLOW) + routes.weight(FAST))
        .as("the mean is that of the law")
        .isCloseTo(2 * RouteLatencies.ONE, within(4L));
  }

  @Test
  void doNotLearnFromWhatIsSkipped() {
    end(FAST, 100, 10_000);
    routes.skip(sums);
    end(FAST, 8, 100);

    assertThat(routes.begin(sums)).isEqualTo(100);
  }

  @Test
  void areBounded() {
    end(FAST, 1_000, 1);
    end(SLOW, 8, 100_000_000);
    routes.begin(sums);

    assertThat(routes.weight(FAST)).isPositive();
    assertThat(routes.weight(SLOW)).isLessThanOrEqualTo(1024 * RouteLatencies.ONE);
  }
}
