package dev.flowshield.benchmarks.redis;

/**
 * A measured library: a request that any thread may send.
 *
 * @param name the name in the table
 * @param request the request for a key, over one of the connections
 */
record Contender(String name, Request request) {

  /** A request. */
  @FunctionalInterface
  interface Request {

    /** Returns whether the request was admitted. */
    boolean ask(String key, int connection);
  }
}
