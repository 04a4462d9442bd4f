package dev.flowshield.fuzz;

import dev.flowshield.http.binding.RequestView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request without a server. */
record Asked(String path, String peerAddress, List<String> cookies) implements RequestView {

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public List<String> headers(String name) {
    return name.equals("Cookie") ? cookies : List.of();
  }

  @Override
  public @Nullable Object mark() {
    return null;
  }

  @Override
  public void mark(Object mark) {}
}
