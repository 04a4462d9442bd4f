package dev.flowshield.http;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request without a server. */
final class FakeRequest implements RequestView {

  private final String method;
  private final String path;
  private final @Nullable String peer;
  private final Map<String, String> fields = new HashMap<>();
  private @Nullable Object mark;

  FakeRequest(String method, String path, @Nullable String peer) {
    this.method = method;
    this.path = path;
    this.peer = peer;
  }

  static FakeRequest from(@Nullable String peer) {
    return new FakeRequest("GET", "/", peer);
  }

  FakeRequest with(String field, String value) {
    fields.put(field, value);
    return this;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public @Nullable String header(String name) {
    return fields.get(name);
  }

  @Override
  public @Nullable String peerAddress() {
    return peer;
  }

  @Override
  public @Nullable Object mark() {
    return mark;
  }

  @Override
  public void mark(Object newMark) {
    this.mark = newMark;
  }
}
