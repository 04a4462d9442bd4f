package dev.flowshield.servlet.auto;

import dev.flowshield.http.HttpShield;
import dev.flowshield.servlet.FlowShieldFilter;
import jakarta.servlet.ServletContext;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Set;

/** The settings of the shield of a web application, from the application and from its process. */
final class ApplicationSettings {

  private static final String FILE = "flowshield.properties";
  private static final String OWN_FILE = "/WEB-INF/" + FILE;

  private static final System.Logger LOG = System.getLogger("dev.flowshield.servlet");

  private final ServletContext context;

  ApplicationSettings(ServletContext context) {
    this.context = context;
  }

  /** Returns the name of the application, for a message. */
  String application() {
    return "the web application at '" + context.getContextPath() + "/'";
  }

  /** Returns whether anything is set, valid or not. */
  boolean areConfigured() {
    return !contextParams().isEmpty() || hasOwnFile() || HttpShield.isConfigured();
  }

  /** Creates the shield from these settings. */
  HttpShield shield() {
    if (!hasOwnFile()) {
      return HttpShield.fromConfiguration(contextParams());
    }
    warnOfTwoFiles();
    return HttpShield.fromConfiguration(contextParams(), this::ownFile);
  }

  private InputStream ownFile() {
    InputStream file = context.getResourceAsStream(OWN_FILE);
    if (file == null) { // removed meanwhile, or not readable
      throw new UncheckedIOException(
          OWN_FILE + " must be readable: restore it", new FileNotFoundException(OWN_FILE));
    }
    return file;
  }

  private boolean hasOwnFile() {
    Set<String> files = context.getResourcePaths("/WEB-INF/"); // null if there is no WEB-INF
    return files != null && files.contains(OWN_FILE);
  }

  private void warnOfTwoFiles() {
    if (context.getClassLoader().getResource(FILE) != null) {
      LOG.log(
          Level.WARNING,
          "FlowShield: " + FILE + " must be in WEB-INF or on the class path, got both for "
              + application()
              + ": the one in WEB-INF counts alone, so remove the other or merge them");
    }
  }

  private Map<String, String> contextParams() {
    return FlowShieldFilter.settings(context);
  }
}
