package dev.flowshield.http;

import java.util.Locale;

/** Where a setting stands, and how it is written there. */
enum SettingSource {
  /** What holds where nothing is set. */
  DEFAULT("the default of %s"),
  /** {@value SettingsFile#NAME}. */
  FILE("'%s' in " + SettingsFile.NAME),
  /** Where the shield is put to work, such as the parameters of a filter. */
  IN_PLACE("setting '%s'"),
  /** The environment of the process. */
  ENVIRONMENT("environment variable '%s'"),
  /** The system properties. */
  SYSTEM("system property '%s'");

  /** What the names of system properties begin with, and no others. */
  static final String PROPERTY_PREFIX = "flowshield.";

  /** What the names of environment variables begin with. */
  static final String VARIABLE_PREFIX = "FLOWSHIELD_";

  private final String source;

  SettingSource(String source) {
    this.source = source;
  }

  /** A setting of this place for its owner. */
  String source(String name) {
    return String.format(source, name);
  }

  /** How the key of a setting is written here. */
  String name(String key) {
    return switch (this) {
      case SYSTEM -> PROPERTY_PREFIX + key;
      case ENVIRONMENT -> VARIABLE_PREFIX + key.toUpperCase(Locale.ROOT).replaceAll("[-.]", "_");
      default -> key;
    };
  }
}
