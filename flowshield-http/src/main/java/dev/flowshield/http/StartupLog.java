package dev.flowshield.http;

import dev.flowshield.engine.FlowShield;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** What is logged when a shield stands. */
final class StartupLog {

  private static final Logger LOG = System.getLogger("dev.flowshield.http");
  private static final String NAME = "FlowShield";
  private static final String ENGINE = "dev/flowshield/engine/FlowShield.class";

  private static final AtomicBoolean ENGINE_COUNTED = new AtomicBoolean();

  private StartupLog() {}

  /** Logs the version that runs and what is active; as a warning if nothing is. */
  static void log(HttpShield shield) {
    LOG.log(
        shield.isEnabled() ? Level.INFO : Level.WARNING,
        () -> NAME + version() + shield.toString().substring(NAME.length()));
    if (!ENGINE_COUNTED.getAndSet(true)) {
      countEngine();
    }
  }

  static void info(String text) {
    LOG.log(Level.INFO, NAME + ": " + text);
  }

  static void warn(String text) {
    LOG.log(Level.WARNING, NAME + ": " + text);
  }

  static void warn(String text, Throwable cause) {
    LOG.log(Level.WARNING, NAME + ": " + text, cause);
  }

  /**
   * Warns if there are several engines: which of them runs is left to the order of the class path
   * then, and classes of two versions may meet.
   */
  private static void countEngine() {
    ClassLoader loader = FlowShield.class.getClassLoader();
    List<URL> found = loader == null ? List.of() : ClassPath.all(loader, ENGINE);
    if (found.size() > 1) {
      warn("flowshield-engine must be on the class path once, got " + found.size() + ", in "
          + ClassPath.places(found, ENGINE) + ": the first of them runs, so remove the others");
    }
  }

  /**
   * The version with a space before it. From a resource, as the manifest is another one in a jar
   * that holds a whole application, and there is none on the module path.
   */
  private static String version() {
    try (InputStream text = StartupLog.class.getResourceAsStream("version.txt")) {
      return text == null
          ? ""
          : " " + new String(text.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("version.txt must be readable", unreadable);
    }
  }
}
