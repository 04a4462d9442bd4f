package dev.flowshield.http.settings;

import java.util.Map;

/**
 * The sources of settings, from the strongest to the weakest.
 *
 * @param system system properties, of which those that begin with {@code flowshield.} count
 * @param environment environment variables, of which those that begin with {@code FLOWSHIELD_}
 *     count
 * @param inPlace settings given by the code that makes the shield
 * @param file the entries of {@value SettingsFile#NAME}
 */
public record ConfigurationSources(
    Map<String, String> system,
    Map<String, String> environment,
    Map<String, String> inPlace,
    SettingsFile file) {

  /** Returns the sources of this process. */
  public static ConfigurationSources current(Map<String, String> inPlace, SettingsFile file) {
    return new ConfigurationSources(
        SettingsFile.strings(System.getProperties()), System.getenv(), inPlace, file);
  }

  /** Returns whether anything is set, rightly or not. */
  public boolean areSet() {
    return new Settings(this).isSet();
  }
}
