package dev.flowshield.demo.overload.load;

import dev.flowshield.demo.traffic.Crowd;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Retries;
import java.time.Duration;
import java.util.List;

/**
 * A load for a server, the same for each client that can send it.
 *
 * @param phases one after the other
 * @param crowd the clients, and the share of the first one
 * @param retries how clients retry; their patience is the timeout of each try
 * @param deadline the latency up to which a response is of use
 * @param connections opened before the first request; more are opened when all are busy
 * @param seed of the instants
 */
public record Load(
    List<Phase> phases,
    Crowd crowd,
    Retries retries,
    Duration deadline,
    int connections,
    long seed) {

  /** The timeout of requests that are not retried, and the time to wait for the last responses. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  public Load {
    phases = List.copyOf(phases);
  }

  /** Returns how long a client waits for the response to one try. */
  Duration timeout() {
    return retries.most() == 0 ? PATIENCE : retries.patience();
  }
}
