package dev.flowshield.http.client;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client behind proxies that are trusted.
 *
 * <p>The addresses in the field are read from the last to the first: the last was written by the
 * proxy that is connected to us, the one before it by the proxy before that. The first that is no
 * trusted proxy is the client; what stands before it came from the client and says nothing. Where
 * something else than an address stands, the address behind it counts: the request comes from there
 * at least.
 *
 * <p>Immutable. Looks at {@value Hops#MOST} addresses and {@value Hops#MOST_TEXT} characters at
 * most, in linear time.
 */
public final class TrustedProxies {

  /** The most proxies in a row. */
  public static final int MOST_HOPS = Hops.MOST;

  private final Networks trusted;
  private final ForwardingField field;
  private final int hops; // how many proxies there are; 0 if they are known by their networks

  private TrustedProxies(Networks trusted, ForwardingField field, int hops) {
    this.trusted = trusted;
    this.field = field;
    this.hops = hops;
  }

  /** Proxies that are known by their networks. */
  public static TrustedProxies in(Networks networks, ForwardingField field) {
    return new TrustedProxies(networks, field, 0);
  }

  /**
   * So many proxies in a row, wherever they are: the client is that entry of the field, from the
   * last. Only for a server that none can reach but through all of them.
   *
   * @throws IllegalArgumentException if it is not 1 to {@value Hops#MOST}
   */
  public static TrustedProxies hops(int hops, ForwardingField field) {
    if (hops < 1 || hops > MOST_HOPS) {
      throw new IllegalArgumentException("trustedHops must be 1 to " + MOST_HOPS + ", got " + hops
          + ": count the proxies between the clients and this server");
    }
    return new TrustedProxies(Networks.NONE, field, hops);
  }

  /** Whether a peer is one of them. */
  public boolean trusts(@Nullable IpAddress peer) {
    return hops > 0 || (peer != null && trusted.contains(peer));
  }

  /** Whether they are counted, and not known by their networks. */
  public boolean areCounted() {
    return hops > 0;
  }

  /** The name of the field that they write. */
  public String field() {
    return field.name();
  }

  /** Those networks that are too large to be the proxies of one operator. */
  public List<String> broad() {
    return trusted.broad();
  }

  /**
   * The client of a request; null if it is not known.
   *
   * @param peer null if it has no IP address, as on a Unix socket; only proxies that are counted
   *     are believed there
   * @param fields the values of a request field, in the order in which they came
   */
  public @Nullable IpAddress clientOf(
      @Nullable IpAddress peer, Function<String, List<String>> fields) {
    if (!trusts(peer)) {
      return peer;
    }
    Hops entries = field.hops(fields.apply(field.name()));
    @Nullable IpAddress last = peer;
    int most = hops == 0 ? Hops.MOST : hops;
    for (int i = 0; i < most; i++) {
      @Nullable IpAddress next = entries.next();
      if (next == null) {
        return hops == 0 ? last : peer;
      }
      last = next;
      if (hops == 0 && !trusted.contains(next)) {
        return next;
      }
    }
    return last;
  }

  /** As in {@code X-Forwarded-For from 10.0.0.0/8}. */
  @Override
  public String toString() {
    return hops == 0 ? field + " from " + trusted : field + " of " + hops + " proxies in a row";
  }
}
