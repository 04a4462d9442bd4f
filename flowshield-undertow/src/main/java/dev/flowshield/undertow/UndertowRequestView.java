package dev.flowshield.undertow;

import dev.flowshield.http.binding.RequestView;
import io.undertow.security.api.SecurityContext;
import io.undertow.security.idm.Account;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderValues;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The view of the request of an exchange. */
final class UndertowRequestView implements RequestView {

  private static final AttachmentKey<Object> MARK = AttachmentKey.create(Object.class);

  private final HttpServerExchange exchange;

  UndertowRequestView(HttpServerExchange exchange) {
    this.exchange = exchange;
  }

  // Undertow routes by method without regard to case: "post" is POST.
  @Override
  public String method() {
    return exchange.getRequestMethod().toString().toUpperCase(Locale.ROOT);
  }

  // Path handlers route by this path and do not resolve it, so it is not resolved here.
  @Override
  public String path() {
    return exchange.getRelativePath();
  }

  // What a handler that does not decode goes by, such as a predicate on %U: the rest of the address
  // as it came, behind the prefixes that handlers have taken from it.
  @Override
  public List<String> spellings() {
    String uri = exchange.getRequestURI();
    String resolved = exchange.getResolvedPath();
    String relative = exchange.getRelativePath();
    if (uri.length() == resolved.length() + relative.length()
        && uri.startsWith(resolved)
        && uri.endsWith(relative)) {
      return List.of();
    }
    return List.of(uri.startsWith(resolved) ? uri.substring(resolved.length()) : uri);
  }

  @Override
  public @Nullable String header(String name) {
    return exchange.getRequestHeaders().getFirst(name);
  }

  @Override
  public List<String> headers(String name) {
    @Nullable HeaderValues values = exchange.getRequestHeaders().get(name);
    return values == null ? List.of() : values;
  }

  // Not the source address of the exchange: handlers for proxies take it from a request header.
  @Override
  public @Nullable String peerAddress() {
    return digits(exchange.getConnection().getPeerAddress(InetSocketAddress.class));
  }

  // A handler for proxies that received a host name leaves it unresolved, and it is not resolved
  // here.
  @Override
  public @Nullable String containerAddress() {
    return digits(exchange.getSourceAddress());
  }

  private static @Nullable String digits(@Nullable InetSocketAddress address) {
    return address == null || address.isUnresolved()
        ? null
        : address.getAddress().getHostAddress();
  }

  @Override
  public @Nullable String principal() {
    @Nullable SecurityContext security = exchange.getSecurityContext();
    @Nullable Account account = security == null ? null : security.getAuthenticatedAccount();
    return account == null ? null : account.getPrincipal().getName();
  }

  @Override
  public @Nullable Object mark() {
    return exchange.getAttachment(MARK);
  }

  @Override
  public void mark(Object mark) {
    exchange.putAttachment(MARK, mark);
  }
}
