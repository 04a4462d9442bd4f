package dev.flowshield.benchmarks.report;

/**
 * The heap that a limiter takes.
 *
 * @param name whose it is, as {@code flowShield}
 * @param clients how many it was asked for
 * @param bytes what it takes, with the keys where it keeps them
 */
public record Heap(String name, int clients, long bytes) {

  double perClient() {
    return (double) bytes / clients;
  }
}
