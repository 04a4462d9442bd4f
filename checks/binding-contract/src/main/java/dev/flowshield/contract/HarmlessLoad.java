package dev.flowshield.contract;

import dev.flowshield.contract.Arrivals.Arrival;
import java.time.Duration;
import java.util.List;

/**
 * Traffic that resembles an overload although no resource is scarce: all work waits for something
 * else. Each load except {@link #BUNCH} begins with a quiet time.
 *
 * <p>At most 60 requests hold a thread at a time, so 200 threads suffice. Rates are low, because
 * clients and servers share the processors.
 */
record HarmlessLoad(String name, List<Arrival> arrivals) {

  /**
   * The traffic for a server that was just started, because compiling its code keeps the processors
   * busy.
   */
  static final HarmlessLoad WARM_UP = new HarmlessLoad(
      "a warm-up",
      new Arrivals()
          .eachSecond(100, "/later/shop", 5, 0, 1.2)
          .eachSecond(50, "/held/shop", 5, 0, 1.2)
          .all());

  static final HarmlessLoad BUNCH = new HarmlessLoad(
      "a bunch of 300", new Arrivals().atOnce(300, "/later/shop", 300, 0).all());

  static List<HarmlessLoad> all() {
    return List.of(
        new HarmlessLoad(
            "a backend goes from 5 ms to 500 ms",
            new Arrivals()
                .eachSecond(80, "/later/shop", 5, 0, 0.6)
                .eachSecond(80, "/later/shop", 500, 0.6, 1.4)
                .all()),
        new HarmlessLoad(
            "a backend goes from 5 ms to 2 s",
            new Arrivals()
                .eachSecond(80, "/later/shop", 5, 0, 0.6)
                .eachSecond(80, "/later/shop", 2000, 0.6, 1.4)
                .all()),
        new HarmlessLoad(
            "probes alone, then work that takes long",
            new Arrivals()
                .eachSecond(20, "/later/probe", 2, 0, 0.8)
                .eachSecond(40, "/later/model", 3000, 0.8, 1.5)
                .all()),
        new HarmlessLoad(
            "slow work that holds threads begins beside fast work",
            new Arrivals()
                .eachSecond(20, "/held/shop", 5, 0, 1.5)
                .eachSecond(40, "/held/model", 1500, 0.8, 1.5)
                .all()),
        new HarmlessLoad(
            "probes alone, then all traffic",
            new Arrivals()
                .eachSecond(20, "/later/probe", 2, 0, 1.5)
                .eachSecond(150, "/later/shop", 200, 0.8, 1.5)
                .all()),
        new HarmlessLoad(
            "more of a slow route while it gets slower",
            new Arrivals()
                .eachSecond(80, "/held/fast", 5, 0, 0.8)
                .eachSecond(20, "/held/slow", 300, 0, 0.8)
                .eachSecond(40, "/held/fast", 5, 0.8, 1.5)
                .eachSecond(60, "/held/slow", 1200, 0.8, 1.5)
                .all()),
        new HarmlessLoad(
            "a bunch of 300 after a quiet time",
            new Arrivals()
                .eachSecond(2, "/later/shop", 300, 0, 1.5)
                .atOnce(300, "/later/shop", 300, 0.8)
                .all()),
        new HarmlessLoad(
            "200 long polls that come again at once, beside little",
            new Arrivals()
                .eachSecond(20, "/later/shop", 5, 0, 3.8)
                .polls(200, "/later/poll", 1500, 0.3, 0.8, 2)
                .all()));
  }

  /** Returns the last arrival time, without repetitions. */
  Duration end() {
    return Duration.ofMillis(
        arrivals.stream().mapToLong(Arrival::atMillis).max().orElseThrow());
  }

  @Override
  public String toString() {
    return name;
  }
}
