package dev.flowshield.vertx;

import dev.flowshield.http.binding.RequestView;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The view of the request of a routing context. */
final class VertxRequestView implements RequestView {

  private static final String MARK = "dev.flowshield.mark";
  private static final String UNREADABLE = "";
  private static final int DEEPEST_ROUTER = 8; // segments of the prefix of a router below another

  private final RoutingContext context;

  VertxRequestView(RoutingContext context) {
    this.context = context;
  }

  @Override
  public String method() {
    return context.request().method().name();
  }

  @Override
  public String path() {
    try {
      return context.normalizedPath();
    } catch (IllegalArgumentException malformedEscape) {
      // The response is left to the application: a route without a path serves such a request.
      return UNREADABLE;
    }
  }

  // A route that does not use the normalized path matches the path as received. In a subrouter,
  // such a route by an expression skips as many characters as the normalized prefix of its router
  // has, however the client has spelled them.
  @Override
  public List<String> spellings() {
    String path = path();
    @Nullable String asItCame = context.request().path();
    if (asItCame == null || asItCame.equals(path)) {
      return List.of();
    }
    List<String> spellings = new ArrayList<>();
    spellings.add(asItCame);
    int end = 0;
    for (int depth = 0; depth < DEEPEST_ROUTER && end < path.length(); depth++) {
      int slash = path.indexOf('/', end + 1);
      end = slash < 0 ? path.length() : slash;
      if (asItCame.startsWith("/", end) && !asItCame.regionMatches(0, path, 0, end)) {
        spellings.add(path.substring(0, end) + asItCame.substring(end));
      }
    }
    return spellings;
  }

  @Override
  public @Nullable String header(String name) {
    return context.request().getHeader(name);
  }

  @Override
  public List<String> headers(String name) {
    return context.request().headers().getAll(name);
  }

  // Not the remote address of the request: a router that allows forwarding takes it from a request
  // header.
  @Override
  public @Nullable String peerAddress() {
    return hostAddress(context.request().connection().remoteAddress());
  }

  @Override
  public @Nullable String containerAddress() {
    return hostAddress(context.request().remoteAddress());
  }

  private static @Nullable String hostAddress(@Nullable SocketAddress address) {
    return address == null ? null : address.hostAddress();
  }

  @Override
  public @Nullable String principal() {
    @Nullable User user = context.user();
    return user == null ? null : user.subject();
  }

  @Override
  public @Nullable Object mark() {
    return context.get(MARK);
  }

  @Override
  public void mark(Object mark) {
    context.put(MARK, mark);
  }
}
