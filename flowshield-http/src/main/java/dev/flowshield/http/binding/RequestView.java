package dev.flowshield.http.binding;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as the shield sees it. A binding implements this for the request of its server.
 *
 * <p>Confined to the thread that calls {@code HttpShield.admit}. The shield does not keep it.
 */
public interface RequestView {

  /** Returns the method as the client wrote it: {@code GET}, {@code HEAD}, … */
  String method();

  /**
   * Returns the path that the application routes by. It is decoded, without query and path
   * parameters. {@code ..} and doubled slashes are resolved if the server resolves them before it
   * routes. If the application may see another path, that path is among the {@link #spellings()}.
   *
   * <p>If the path cannot be decoded, returns an empty path and throws no exception. Such a request
   * is counted, because it is not a health check.
   */
  String path();

  /**
   * Returns the path as the client wrote it, with its escapes, if it differs from {@link #path()};
   * empty for most requests. A framework may route by the resolved path or by the original one, so
   * a request is charged for all meanings of its path and its spellings. Therefore a spelling does
   * not evade a policy. A request that has one is not a health check.
   *
   * <p>There are several if it is unknown at which character of the request the path begins.
   */
  default List<String> spellings() {
    return List.of();
  }

  /** Returns the name of the user that the server has authenticated, or null. */
  default @Nullable String principal() {
    return null;
  }

  /**
   * Returns all values of a request header in the order of their lines; empty if the request has no
   * such header. Names are compared without case. The values are those that the client or the last
   * proxy sent, below any layer that removes or changes them.
   */
  List<String> headers(String name);

  /**
   * Returns the first value of a request header; null if the request has no such header. Names are
   * compared without case. A binding may override this if it has a faster way than {@link
   * #headers}.
   */
  default @Nullable String header(String name) {
    List<String> values = headers(name);
    return values.isEmpty() ? null : values.get(0);
  }

  /**
   * Returns the text of the IP address at the other end of the connection, or null if it has none,
   * as on a Unix socket. Read it below any layer that replaces it by an address from a header.
   */
  @Nullable
  String peerAddress();

  /**
   * Returns whether the server has replaced the peer's address by a header, so that even {@link
   * #peerAddress} is no address at the other end of the connection. False unless overridden.
   */
  default boolean isPeerAddressReplaced() {
    return false;
  }

  /**
   * Returns the text of the IP address that the server takes for the client's. It differs from
   * {@link #peerAddress()}, the default, if the server is configured to trust a request header.
   */
  default @Nullable String containerAddress() {
    return peerAddress();
  }

  /** Returns the object that {@link #mark(Object)} has stored at this request, or null. */
  @Nullable
  Object mark();

  /**
   * Stores an object at the request for as long as the server works on it, and replaces an earlier
   * one.
   */
  void mark(Object mark);
}
