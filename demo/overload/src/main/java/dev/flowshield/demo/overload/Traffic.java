package dev.flowshield.demo.overload;

import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Retries;
import dev.flowshield.demo.traffic.Schedule;
import java.time.Duration;
import java.util.List;

/**
 * What is sent: half of what the server can do, a spike, half again.
 *
 * @param title as in a table
 * @param times the spike, in relation to what the server can do
 * @param crowd who sends
 * @param retries how they try again
 */
record Traffic(String title, int times, Crowd crowd, Retries retries) {

  /** One client. */
  static final Traffic SPIKE = new Traffic("spike", 10, new Crowd(1, 100), Retries.NONE);

  /** The same, of twenty clients, of which one sends 95 of 100 requests. */
  static final Traffic ABUSE = new Traffic("abuse", 10, new Crowd(20, 95), Retries.NONE);

  /** Clients that try again up to three times, at once or nearly. */
  static final Traffic STORM = new Traffic(
      "retries",
      3,
      new Crowd(1, 100),
      new Retries(3, OverloadDemo.DEADLINE, Duration.ofMillis(100)));

  /** Which of the phases is the quiet one. */
  static final int QUIET = 1;

  /** Which of them is the spike. */
  static final int IN_SPIKE = 2;

  private static final long SEED = 1;

  /** On a server that can do so much in a second. Quiet times count when the server is warm. */
  Schedule schedule(int capacity) {
    return Schedule.of(
        List.of(
            new Phase("warm-up", capacity / 2, Duration.ofSeconds(3)),
            new Phase("quiet", capacity / 2, Duration.ofSeconds(4)),
            new Phase("spike", times * capacity, Duration.ofSeconds(7)),
            new Phase("after", capacity / 2, Duration.ofSeconds(6))),
        crowd,
        SEED);
  }
}
