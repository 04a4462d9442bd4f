package dev.flowshield.http;

import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.client.Networks;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Clients that are told apart by their address alone, before all policies.
 *
 * @param allowed are not limited as clients
 * @param denied are rejected, whatever comes; also if they are allowed
 */
record ClientLists(Networks allowed, Networks denied) {

  private static final int MOST_NAMED = 100; // in a line of the log

  boolean isEmpty() {
    return allowed.isEmpty() && denied.isEmpty();
  }

  boolean allows(@Nullable IpAddress client) {
    return client != null && allowed.contains(client);
  }

  boolean denies(@Nullable IpAddress client) {
    return client != null && denied.contains(client);
  }

  /** Describes them for the owner. */
  @Override
  public String toString() {
    String allow = allowed.isEmpty() ? "" : "allowed: " + text(allowed);
    String deny = denied.isEmpty() ? "" : "denied: " + text(denied);
    return allow.isEmpty() || deny.isEmpty() ? allow + deny : allow + "; " + deny;
  }

  private static String text(Networks networks) {
    return networks.size() <= MOST_NAMED
        ? networks.toString()
        : String.format(Locale.ROOT, "%,d networks", networks.size());
  }
}
