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

/** The numbers of the demo: the capacity of the server, the traffic, and the deadline. */
final class Scenario {

  /** The number of requests that the server processes at a time. */
  static final int WORKERS = 8;

  /** The time that each request takes a worker. */
  static final Duration WORK = Duration.ofMillis(20);

  /** The capacity of the server: 400 requests a second. */
  static final int CAPACITY = (int) (WORKERS * Duration.ofSeconds(1).toMillis() / WORK.toMillis());

  /**
   * The deadline for a response, counted from the instant the request was due. Later responses are
   * useless.
   */
  static final Duration DEADLINE = Duration.ofMillis(500);

  /**
   * The limit for each client. In the spike no client spends it: the server cannot process enough
   * requests of any client, and the shield divides its capacity evenly.
   */
  static final String PER_CLIENT = "100/s burst 50";

  /** The limit for all clients together if they share one address: slightly below the capacity. */
  static final String EVERYONE = CAPACITY * 19 / 20 + "/s burst " + CAPACITY / 10;

  /** The number of client addresses, if the system has them. */
  static final int CLIENTS = 10;

  /** The share of the first client in all requests. */
  static final int GREEDY_PERCENT = 40;

  /** The connections of all clients together, if the system allows enough open files. */
  static final int CONNECTIONS = 2000;

  static final Phase BEFORE = new Phase("half of capacity", CAPACITY / 2, Duration.ofSeconds(4));
  static final Phase SPIKE = new Phase("ten times capacity", CAPACITY * 10, Duration.ofSeconds(5));
  static final Phase AFTER = new Phase("half again", CAPACITY / 2, Duration.ofSeconds(6));

  private static final Phase WARM_UP = new Phase("warm-up", CAPACITY * 10, Duration.ofSeconds(2));

  private static final long SEED = 1;

  private Scenario() {}

  /** Returns the traffic of each run. */
  static Schedule traffic(int clients) {
    return Schedule.of(List.of(BEFORE, SPIKE, AFTER), crowd(clients), SEED);
  }

  /**
   * Returns the warm-up traffic, which is not counted, so that neither run pays for compiling code.
   */
  static Schedule warmUp(int clients) {
    return Schedule.of(List.of(WARM_UP), crowd(clients), SEED);
  }

  /**
   * Creates the shield of the protected server. It does not know the capacity and adapts to it. It
   * is told only that the scarce resource is not the processors, which are idle while work waits.
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
