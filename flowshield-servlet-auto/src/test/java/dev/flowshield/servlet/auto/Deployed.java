package dev.flowshield.servlet.auto;

import java.nio.file.Path;

/** A container on a free port of this machine that runs one web application, at its root. */
interface Deployed {

  /** Starts a container with an unpacked archive. Throws if the application does not start. */
  @FunctionalInterface
  interface Starter {
    Deployed start(Path archive, Path work) throws Exception;
  }

  int port();

  void stop() throws Exception;
}
