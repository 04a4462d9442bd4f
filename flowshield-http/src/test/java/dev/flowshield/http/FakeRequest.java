package dev.flowshield.http;

import dev.flowshield.http.binding.RequestView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request without a server. */
public final class FakeRequest implements RequestView {

  private final String method;
  private final String path;
  private final @Nullable String peer;
  private final Map<String, List<String>> headers = new HashMap<>();
  private @Nullable String container;
  private @Nullable String principal;
  private List<String> spellings = List.of();
  private @Nullable Object mark;
  private int addressReads;
  private int spellingReads;

  public FakeRequest(String method, String path, @Nullable String peer) {
    this.method = method;
    this.path = path;
    this.peer = peer;
  }

  public static FakeRequest from(@Nullable String peer) {
    return new FakeRequest("GET", "/", peer);
  }

  public FakeRequest with(String header, String value) {
    headers.computeIfAbsent(header, name -> new ArrayList<>()).add(value);
    return this;
  }

  /** The same without a mark. */
  FakeRequest copy() {
    FakeRequest copy = new FakeRequest(method, path, peer);
    copy.headers.putAll(headers);
    copy.container = container;
    copy.principal = principal;
    copy.spellings = spellings;
    return copy;
  }

  /** The same where the server takes another address for the client's. */
  FakeRequest withContainerAddress(String address) {
    this.container = address;
    return this;
  }

  /** The same where the client has written the path so. */
  FakeRequest spelled(String... asItCame) {
    this.spellings = List.of(asItCame);
    return this;
  }

  /** The same by a user that the server has authenticated. */
  FakeRequest by(@Nullable String user) {
    this.principal = user;
    return this;
  }

  @Override
  public @Nullable String principal() {
    return principal;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String path() {
    return path;
  }

  /** How often the address of the peer was read. */
  int addressReads() {
    return addressReads;
  }

  /** How often the spellings of the path were read, which a server has to compute. */
  public int spellingReads() {
    return spellingReads;
  }

  @Override
  public List<String> spellings() {
    spellingReads++;
    return spellings;
  }

  @Override
  public List<String> headers(String name) {
    return headers.getOrDefault(name, List.of());
  }

  @Override
  public @Nullable String peerAddress() {
    addressReads++;
    return peer;
  }

  @Override
  public @Nullable String containerAddress() {
    return container;
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
