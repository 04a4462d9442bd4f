package dev.flowshield.http;

import dev.flowshield.http.settings.ConfigurationSources;
import dev.flowshield.http.settings.SettingsFile;
import dev.flowshield.http.settings.ShieldSettings;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The sources of a configuration, as a test gives them. */
final class Sources {

  static final Map<String, String> NONE = Map.of();

  private Sources() {}

  /** The shield that they make. */
  static HttpShield shield(
      Map<String, String> system,
      Map<String, String> environment,
      Map<String, String> inPlace,
      Map<String, String> file) {
    return HttpShield.of(
        () -> new ConfigurationSources(
            system, environment, inPlace, new SettingsFile(file, Set.of())),
        builder -> {});
  }

  /** The shield of a file and code. */
  static HttpShield shield(Map<String, String> file, Consumer<? super HttpShieldBuilder> code) {
    return HttpShield.of(
        () -> new ConfigurationSources(NONE, NONE, NONE, new SettingsFile(file, Set.of())), code);
  }

  /** The parts of the shield that a builder would make. */
  static ShieldRuntime runtime(HttpShieldBuilder builder) {
    ShieldSettings settings = builder.settings();
    return ShieldRuntime.of(settings, settings.engine(null));
  }
}
