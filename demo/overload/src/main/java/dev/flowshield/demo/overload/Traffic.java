package dev.flowshield.demo.overload;

import dev.flowshield.demo.overload.load.Load;
import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Retries;
import java.time.Duration;
import java.util.List;

/**
 * Traffic with two spikes: half of what the server can do, a spike while its code is cold, half of
 * it for long enough to compile all, and the same spike again.
 *
 * @param title as in a table
 * @param times the spikes, in relation to what the server can do
 * @param crowd the clients
 * @param retries how they retry
 */
record Traffic(String title, int times, Crowd crowd, Retries retries) {

  /** One client. */
  static final Traffic SPIKE = new Traffic("spike", 10, new Crowd(1, 100), Retries.NONE);

  /** The same from twenty clients, the first of which sends 95 of 100 requests. */
  static final Traffic ABUSE = new Traffic("abuse", 10, new Crowd(20, 95), Retries.NONE);

  /** Clients that retry up to three times, after a tenth of a second or a little more. */
  static final Traffic STORM = new Traffic(
      "retries",
      3,
      new Crowd(1, 100),
      new Retries(3, OverloadDemo.DEADLINE, Duration.ofMillis(100)));

  /** The index of the quiet phase. It follows one that warms the server and does not count. */
  static final int QUIET = 1;

  /** The index of the first spike. */
  static final int COLD = 2;

  /** The index of the second spike. */
  static final int WARM = 4;

  private static final long SEED = 1;

  /**
   * Returns the load for a server.
   *
   * @param capacity what the server can do in a second
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
