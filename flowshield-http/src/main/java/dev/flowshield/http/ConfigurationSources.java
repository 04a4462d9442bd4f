package dev.flowshield.http;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where settings stand, from the strongest to the weakest.
 *
 * @param system system properties, of which those that begin with {@code flowshield.} count
 * @param environment environment variables, of which those that begin with {@code FLOWSHIELD_}
 *     count
 * @param inPlace settings given where the shield is put to work
 * @param file the entries of {@value #FILE}
 */
record ConfigurationSources(
    Map<String, String> system,
    Map<String, String> environment,
    Map<String, String> inPlace,
    Map<String, String> file) {

  static final String FILE = "flowshield.properties";

  /** What holds in this process. */
  static ConfigurationSources current(Map<String, String> inPlace) {
    return new ConfigurationSources(
        strings(System.getProperties()), System.getenv(), inPlace, load(find()));
  }

  /** The shield that these ask for. */
  HttpShield shield() {
    return new Configuration(this).shield();
  }

  private static @Nullable URL find() {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    URL found = context == null ? null : context.getResource(FILE);
    return found != null ? found : HttpShield.class.getResource("/" + FILE);
  }

  private static Map<String, String> load(@Nullable URL file) {
    if (file == null) {
      return Map.of();
    }
    Properties entries = new Properties();
    try (InputStreamReader text =
        new InputStreamReader(file.openStream(), StandardCharsets.UTF_8)) {
      entries.load(text);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(file + " must be readable: mend or remove it", unreadable);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          file + " must be a properties file, got a broken \\u escape: correct it", malformed);
    }
    return strings(entries);
  }

  private static Map<String, String> strings(Properties properties) {
    Map<String, String> strings = new HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      strings.put(name, properties.getProperty(name, ""));
    }
    return strings;
  }
}
