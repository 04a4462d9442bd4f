package dev.flowshield.http.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds resources that the class path has several times. */
public final class ClassPath {

  private static final Pattern LAST_NAME = Pattern.compile("([^/!]+)[/!]*$");

  private ClassPath() {}

  /** Returns all resources of a name, beginning with the one that is loaded. */
  public static List<URL> all(ClassLoader loader, String name) {
    Map<String, URL> found = new LinkedHashMap<>(); // a URL is compared by its text, not its host
    try {
      for (URL each : Collections.list(loader.getResources(name))) {
        found.putIfAbsent(each.toExternalForm(), each);
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException("the class path must be readable", unreadable);
    }
    return List.copyOf(found.values());
  }

  /**
   * Returns the jars or folders of resources, each by its last name. A log must not contain the
   * path of an installation, or credentials in an address.
   */
  public static String places(List<URL> found, String name) {
    return found.stream().map(each -> place(each, name)).collect(Collectors.joining(", "));
  }

  private static String place(URL found, String name) {
    String text = found.getPath();
    String root = text.substring(0, Math.max(0, text.length() - name.length()));
    Matcher last = LAST_NAME.matcher(root);
    return last.find() ? last.group(1) : "a jar";
  }
}
