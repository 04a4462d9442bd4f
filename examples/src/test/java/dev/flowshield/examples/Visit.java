package dev.flowshield.examples;

import dev.flowshield.http.binding.RequestView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A request from one address, without a server. */
public final class Visit implements RequestView {

  private final String method;
  private final String path;
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private @Nullable String principal;

  /** Creates a request without headers. */
  public Visit(String method, String path) {
    this.method = method;
    this.path = path;
  }

  /** Returns this request with the given headers. */
  public Visit with(Map<String, String> more) {
    headers.putAll(new HashMap<>(more));
    return this;
  }

  /** Returns this request by a user that is logged in. */
  public Visit by(@Nullable String user) {
    this.principal = user;
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
  public List<String> headers(String name) {
    String value = headers.get(name);
    return value == null ? List.of() : List.of(value);
  }

  @Override
  public String peerAddress() {
    return "192.0.2.1";
  }

  @Override
  public @Nullable String principal() {
    return principal;
  }

  @Override
  public @Nullable Object mark() {
    return null;
  }

  @Override
  public void mark(Object mark) {}
}
