package dev.flowshield.demo.cluster;

import dev.flowshield.RateLimit;
import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Schedule;
import java.time.Duration;
import java.util.List;

/**
 * The numbers of the demo.
 *
 * @param limit the limit of all requests together, in all instances
 * @param instances the number of instances
 * @param perSecond the requests per second, to all instances together
 * @param firstPercent the share of the first instance; the others share the rest evenly
 * @param warmUp the duration of traffic that is not counted
 * @param warmUps the maximum number of warm-ups, until all instances know the store and one another
 * @param before the time before the outage of the store
 * @param down the duration of the outage
 * @param after the time after the outage
 */
record Scenario(
    RateLimit limit,
    int instances,
    int perSecond,
    int firstPercent,
    Duration warmUp,
    int warmUps,
    Duration before,
    Duration down,
    Duration after) {

  /**
   * Each instance gets more than the whole limit, so that each would spend it alone. The warm-up
   * exceeds the five seconds after which an instance counts the others again. A store that was down
   * for ten seconds is tried again within another ten.
   */
  static final Scenario USUAL = new Scenario(
      RateLimit.parse("100/s burst 25"),
      4,
      800,
      50,
      Duration.ofSeconds(7),
      6,
      Duration.ofSeconds(10),
      Duration.ofSeconds(10),
      Duration.ofSeconds(20));

  /** More than needed if responses arrive at once. */
  static final int CONNECTIONS = 800;

  private static final long SEED = 1;

  /** Returns the counted traffic. The client is the number of the instance. */
  Schedule traffic() {
    return schedule(new Phase("traffic", perSecond, before.plus(down).plus(after)));
  }

  /**
   * Returns the warm-up traffic, so that no code runs for the first time while requests are
   * counted.
   */
  Schedule ahead() {
    return schedule(new Phase("warm-up", perSecond, warmUp));
  }

  private Schedule schedule(Phase phase) {
    return Schedule.of(List.of(phase), crowd(), SEED);
  }

  Crowd crowd() {
    return new Crowd(instances, firstPercent);
  }

  /** Returns the permits per second. */
  double rate() {
    return limit.permits() / (limit.period().toNanos() / 1e9);
  }
}
