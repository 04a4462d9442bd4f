package dev.flowshield.console;

import dev.flowshield.http.binding.RequestView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A request without a server: of a browser on this machine, unless it is changed. */
final class Asked implements RequestView {

  private final String method;
  private final String path;
  private @Nullable String peer = "127.0.0.1";
  private List<String> spellings = List.of();
  private @Nullable Object mark;
  private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  private boolean isReplaced;

  private Asked(String method, String path) {
    this.method = method;
    this.path = path;
    headers.put("Host", List.of("localhost:8080"));
  }

  static Asked get(String path) {
    return new Asked("GET", path);
  }

  static Asked of(String method, String path) {
    return new Asked(method, path);
  }

  static Asked action(String action) {
    return new Asked("POST", "/flowshield/action").with(Console.ACTION_HEADER, action);
  }

  /** The same with one more header line. */
  Asked with(String header, String value) {
    List<String> all = new ArrayList<>(headers.getOrDefault(header, List.of()));
    all.add(value);
    headers.put(header, all);
    return this;
  }

  /** The same with this header in place of all of its lines. */
  Asked only(String header, String... values) {
    headers.put(header, List.of(values));
    return this;
  }

  /** The same from another address. */
  Asked from(@Nullable String address) {
    this.peer = address;
    return this;
  }

  /** The same on a server that has replaced the address. */
  Asked replaced() {
    this.isReplaced = true;
    return this;
  }

  @Override
  public boolean isPeerAddressReplaced() {
    return isReplaced;
  }

  /** The same as the client has written it so. */
  Asked spelled(String asItCame) {
    this.spellings = List.of(asItCame);
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
  public List<String> spellings() {
    return spellings;
  }

  @Override
  public List<String> headers(String name) {
    return headers.getOrDefault(name, List.of());
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
