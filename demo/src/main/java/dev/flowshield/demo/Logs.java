package dev.flowshield.demo;

import java.util.logging.Level;
import java.util.logging.Logger;

/** The logs of libraries, kept out of the tables. */
final class Logs {

  // Strong reference, because the JDK forgets the level of a logger without one.
  private static final Logger UNDERTOW = Logger.getLogger("io.undertow");
  private static final Logger XNIO = Logger.getLogger("org.xnio");
  private static final Logger THREADS = Logger.getLogger("org.jboss.threads");
  private static final Logger FLOWSHIELD = Logger.getLogger("dev.flowshield");

  private Logs() {}

  /**
   * Restricts logs to warnings, each on one line. The message of the shield at its start is part of
   * the output and is shown there.
   */
  static void keepToOneLine() {
    System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s: %5$s%6$s%n");
    UNDERTOW.setLevel(Level.WARNING);
    XNIO.setLevel(Level.WARNING);
    THREADS.setLevel(Level.WARNING);
    FLOWSHIELD.setLevel(Level.WARNING);
  }
}
