package dev.flowshield.demo.overload.load;

import java.io.IOException;
import java.net.URI;

/** An open-loop client: requests leave when they are due, however the server fares. */
public interface LoadClient {

  /** Returns the name of the client, as in a sentence. */
  String title();

  /**
   * Sends a load and waits for its end.
   *
   * @param server on this machine
   * @param pid the server's process, whose processor time is reported if the client can read it
   */
  LoadReport send(URI server, long pid, Load load) throws IOException, InterruptedException;
}
