package dev.flowshield.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Makes a shield of settings that come as text from several sources. A pure function of the
 * sources.
 *
 * <p>Everything that is wrong is reported at once: the owner of a configuration does not want to
 * be told one mistake per start.
 */
final class Configuration {

  private static final String OFF = "off";
  private static final String PROPERTY_PREFIX = "flowshield.";
  private static final String VARIABLE_PREFIX = "FLOWSHIELD_";

  static final Set<String> KNOWN = Collections.unmodifiableSet(new TreeSet<>(Set.of(
      "limit",
      "per-client",
      "limiter",
      "max-clients",
      "in-flight",
      "health-paths",
      "overload-status")));

  private final Map<String, Setting> settings = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();

  /** A value and where it stands. */
  private record Setting(String value, String source) {}

  Configuration(ConfigurationSources sources) {
    // From the weakest to the strongest: the later overwrites.
    settings.put("per-client", new Setting("100/s", "the default of per-client"));
    settings.put("in-flight", new Setting("1000", "the default of in-flight"));
    sorted(sources.file())
        .forEach(
            (name, value) -> take(name, value, "'" + name + "' in " + ConfigurationSources.FILE));
    sorted(sources.inPlace()).forEach((name, value) -> take(name, value, "setting '" + name + "'"));
    sorted(sources.environment()).forEach((name, value) -> {
      if (name.startsWith(VARIABLE_PREFIX)) {
        String key = name.substring(VARIABLE_PREFIX.length()).toLowerCase(Locale.ROOT);
        take(key.replace('_', '-'), value, "environment variable '" + name + "'");
      }
    });
    sorted(sources.system()).forEach((name, value) -> {
      if (name.startsWith(PROPERTY_PREFIX)) {
        take(name.substring(PROPERTY_PREFIX.length()), value, "system property '" + name + "'");
      }
    });
  }

  HttpShield shield() {
    HttpShieldBuilder builder = HttpShield.builder();
    apply("limit", unlessOff(builder::limit), "; or 'off'");
    apply("per-client", unlessOff(builder::perClient), "; or 'off'");
    apply("limiter", builder::limiter, "");
    apply("max-clients", value -> builder.maxClients(number("max-clients", value)), "");
    apply(
        "in-flight",
        unlessOff(value -> builder.inFlight(number("in-flight", value))),
        "; or 'off'");
    apply("health-paths", value -> builder.healthPaths(paths(value)), "; or 'off'");
    apply("overload-status", value -> builder.overloadStatus(number("overload-status", value)), "");
    requireFit();
    requireNoProblems();
    try {
      return builder.build();
    } catch (IllegalArgumentException | IllegalStateException misfit) {
      throw new IllegalArgumentException(
          "FlowShield cannot start with " + inForce() + ": " + misfit.getMessage(), misfit);
    }
  }

  private void take(String key, String value, String source) {
    if (KNOWN.contains(key)) {
      settings.put(key, new Setting(value.strip(), source));
    } else {
      problems.add(
          source + " must be one of " + KNOWN + ", got '" + key + "': correct or remove it");
    }
  }

  private void apply(String key, Consumer<String> setter, String otherWayOut) {
    Setting setting = settings.get(key);
    if (setting == null) {
      return;
    }
    try {
      setter.accept(setting.value());
    } catch (IllegalArgumentException impossible) {
      problems.add(setting.source() + ": " + impossible.getMessage() + otherWayOut);
    }
  }

  /** Settings that are possible by themselves, but not together. */
  private void requireFit() {
    if (isOff("limit") && isOff("per-client") && isOff("in-flight")) {
      problems.add("limit, per-client and in-flight must not all be off, got " + inForce()
          + ": set one of them, as in per-client=100/s");
    }
    Setting perClient = settings.get("per-client");
    if (perClient != null && isOff("per-client")) {
      for (String key : List.of("limiter", "max-clients")) {
        Setting setting = settings.get(key);
        if (setting != null) {
          problems.add(setting.source() + " must come with per-client, got '" + setting.value()
              + "' where " + perClient.source() + " is off: set per-client, or remove it");
        }
      }
    }
  }

  private boolean isOff(String key) {
    Setting setting = settings.get(key);
    return setting == null || setting.value().equals(OFF);
  }

  private void requireNoProblems() {
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "FlowShield cannot start:\n  " + String.join("\n  ", problems));
    }
  }

  private String inForce() {
    List<String> all = new ArrayList<>();
    settings.forEach(
        (key, setting) -> all.add(key + "=" + setting.value() + " (" + setting.source() + ")"));
    return String.join(", ", all);
  }

  private static Map<String, String> sorted(Map<String, String> source) {
    return new TreeMap<>(source);
  }

  private static Consumer<String> unlessOff(Consumer<String> setter) {
    return value -> {
      if (!value.equals(OFF)) {
        setter.accept(value);
      }
    };
  }

  private static int number(String key, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException notOne) {
      throw new IllegalArgumentException(
          key + " must be a whole number, got '" + value + "': write digits only", notOne);
    }
  }

  private static String[] paths(String value) {
    return value.equals(OFF) ? new String[0] : value.split("\\s*,\\s*", -1);
  }
}
