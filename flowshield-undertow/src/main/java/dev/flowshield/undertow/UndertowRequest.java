package dev.flowshield.undertow;

import dev.flowshield.http.RequestView;
import io.undertow.security.api.SecurityContext;
import io.undertow.security.idm.Account;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderValues;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An exchange as the shield sees it. */
final class UndertowRequest implements RequestView {

  private static final AttachmentKey<Object> MARK = AttachmentKey.create(Object.class);

  private final HttpServerExchange exchange;

  UndertowRequest(HttpServerExchange exchange) {
    this.exchange = exchange;
  }

  // Undertow takes "post" for POST where it routes by the method.
  @Override
  public String method() {
    return exchange.getRequestMethod().toString().toUpperCase(Locale.ROOT);
  }

  // What path handlers route by. They take it as it is, so nothing is resolved here either.
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

  // Not the exchange's source address: handlers for proxies write what a request field says into
  // it.
  @Override
  public @Nullable String peerAddress() {
    return digits(exchange.getConnection().getPeerAddress(InetSocketAddress.class));
  }

  // A handler for proxies that was given a name leaves it unresolved; nothing looks it up here.
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
