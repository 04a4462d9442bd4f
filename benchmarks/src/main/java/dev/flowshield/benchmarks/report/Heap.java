package dev.flowshield.benchmarks.report;

/**
 * The heap of a limiter.
 *
 * @param name the limiter, such as {@code flowShield}
 * @param clients the number of clients
 * @param bytes the heap, including the keys if the limiter stores them
 */
public record Heap(String name, int clients, long bytes) {

  double perClient() {
    return (double) bytes / clients;
  }
}
