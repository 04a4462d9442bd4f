package dev.flowshield.http.client;

import org.jspecify.annotations.Nullable;

/**
 * The addresses that proxies have written into a request, from the nearest proxy on. Not
 * thread-safe: of one request.
 */
interface ForwardedHops {

  /** The most that are looked at. */
  int MOST = 32;

  /** The most characters that are looked at, from the end. */
  int MOST_TEXT = 8192;

  /**
   * The next address; null at the end, and where something else stands in place of an address, as
   * nothing that stands before it can be believed.
   */
  @Nullable
  IpAddress next();
}
