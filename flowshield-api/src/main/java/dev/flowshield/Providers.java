package dev.flowshield;

import dev.flowshield.spi.LimitStoreProvider;
import dev.flowshield.spi.RateLimiterEngine;
import dev.flowshield.spi.RateLimiterProvider;
import java.net.URL;
import java.security.CodeSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds limiters by name, stores by address, and the engine.
 *
 * <p>Searches the context class loader of the calling thread, then the class loader of this module.
 * A provider that both of them find counts once. Every call searches again: limiters are created at
 * startup, and a cache would keep a reloaded application in memory.
 */
final class Providers {

  private static final String ADD_ENGINE =
      "add dev.flowshield:flowshield-engine to the class path or module path (flowshield-bom has the version),"
          + " or the module dev.flowshield.engine to the image of jlink";

  private static final String ADD_STORE =
      "dev.flowshield:flowshield-redis to the class path or module path (flowshield-bom has the version)";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  private Providers() {}

  static RateLimiter limiter(String name, LimiterSpec spec) {
    Map<String, RateLimiterProvider> byName = new TreeMap<>();
    for (RateLimiterProvider provider : load(RateLimiterProvider.class)) {
      String itsName = name(provider);
      RateLimiterProvider other = byName.putIfAbsent(itsName, provider);
      if (other != null && itsName.equals(name)) { // other duplicates do not concern this caller
        throw new IllegalStateException(
            "limiter names must be unique, got '" + itsName + "' twice, from " + origin(other)
                + " and from " + origin(provider) + ": rename one of them or remove its jar");
      }
    }
    RateLimiterProvider provider = byName.get(name);
    if (provider == null) {
      throw byName.isEmpty()
          ? new IllegalStateException(
              "limiter '" + name + "' needs a provider, but no provider was found: " + ADD_ENGINE)
          : new IllegalArgumentException("limiter must be one of " + byName.keySet() + ", got '"
              + name + "': correct the name, or add the jar that provides it");
    }
    return create(provider, spec);
  }

  static LimitStore store(String uri, Map<String, String> options) {
    List<LimitStoreProvider> providers = load(LimitStoreProvider.class);
    for (LimitStoreProvider provider : providers) {
      if (provider.canOpen(uri)) {
        return provider.open(uri, options);
      }
    }
    List<String> forms = providers.stream().map(LimitStoreProvider::form).toList();
    throw new IllegalArgumentException("store must be an address in a form of "
        + (forms.isEmpty() ? "a store's provider" : forms) + ", got one that begins with '"
        + beginning(uri) + "': correct it, or add " + ADD_STORE);
  }

  /** Returns the scheme of an address only, because the rest may contain a password. */
  private static String beginning(String uri) {
    int colon = uri.indexOf(':');
    return uri.substring(0, Math.min(16, colon < 0 ? 0 : colon + 1));
  }

  static RateLimiterEngine engine() {
    List<RateLimiterEngine> engines = load(RateLimiterEngine.class);
    if (engines.size() != 1) {
      throw new IllegalStateException("there must be one engine, got "
          + engines.stream().map(Providers::origin).toList() + ": " + ADD_ENGINE + ", once");
    }
    return engines.get(0);
  }

  private static String name(RateLimiterProvider provider) {
    String name;
    try {
      name = Objects.requireNonNull(provider.name(), "its name is null");
    } catch (RuntimeException failure) {
      throw new IllegalStateException(
          "the limiter provider " + origin(provider) + " did not return its name: " + failure,
          failure);
    }
    if (!NAME.matcher(name).matches()) {
      throw new IllegalStateException(
          "a limiter's name must be lower-case words joined by hyphens, as in 'my-limiter', got '"
              + name + "' from " + origin(provider)
              + ": correct the value that its name() returns");
    }
    return name;
  }

  private static RateLimiter create(RateLimiterProvider provider, LimiterSpec spec) {
    RateLimiter limiter;
    try {
      limiter = provider.create(spec);
    } catch (
        IllegalArgumentException
            rejected) { // invalid limit or option, in the words of the provider
      throw rejected;
    } catch (RuntimeException failure) {
      throw new IllegalStateException(
          "limiter '" + provider.name() + "' of " + origin(provider) + " could not be created: "
              + failure,
          failure);
    }
    if (limiter == null) {
      throw new IllegalStateException("limiter '" + provider.name() + "' of " + origin(provider)
          + " must not be null: correct its provider");
    }
    return limiter;
  }

  private static <S> List<S> load(Class<S> service) {
    Map<Class<?>, S> found = new LinkedHashMap<>();
    Stream.of(Thread.currentThread().getContextClassLoader(), Providers.class.getClassLoader())
        .distinct()
        .forEach(loader -> load(service, loader, found));
    return List.copyOf(found.values());
  }

  private static <S> void load(Class<S> service, ClassLoader loader, Map<Class<?>, S> found) {
    try {
      ServiceLoader.load(service, loader)
          .forEach(provider -> found.putIfAbsent(provider.getClass(), provider));
    } catch (ServiceConfigurationError
        | LinkageError broken) { // a LinkageError comes from a library of the provider
      throw new IllegalStateException(
          "a provider of " + service.getSimpleName()
              + " cannot be loaded, correct its jar or remove it: " + broken,
          broken);
    }
  }

  private static String origin(Object provider) {
    CodeSource source = provider.getClass().getProtectionDomain().getCodeSource();
    URL place = source == null ? null : source.getLocation();
    return provider.getClass().getName() + (place == null ? "" : " (" + place + ")");
  }
}
