package dev.flowshield.http.process;

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

/** The log of shields, at their start and of what they find later. */
public final class ShieldLog {

  private static final Logger LOG = System.getLogger("dev.flowshield.http");
  private static final String NAME = "FlowShield";
  private static final String ENGINE = "dev/flowshield/engine/FlowShield.class";

  private static final AtomicBoolean ENGINE_COUNTED = new AtomicBoolean();

  private ShieldLog() {}

  /**
   * Logs the version and the active settings of a shield.
   *
   * @param isEnabled whether the shield does anything; if not, the line is a warning
   * @param description the active settings, beginning with {@value #NAME}
   */
  public static void log(boolean isEnabled, String description) {
    LOG.log(
        isEnabled ? Level.INFO : Level.WARNING,
        () -> NAME + version() + description.substring(NAME.length()));
    if (!ENGINE_COUNTED.getAndSet(true)) {
      countEngine();
    }
  }

  public static void info(String text) {
    LOG.log(Level.INFO, NAME + ": " + text);
  }

  public static void warn(String text) {
    LOG.log(Level.WARNING, NAME + ": " + text);
  }

  public static void warn(String text, Throwable cause) {
    LOG.log(Level.WARNING, NAME + ": " + text, cause);
  }

  /**
   * Warns if the class path has several engines. Its order then decides which of them runs, and
   * classes of two versions may meet.
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
   * Returns the version with a leading space. It comes from a resource, because a jar that holds a
   * whole application has another manifest, and the module path has none.
   */
  private static String version() {
    try (InputStream text =
        ShieldLog.class.getResourceAsStream("/dev/flowshield/http/version.txt")) {
      return text == null
          ? ""
          : " " + new String(text.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("version.txt must be readable", unreadable);
    }
  }
}
