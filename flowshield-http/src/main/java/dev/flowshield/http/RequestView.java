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
   * {@code ..} and doubled slashes resolved if the server resolves them before it routes. If the
   * application may see another path than this one, that is among the {@link #spellings()}.
   *
   * <p>A path that cannot be decoded is empty, not an exception: its request is counted, as it is
   * not for a health check.
   */
  String path();

  /**
   * Returns the path as it came, with its escapes, if that is not {@link #path()} letter by letter;
   * empty if it is, as it is for most requests. A framework may route by what its server has
   * resolved or by what the client sent, so a request is charged for all that its path and its
   * spellings may mean, and a spelling is no way around a policy. A request that has one is no
   * health check.
   *
   * <p>There are several if it is open where in the request the path begins.
   */
  default List<String> spellings() {
    return List.of();
  }

  /** The name of the user that the server has authenticated before; null if it has not. */
  default @Nullable String principal() {
    return null;
  }

  /**
   * All values of a request header in the order in which they came, one for each line; empty if the
   * request has none of that name. Names are compared without case. As the client or the last proxy
   * sent them, below any layer that takes them away or changes them.
   */
  List<String> headers(String name);

  /**
   * The first value of a request header, or null if the request has none of that name; names are
   * compared without case. A binding may know a shorter way than by {@link #headers}.
   */
  default @Nullable String header(String name) {
    List<String> values = headers(name);
    return values.isEmpty() ? null : values.get(0);
  }

  /**
   * The text of the IP address at the other end of the connection, read below any layer that puts
   * an address from a request header in its place; null if there is none, as on a Unix socket.
   */
  @Nullable
  String peerAddress();

  /**
   * The text of the IP address that the server takes for the client's. It differs from
   * {@link #peerAddress()}, which it is unless implemented, if the server is told to believe a
   * request header.
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
