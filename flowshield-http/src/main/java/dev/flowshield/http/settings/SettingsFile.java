package dev.flowshield.http.settings;

import dev.flowshield.http.process.ClassPath;
import dev.flowshield.http.process.ShieldLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The file of settings, on the class path unless an application has its own.
 *
 * @param entries the entries; of an entry that is repeated, the last
 * @param repeated the names that it has more than once
 */
public record SettingsFile(Map<String, String> entries, Set<String> repeated) {

  public static final String NAME = "flowshield.properties";

  public static final SettingsFile NONE = new SettingsFile(Map.of(), Set.of());
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  /**
   * Returns the file that counts: the first that the context class loader finds, or else the file
   * beside this class.
   *
   * <p>Of several the first counts, with a warning and not a failure: the settings of
   * tests come before those of the application in this way.
   */
  public static SettingsFile find() {
    List<URL> found = onClassPath();
    if (found.size() > 1) {
      ShieldLog.warn(NAME + " must be on the class path once, got " + found.size() + ", in "
          + ClassPath.places(found, NAME)
          + ": the first of them counts alone, so remove the others or merge them");
    }
    if (found.isEmpty()) {
      return NONE;
    }
    URL file = found.get(0);
    try (InputStream content = file.openStream()) {
      return read(content, file.toString());
    } catch (IOException unreadable) {
      throw unreadable(file.toString(), unreadable);
    }
  }

  /** Returns whether there is a file, even an empty one. */
  public static boolean isThere() {
    return !onClassPath().isEmpty();
  }

  private static List<URL> onClassPath() {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    List<URL> found = context == null ? List.of() : ClassPath.all(context, NAME);
    URL besideThis = SettingsFile.class.getResource("/" + NAME);
    return found.isEmpty() && besideThis != null ? List.of(besideThis) : found;
  }

  /** Opens a file, which messages call by its name, and reads it. */
  public static SettingsFile read(Supplier<? extends InputStream> opened, String file) {
    try (InputStream content = opened.get()) {
      return read(content, file);
    } catch (IOException unclosable) {
      throw unreadable(file, unclosable);
    }
  }

  /** Reads a file, which messages call by its name, and leaves it open. */
  public static SettingsFile read(InputStream content, String file) {
    Repeats entries = new Repeats();
    try {
      BufferedReader text =
          new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8));
      text.mark(1);
      if (text.read() != BYTE_ORDER_MARK) { // which some editors put in front of UTF-8
        text.reset();
      }
      entries.load(text);
    } catch (IOException unreadable) {
      throw unreadable(file, unreadable);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          file + " must be a properties file, got a broken \\u escape: correct it", malformed);
    }
    return new SettingsFile(strings(entries), entries.names);
  }

  private static UncheckedIOException unreadable(String file, IOException cause) {
    return new UncheckedIOException(file + " must be readable: correct or remove it", cause);
  }

  /** Returns the entries that are text. */
  public static Map<String, String> strings(Properties properties) {
    Map<String, String> strings = new HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      strings.put(name, properties.getProperty(name, ""));
    }
    return strings;
  }

  /** Properties that notice which names are loaded more than once. */
  private static final class Repeats extends Properties {

    private static final long serialVersionUID = 1L;

    private final TreeSet<String> names = new TreeSet<>();

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // one thread loads it
    public @Nullable Object put(Object name, Object value) {
      @Nullable Object before = super.put(name, value);
      if (before != null) {
        names.add(name.toString());
      }
      return before;
    }
  }
}
