package dev.flowshield.demo.overload.load;

import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Retries;
import java.time.Duration;
import java.util.List;

/**
 * A load for a server, equal for each client that can send it.
 *
 * @param phases the phases in order
 * @param crowd the clients, and the share of the first one
 * @param retries the retries of clients; their patience is the timeout of each attempt
 * @param deadline the latency up to which a response is useful
 * @param connections the connections opened before the first request; more are opened when all are
 *     busy
 * @param seed the seed of the instants
 */
public record Load(
    List<Phase> phases,
    Crowd crowd,
    Retries retries,
    Duration deadline,
    int connections,
    long seed) {

  /** The timeout of requests that are not retried, and the wait for the last responses. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  public Load {
    phases = List.copyOf(phases);
  }

  /** Returns the time that a client waits for the response to one attempt. */
  Duration timeout() {
    return retries.most() == 0 ? PATIENCE : retries.patience();
  }
}
