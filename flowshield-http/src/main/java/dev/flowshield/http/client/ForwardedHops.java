package dev.flowshield.http.client;

import org.jspecify.annotations.Nullable;

/**
 * The addresses that proxies have written into a request, beginning with that of the nearest proxy.
 * Not thread-safe; confined to one request.
 */
interface ForwardedHops {

  /** The most addresses that are parsed. */
  int MOST = 32;

  /** The most characters that are parsed, from the end. */
  int MOST_TEXT = 8192;

  /**
   * Returns the next address. Returns null at the end, and for an entry that is not an address,
   * because the entries before it cannot be trusted.
   */
  @Nullable
  IpAddress next();
}
