package dev.flowshield.http.settings;

import java.util.Locale;

/** The places that settings come from, and how they are written there. */
enum SettingSource {
  /** The default, if nothing is set. */
  DEFAULT("the default of %s"),
  /** {@value SettingsFile#NAME}. */
  FILE("'%s' in " + SettingsFile.NAME),
  /** The code that makes the shield, such as the parameters of a filter. */
  IN_PLACE("setting '%s'"),
  /** The environment of the process. */
  ENVIRONMENT("environment variable '%s'"),
  /** The system properties. */
  SYSTEM("system property '%s'");

  /** The prefix of system properties. */
  static final String PROPERTY_PREFIX = "flowshield.";

  /** The prefix of environment variables. */
  static final String VARIABLE_PREFIX = "FLOWSHIELD_";

  private final String source;

  SettingSource(String source) {
    this.source = source;
  }

  /** Returns a setting with its place, for messages. */
  String source(String name) {
    return String.format(source, name);
  }

  /** Returns how the name of a setting is written here. */
  String name(String key) {
    return switch (this) {
      case SYSTEM -> PROPERTY_PREFIX + key;
      case ENVIRONMENT -> VARIABLE_PREFIX + key.toUpperCase(Locale.ROOT).replaceAll("[-.]", "_");
      default -> key;
    };
  }
}
