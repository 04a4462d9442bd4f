package dev.flowshield.contract;

/**
 * A server that has been started on 127.0.0.1.
 *
 * @param port the port that it has chosen
 * @param stop the action that stops it
 */
public record ServerUnderTest(int port, Stop stop) {

  /** The action that stops a server. */
  @FunctionalInterface
  public interface Stop {

    /** Stops the server, and returns when it has stopped. */
    void run() throws Exception;
  }
}
