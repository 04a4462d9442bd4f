package dev.flowshield.http.client;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The clients that are allowed or denied by their address, before all policies.
 *
 * @param allowed the clients without per-client limits
 * @param denied the clients that are always rejected, also if they are allowed
 */
public record ClientLists(Networks allowed, Networks denied) {

  private static final int MOST_NAMED = 100; // in a line of the log

  /** No lists. */
  public static final ClientLists NONE = new ClientLists(Networks.NONE, Networks.NONE);

  public boolean isEmpty() {
    return allowed.isEmpty() && denied.isEmpty();
  }

  public boolean allows(@Nullable IpAddress client) {
    return client != null && allowed.contains(client);
  }

  public boolean denies(@Nullable IpAddress client) {
    return client != null && denied.contains(client);
  }

  /** Returns a description for the owner. */
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
