package dev.flowshield.spi;

import dev.flowshield.LimitStore;
import java.util.Map;

/**
 * A factory for one kind of store. It recognizes the addresses of that kind, so that {@code
 * LimitStore.open("redis://localhost")} and the configuration find it.
 *
 * <p>Found by {@link java.util.ServiceLoader}, like a {@link RateLimiterProvider}. Must be a public
 * class with a public constructor without parameters.
 */
public interface LimitStoreProvider {

  /** Returns the form of the addresses for messages, such as {@code redis://host:6379}. */
  String form();

  /**
   * Returns whether this provider opens addresses with this scheme, the part before the colon. Must
   * not throw.
   */
  boolean canOpen(String uri);

  /**
   * Opens the store at the given address. Must not wait for the store to respond, unless an option
   * requires it.
   *
   * @param options the options by name, such as {@code timeout}
   * @throws IllegalArgumentException if the address or an option is invalid. The message reaches
   *     the user unchanged, so it must not contain a password
   * @throws IllegalStateException if an option requires that the store responds, and it does not
   */
  LimitStore open(String uri, Map<String, String> options);
}
