package dev.flowshield.http;

import dev.flowshield.http.exchange.ConsoleAccess;
import dev.flowshield.http.settings.SettingKeys;
import dev.flowshield.http.settings.ShieldSettings;
import dev.flowshield.http.settings.Spelling;
import dev.flowshield.http.spi.ConsoleProvider;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the module that has the console. Searches the context class loader of the calling thread,
 * then the class loader of this module.
 */
final class ConsoleProviders {

  private ConsoleProviders() {}

  /**
   * Returns the provider that these settings need; null if the console is off.
   *
   * @throws IllegalStateException if the console is on and no module has one
   */
  static @Nullable ConsoleProvider find(ShieldSettings settings, Spelling as) {
    ConsoleAccess access = settings.get(SettingKeys.CONSOLE);
    if (access == ConsoleAccess.OFF || !settings.get(SettingKeys.ENABLED)) {
      return null;
    }
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return Stream.of(
            ServiceLoader.load(ConsoleProvider.class, context),
            ServiceLoader.load(ConsoleProvider.class, ConsoleProviders.class.getClassLoader()))
        .flatMap(ConsoleProviders::loaded)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(as.name(SettingKeys.CONSOLE)
            + " must be off without the module that has it, got '" + access
            + "': add dev.flowshield:flowshield-console to the class path or module path"
            + " (flowshield-bom has the version), or leave the setting out"));
  }

  private static Stream<ConsoleProvider> loaded(ServiceLoader<ConsoleProvider> loader) {
    try {
      return loader.stream().map(ServiceLoader.Provider::get).toList().stream();
    } catch (ServiceConfigurationError | LinkageError broken) { // the latter by a library of it
      throw new IllegalStateException(
          "the provider of a console cannot be loaded, correct its jar or remove it: " + broken,
          broken);
    }
  }
}
