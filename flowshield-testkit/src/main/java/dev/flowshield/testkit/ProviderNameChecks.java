package dev.flowshield.testkit;

import dev.flowshield.spi.RateLimiterProvider;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Checks of the names of providers. */
final class ProviderNameChecks {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  private ProviderNameChecks() {}

  static void requireValid() {
    try {
      requireValid(ServiceLoader.load(RateLimiterProvider.class));
    } catch (ServiceConfigurationError broken) {
      throw new AssertionError(
          "a provider must be a public class with a public constructor without parameters, listed in"
              + " META-INF/services/" + RateLimiterProvider.class.getName()
              + " and provided by its module, got: " + broken.getMessage(),
          broken);
    }
  }

  static void requireValid(Iterable<RateLimiterProvider> providers) {
    Map<String, Class<?>> seen = new TreeMap<>();
    for (RateLimiterProvider provider : providers) {
      String name = provider.name();
      Class<?> itself = provider.getClass();
      if (name == null || !NAME.matcher(name).matches()) {
        throw new AssertionError("the name of " + itself.getName()
            + " must be lower-case words joined by hyphens, as in 'my-limiter', got "
            + (name == null ? "null" : "'" + name + "'")
            + ": correct the value that its name() returns");
      }
      Class<?> other = seen.putIfAbsent(name, itself);
      if (other != null && other != itself) {
        throw new AssertionError("names of providers must be unique, got '" + name + "' of "
            + other.getName() + " and of " + itself.getName() + ": rename one of them");
      }
    }
  }
}
