package dev.flowshield.demo.traffic;

import java.util.random.RandomGenerator;

/**
 * The clients: the first has a larger share, and the others share the rest evenly.
 *
 * @param clients the number of clients
 * @param greedyPercent the share of the first client in all requests
 */
public record Crowd(int clients, int greedyPercent) {

  public Crowd {
    if (clients < 1) {
      throw new IllegalArgumentException(
          "clients must be 1 or more, got " + clients + ": one has to send");
    }
    if (greedyPercent < 0 || greedyPercent > 100) {
      throw new IllegalArgumentException("greedyPercent must be 0 to 100, got " + greedyPercent
          + ": give the share of the first client in all requests");
    }
  }

  /** Returns the client that sends a request, 0 for the greedy one. */
  int sender(RandomGenerator random) {
    if (clients == 1 || random.nextInt(100) < greedyPercent) {
      return 0;
    }
    return 1 + random.nextInt(clients - 1);
  }

  /** Divides a number by the shares of the clients, at least one for each client. */
  int[] shares(int total) {
    int[] shares = new int[clients];
    int greedy = clients == 1 ? total : (int) ((long) total * greedyPercent / 100);
    shares[0] = Math.max(1, greedy);
    for (int i = 1; i < clients; i++) {
      shares[i] = Math.max(1, (total - greedy) / (clients - 1));
    }
    return shares;
  }
}
