package dev.flowshield.benchmarks.redis;

/**
 * What is measured: a request, of any of the threads.
 *
 * @param name what it is called in the table
 * @param request asks for a key, over one of the connections
 */
record Contender(String name, Request request) {

  /** A request. */
  @FunctionalInterface
  interface Request {

    /** Whether it was admitted. */
    boolean ask(String key, int connection);
  }
}
