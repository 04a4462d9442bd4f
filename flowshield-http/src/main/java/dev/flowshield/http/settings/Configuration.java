package dev.flowshield.http.settings;

import static dev.flowshield.http.settings.SettingKeys.IN_FLIGHT;
import static dev.flowshield.http.settings.SettingKeys.LIMIT;
import static dev.flowshield.http.settings.SettingKeys.PER_CLIENT;
import static dev.flowshield.http.settings.SettingKeys.POLICY;

import dev.flowshield.http.settings.Settings.Setting;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns settings that are texts of several sources into values.
 *
 * <p>Every mistake is reported at once: the owner of a configuration does not want to be told one
 * mistake per start. Each message calls a setting as its source does.
 *
 * <p>A text replaces the value that code has set, and {@code off} removes it; a default leaves that
 * value. Rows of policies are added to those of code.
 */
public final class Configuration {

  private final Settings texts;
  private final String failure; // the beginning of messages
  private final List<String> problems;

  /**
   * Creates a reader of texts.
   *
   * @param failure the beginning of messages, such as {@code FlowShield cannot start}
   */
  public Configuration(Settings texts, String failure) {
    this.texts = texts;
    this.failure = failure;
    this.problems = new ArrayList<>(texts.problems());
  }

  /**
   * Returns settings that fit together.
   *
   * @param code the settings that are given in code, which these come after
   * @throws IllegalArgumentException if a text is wrong, or the settings do not fit
   */
  public ShieldSettings fitting(ShieldSettings code) {
    ShieldSettings settings = read(code);
    try {
      settings.requireFit(Spelling.CONFIGURATION);
    } catch (IllegalArgumentException | IllegalStateException misfit) {
      throw misfit(misfit);
    }
    return settings;
  }

  /** Returns the mistake of settings that do not fit, with those that are in force. */
  public IllegalArgumentException misfit(RuntimeException misfit) {
    return new IllegalArgumentException(
        failure + ": " + misfit.getMessage() + " (in force: " + texts.inForce() + ")", misfit);
  }

  /**
   * Returns settings that are each possible by themselves.
   *
   * @param before the settings that these come after
   * @throws IllegalArgumentException if a text is wrong
   */
  public ShieldSettings read(ShieldSettings before) {
    ShieldSettings settings = before;
    for (SettingKey<?> key : SettingKeys.ALL) {
      List<String> names = key == POLICY ? texts.rows() : List.of(key.name());
      for (String name : names) {
        settings = read(settings, key, texts.get(name));
      }
    }
    requireFit(before);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(failure + ":\n  " + String.join("\n  ", problems));
    }
    return settings;
  }

  private <T> ShieldSettings read(
      ShieldSettings settings, SettingKey<T> key, @Nullable Setting setting) {
    if (setting == null || (setting.from() == SettingSource.DEFAULT && settings.isSet(key))) {
      return settings;
    }
    String source = setting.source();
    try {
      T value = key.type().parse(source, setting.value());
      ShieldSettings others = key == POLICY ? settings : settings.without(key);
      return value == null ? others : others.with(key, source, value);
    } catch (IllegalArgumentException impossible) {
      String message = String.valueOf(impossible.getMessage());
      problems.add(message.startsWith(source) ? message : source + ": " + message);
      return settings;
    }
  }

  /** Notes settings that are possible by themselves, but not together. */
  private void requireFit(ShieldSettings before) {
    @Nullable Setting perClient = texts.get(PER_CLIENT.name());
    if (perClient == null || !isOff(PER_CLIENT, before)) {
      return;
    }
    if (isOff(LIMIT, before) && isOff(IN_FLIGHT, before)) {
      problems.add("limit, per-client and in-flight must not all be off, got " + texts.inForce()
          + ": set one of them, as in " + perClient.from().name(PER_CLIENT.name()) + "=100/s");
    }
    for (SettingKey<?> key : SettingKeys.ALL) {
      @Nullable Setting setting = texts.get(key.name());
      if (setting != null && key.needed() == PER_CLIENT) {
        problems.add(setting.source() + " must come with per-client, got '" + setting.value()
            + "' where " + perClient.source() + " is off: set per-client, or remove it");
      }
    }
  }

  private boolean isOff(SettingKey<?> key, ShieldSettings before) {
    @Nullable Setting setting = texts.get(key.name());
    return setting == null ? !before.isSet(key) : setting.value().equals(SettingType.OFF);
  }
}
