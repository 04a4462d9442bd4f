package dev.flowshield.http;

import java.io.BufferedReader;
import java.io.IOException;
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
import org.jspecify.annotations.Nullable;

/**
 * The file of settings on the class path.
 *
 * @param entries what it says; of an entry that is repeated, the last
 * @param repeated the names that it has more than once
 */
record SettingsFile(Map<String, String> entries, Set<String> repeated) {

  static final String NAME = "flowshield.properties";

  private static final SettingsFile NONE = new SettingsFile(Map.of(), Set.of());
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  /**
   * The one that counts: the first that the context class loader finds, else the one beside this
   * class.
   *
   * <p>Of several the first counts, with a warning and not a failure: it is how the settings of
   * tests stand before those of the application.
   */
  static SettingsFile find() {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    List<URL> found = context == null ? List.of() : ClassPath.all(context, NAME);
    if (found.size() > 1) {
      StartLog.warn(NAME + " must be on the class path once, got " + found.size() + ", in "
          + ClassPath.places(found, NAME)
          + ": the first of them counts alone, so remove the others or merge them");
    }
    URL file = found.isEmpty() ? HttpShield.class.getResource("/" + NAME) : found.get(0);
    return file == null ? NONE : read(file);
  }

  private static SettingsFile read(URL file) {
    Repeats entries = new Repeats();
    try (BufferedReader text =
        new BufferedReader(new InputStreamReader(file.openStream(), StandardCharsets.UTF_8))) {
      text.mark(1);
      if (text.read() != BYTE_ORDER_MARK) { // which some editors put in front of UTF-8
        text.reset();
      }
      entries.load(text);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(file + " must be readable: correct or remove it", unreadable);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          file + " must be a properties file, got a broken \\u escape: correct it", malformed);
    }
    return new SettingsFile(strings(entries), entries.names);
  }

  /** The entries that are text. */
  static Map<String, String> strings(Properties properties) {
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
