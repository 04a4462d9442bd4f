package dev.flowshield.demo;

import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Schedule;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import java.time.Duration;
import java.util.List;

/**
 * The numbers of the demo: what the server can do, what is sent to it, and what counts as served.
 */
final class Scenario {

  /** Requests the server works at together. */
  static final int WORKERS = 8;

  /** What each request takes a worker. */
  static final Duration WORK = Duration.ofMillis(20);

  /** What the server can work at: 400 requests a second. */
  static final int CAPACITY = (int) (WORKERS * Duration.ofSeconds(1).toMillis() / WORK.toMillis());

  /**
   * Who waits longer for an answer, counted from the instant the request was due, has no more use
   * for it.
   */
  static final Duration DEADLINE = Duration.ofMillis(500);

  /**
   * What the shield grants each client. In the spike none comes to spend it: the server can do too
   * little to work off so many requests of any client, and the shield shares that out evenly.
   */
  static final String PER_CLIENT = "100/s burst 50";

  /**
   * What it grants all of them together instead, where they have one address and cannot be told
   * apart: a little under capacity.
   */
  static final String EVERYONE = CAPACITY * 19 / 20 + "/s burst " + CAPACITY / 10;

  /** Client addresses, where the system has them. */
  static final int CLIENTS = 10;

  /** The share of the first client in all requests. */
  static final int GREEDY_PERCENT = 40;

  /** Connections of all clients together, where the system allows so many open files. */
  static final int CONNECTIONS = 2000;

  static final Phase BEFORE = new Phase("half of capacity", CAPACITY / 2, Duration.ofSeconds(4));
  static final Phase SPIKE = new Phase("ten times capacity", CAPACITY * 10, Duration.ofSeconds(5));
  static final Phase AFTER = new Phase("half again", CAPACITY / 2, Duration.ofSeconds(6));

  private static final Phase WARM_UP = new Phase("warm-up", CAPACITY * 10, Duration.ofSeconds(2));

  private static final long SEED = 1;

  private Scenario() {}

  /** The traffic of each run. */
  static Schedule traffic(int clients) {
    return Schedule.of(List.of(BEFORE, SPIKE, AFTER), crowd(clients), SEED);
  }

  /**
   * Traffic that is not counted, sent ahead so that neither run pays for code that is compiled as
   * it first runs.
   */
  static Schedule warmUp(int clients) {
    return Schedule.of(List.of(WARM_UP), crowd(clients), SEED);
  }

  /**
   * The shield of the protected server. It is not told what the server can do, but finds it; only
   * that what is short here is not the processors, which are idle while work waits.
   */
  static HttpShield shield(int clients) {
    HttpShieldBuilder settings = HttpShield.builder()
        .inFlight(InFlightLimit.auto())
        .operations(o -> o.engine(FlowShieldBuilder::shedOnPlateau));
    if (clients > 1) {
      settings.perClient(PER_CLIENT);
    } else {
      settings.limit(EVERYONE);
    }
    return settings.build();
  }

  private static Crowd crowd(int clients) {
    return new Crowd(clients, GREEDY_PERCENT);
  }
}
