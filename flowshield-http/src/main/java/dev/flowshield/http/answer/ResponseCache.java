package dev.flowshield.http.answer;

import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The responses for one reason to reject, which differ in the kind of body and in the wait. Those
 * for recent waits are cached and shared. Therefore a rejection is cheaper, the more there are.
 *
 * <p>Thread-safe, lock-free.
 */
final class ResponseCache {

  private final int status;
  private final Bodies bodies;
  private final @Nullable RejectionHeaders limitHeaders;
  private final List<Header> pageHeaders;
  private final Map<BodyKind, WaitCache<ShieldResponse>> kept = new EnumMap<>(BodyKind.class);

  /**
   * Creates an empty cache for responses with a status.
   *
   * @param limitHeaders the headers of the limit; null if the response names no limit
   * @param pageHeaders the additional headers of a page
   */
  ResponseCache(
      int status,
      Bodies bodies,
      @Nullable RejectionHeaders limitHeaders,
      List<Header> pageHeaders) {
    this.status = status;
    this.bodies = bodies;
    this.limitHeaders = limitHeaders;
    this.pageHeaders = pageHeaders;
    for (BodyKind kind : BodyKind.values()) {
      kept.put(kind, new WaitCache<>((seconds, remaining) -> make(kind, seconds, remaining)));
    }
  }

  /** Returns the response for a wait in seconds and the permits that remain. */
  ShieldResponse of(BodyKind kind, long seconds, long remaining) {
    return Objects.requireNonNull(kept.get(kind)).of(seconds, remaining);
  }

  private ShieldResponse make(BodyKind kind, long seconds, long remaining) {
    List<Header> more = new ArrayList<>();
    more.add(new Header("Retry-After", Long.toString(seconds)));
    if (limitHeaders != null) {
      more.addAll(limitHeaders.of(remaining, seconds));
    }
    if (kind.isPage()) {
      more.addAll(pageHeaders);
    }
    return ShieldResponse.wrap(status, kind.contentType(), bodies.body(kind, seconds))
        .withMissing(more);
  }
}
