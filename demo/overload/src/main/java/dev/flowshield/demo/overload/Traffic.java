package dev.flowshield.demo.overload;

import dev.flowshield.demo.overload.load.Load;
import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Retries;
import java.time.Duration;
import java.util.List;

/**
 * Traffic with two spikes: half of the capacity, a spike while code is cold, half of the capacity
 * until all code is compiled, and the same spike again.
 *
 * @param title the name in a table
 * @param times the size of the spikes, in multiples of the capacity
 * @param crowd the clients
 * @param retries their retries
 */
record Traffic(String title, int times, Crowd crowd, Retries retries) {

  /** A spike of one client. */
  static final Traffic SPIKE = new Traffic("spike", 10, new Crowd(1, 100), Retries.NONE);

  /** A spike of twenty clients, of which the first sends 95 of 100 requests. */
  static final Traffic ABUSE = new Traffic("abuse", 10, new Crowd(20, 95), Retries.NONE);

  /**
   * A spike of clients that retry up to three times, after a tenth of a second or slightly more.
   */
  static final Traffic STORM = new Traffic(
      "retries",
      3,
      new Crowd(1, 100),
      new Retries(3, OverloadDemo.DEADLINE, Duration.ofMillis(100)));

  /**
   * The index of the quiet phase. It follows a phase that warms the server up and does not count.
   */
  static final int QUIET = 1;

  /** The index of the first spike. */
  static final int COLD = 2;

  /** The index of the second spike. */
  static final int WARM = 4;

  private static final long SEED = 1;

  /**
   * Returns the load for a server.
   *
   * @param capacity the capacity in requests per second
   */
  Load load(int capacity, int connections) {
    int half = capacity / 2;
    int spike = times * capacity;
    return load(
        List.of(
            new Phase("warm-up", half, Duration.ofSeconds(3)),
            new Phase("quiet", half, Duration.ofSeconds(4)),
            new Phase("cold", spike, Duration.ofSeconds(7)),
            new Phase("between", half, Duration.ofSeconds(12)),
            new Phase("warm", spike, Duration.ofSeconds(7)),
            new Phase("after", half, Duration.ofSeconds(6))),
        connections);
  }

  /** Returns a load of other phases from the same clients. */
  Load load(List<Phase> phases, int connections) {
    return new Load(phases, crowd, retries, OverloadDemo.DEADLINE, connections, SEED);
  }
}
