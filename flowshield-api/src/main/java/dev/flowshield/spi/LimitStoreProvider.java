package dev.flowshield.spi;

import dev.flowshield.LimitStore;
import java.util.Map;

/**
 * Makes a kind of store known by the addresses of its servers, so that {@code
 * LimitStore.open("redis://localhost")} and the configuration find it.
 *
 * <p>Found with {@link java.util.ServiceLoader}, as a {@link RateLimiterProvider} is. A public
 * class with a public constructor without parameters.
 */
public interface LimitStoreProvider {

  /** The form of its addresses, for messages: {@code redis://host:6379}. */
  String form();

  /** Whether it knows the kind of this address, by what is before the colon; must not throw. */
  boolean canOpen(String uri);

  /**
   * Opens the store at an address. Must not wait for it, unless an option asks for that.
   *
   * @param options by their names, such as {@code timeout}
   * @throws IllegalArgumentException if the address or an option is wrong; the message reaches the
   *     user as it is, and must not repeat a password
   * @throws IllegalStateException if an option requires that the store answers, and it does not
   */
  LimitStore open(String uri, Map<String, String> options);
}
