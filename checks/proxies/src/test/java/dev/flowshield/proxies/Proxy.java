package dev.flowshield.proxies;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A proxy that listens on a loopback address. It adds the address of its client to {@code
 * X-Forwarded-For} and {@code Forwarded}.
 */
interface Proxy extends AutoCloseable {

  /** Where it listens. */
  InetSocketAddress address();

  @Override
  void close() throws IOException;

  /** Starts proxies of one kind. */
  @FunctionalInterface
  interface Starter {

    /**
     * Starts one.
     *
     * @param behind where it sends requests on to, an address of the family to listen on too
     * @param isOutermost whether clients connect to it: each then says first, by the PROXY protocol
     *     (version 1), which address it has, as a test has but loopback addresses. Such a proxy
     *     writes {@code X-Real-IP}; another passes it on
     */
    Proxy start(InetSocketAddress behind, boolean isOutermost) throws Exception;
  }
}
