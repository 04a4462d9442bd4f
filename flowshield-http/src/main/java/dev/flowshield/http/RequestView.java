package dev.flowshield.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as the shield sees it. A binding implements this over the request of its server.
 *
 * <p>Used by one thread during {@link HttpShield#admit}, and not kept.
 */
public interface RequestView {

  /** The method as it stands in the request: {@code GET}, {@code HEAD}, … */
  String method();

  /**
   * The path that the application routes by: decoded, without query and path parameters, and with
   * {@code ..} and doubled slashes resolved if the server resolves them before it routes. What the
   * application would not take for a health check must not look like one here.
   *
   * <p>A path that cannot be decoded is empty, not an exception: its request is counted, as it is
   * not for a health check.
   */
  String path();

  /**
   * The path by which policies are chosen: that of {@link #path()} unless implemented. Where that
   * is empty, as the server does not say what an ambiguous path means, this is the path as it came,
   * escapes and all: it is then charged for all that the application could take it for, so that
   * such a spelling is no way around a policy.
   */
  default String policyPath() {
    return path();
  }

  /** The name of the user that the server has authenticated before; null if it has not. */
  default @Nullable String principal() {
    return null;
  }

  /**
   * All values of a request field in the order in which they came, one for each line; empty if the
   * request has none of that name. Names are compared without case. As the client or the last proxy
   * sent them, below any layer that takes them away or changes them.
   */
  List<String> headers(String name);

  /**
   * The first value of a request field, or null if the request has none of that name; names are
   * compared without case. A binding may know a shorter way than by {@link #headers}.
   */
  default @Nullable String header(String name) {
    List<String> values = headers(name);
    return values.isEmpty() ? null : values.get(0);
  }

  /**
   * The text of the IP address at the other end of the connection, read below any layer that puts
   * an address from a request field in its place; null if there is none, as on a Unix socket.
   */
  @Nullable
  String peerAddress();

  /**
   * The text of the IP address that the server takes for the client's. It differs from
   * {@link #peerAddress()}, which it is unless implemented, if the server is told to believe a
   * request field.
   */
  default @Nullable String containerAddress() {
    return peerAddress();
  }

  /** What {@link #mark(Object)} left at this request, or null. */
  @Nullable
  Object mark();

  /**
   * Leaves a mark at the request, in place of an earlier one, for as long as the server works at
   * it.
   */
  void mark(Object mark);
}
