package dev.flowshield.http.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The file that the setting {@code policies} names. */
final class PolicyFile {

  private static final String FILE = "file:";
  private static final String MARK = "\uFEFF"; // which some editors put in front of UTF-8

  private PolicyFile() {}

  /**
   * Returns the rows in a file, in UTF-8.
   *
   * @param setting the setting that names the file, for messages
   * @param name a resource on the class path, or an address that begins with {@code file:}
   * @throws IllegalArgumentException if there is no such file
   */
  static String read(String setting, String name) {
    URL file = find(name);
    if (file == null) {
      throw new IllegalArgumentException(setting + " must be a file on the class path, as in"
          + " 'policies.txt', or an address, as in 'file:/etc/app/policies.txt', got '" + name
          + "', which is not there: correct the name, or add the file");
    }
    try (InputStream text = file.openStream()) {
      String rows = new String(text.readAllBytes(), StandardCharsets.UTF_8);
      return rows.startsWith(MARK) ? rows.substring(MARK.length()) : rows;
    } catch (IOException unreadable) {
      if (name.startsWith(FILE)) {
        throw new IllegalArgumentException(
            setting + " must be a file that can be read, got '" + name + "' ("
                + unreadable.getMessage() + "): correct the name, or add the file",
            unreadable);
      }
      throw new UncheckedIOException(file + " must be readable: correct or remove it", unreadable);
    }
  }

  private static @Nullable URL find(String name) {
    if (name.startsWith(FILE)) {
      try {
        return URI.create(name).toURL();
      } catch (MalformedURLException | IllegalArgumentException malformed) {
        return null;
      }
    }
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    URL found = context == null || name.isEmpty() ? null : context.getResource(name);
    return found != null || name.isEmpty() ? found : PolicyFile.class.getResource("/" + name);
  }
}
