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
 * @param limit of all requests together, in all instances
 * @param instances how many there are
 * @param perSecond requests a second, to all instances together
 * @param firstPercent the part of them that the first instance gets; the others get the rest evenly
 * @param warmUp how long traffic is sent that is not counted
 * @param warmUps how often that is done at most, until all instances know the store and one another
 * @param before how long the store is there
 * @param down how long it is not
 * @param after how long it is there again
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
   * Each instance gets more than the whole limit, so that each would spend it alone. The warm-up is
   * longer than the five seconds after which an instance counts the others again. A store that was
   * away for ten seconds is tried again within ten more.
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

  /** More than are needed where answers come at once. */
  static final int CONNECTIONS = 800;

  private static final long SEED = 1;

  /** What is sent and counted. The client is the number of the instance. */
  Schedule traffic() {
    return schedule(new Phase("traffic", perSecond, before.plus(down).plus(after)));
  }

  /** What is sent ahead, so that no code runs for the first time when it counts. */
  Schedule ahead() {
    return schedule(new Phase("warm-up", perSecond, warmUp));
  }

  private Schedule schedule(Phase phase) {
    return Schedule.of(List.of(phase), crowd(), SEED);
  }

  Crowd crowd() {
    return new Crowd(instances, firstPercent);
  }

  /** Permits a second. */
  double rate() {
    return limit.permits() / (limit.period().toNanos() / 1e9);
  }
}
