package dev.flowshield.contract;

/**
 * A server that has been started on 127.0.0.1.
 *
 * @param port where it listens, of its own choosing
 * @param stop stops it
 */
public record ServerUnderTest(int port, Stop stop) {

  /** Stops a server. */
  @FunctionalInterface
  public interface Stop {

    /** Returns when it has stopped. */
    void run() throws Exception;
  }
}
