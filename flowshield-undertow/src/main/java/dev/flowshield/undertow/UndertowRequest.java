package dev.flowshield.undertow;

import dev.flowshield.http.RequestView;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** An exchange as the shield sees it. */
final class UndertowRequest implements RequestView {

  private static final AttachmentKey<Object> MARK = AttachmentKey.create(Object.class);

  private final HttpServerExchange exchange;

  UndertowRequest(HttpServerExchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public String method() {
    return exchange.getRequestMethod().toString();
  }

  // What path handlers route by. They take it as it is, so nothing is resolved here either.
  @Override
  public String path() {
    return exchange.getRelativePath();
  }

  @Override
  public @Nullable String header(String name) {
    return exchange.getRequestHeaders().getFirst(name);
  }

  // Not the exchange's source address: handlers for proxies write what a request field says into
  // it.
  @Override
  public @Nullable String peerAddress() {
    InetSocketAddress peer = exchange.getConnection().getPeerAddress(InetSocketAddress.class);
    return peer == null || peer.isUnresolved() ? null : peer.getAddress().getHostAddress();
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
