package dev.flowshield.demo.overload.load;

import java.io.IOException;
import java.net.URI;

/** An open-loop client: requests leave when they are due, regardless of the server. */
public interface LoadClient {

  /** Returns the name of the client for a sentence. */
  String title();

  /**
   * Sends a load and waits for its end.
   *
   * @param server the server, on this machine
   * @param pid the process of the server, whose processor time is reported if the client can read
   *     it
   */
  LoadReport send(URI server, long pid, Load load) throws IOException, InterruptedException;
}
