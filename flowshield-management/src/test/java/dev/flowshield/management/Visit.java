package dev.flowshield.management;

import dev.flowshield.http.binding.RequestView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request without a server. */
final class Visit implements RequestView {

  private final String peer;
  private @Nullable Object mark;

  Visit(String peer) {
    this.peer = peer;
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public String path() {
    return "/";
  }

  @Override
  public List<String> headers(String name) {
    return List.of();
  }

  @Override
  public String peerAddress() {
    return peer;
  }

  @Override
  public @Nullable Object mark() {
    return mark;
  }

  @Override
  public void mark(Object next) {
    mark = next;
  }
}
