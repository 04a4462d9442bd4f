package dev.flowshield.http;

import dev.flowshield.http.ShieldResponse.Header;
import dev.flowshield.http.answer.Bodies;
import dev.flowshield.http.answer.BodyKind;
import dev.flowshield.http.answer.WaitCache;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one reason to reject. They differ in the kind of body and in the wait alone. Those
 * for recent waits are kept and shared: the more requests are rejected, the cheaper each is.
 *
 * <p>Thread-safe, lock-free.
 */
final class ResponseCache {

  private final int status;
  private final Bodies bodies;
  private final @Nullable RejectionHeaders limitFields;
  private final List<Header> pageFields;
  private final Map<BodyKind, WaitCache<ShieldResponse>> kept = new EnumMap<>(BodyKind.class);

  /**
   * Answers with a status.
   *
   * @param limitFields the headers of the limit; null if the answer names no limit
   * @param pageFields are added to a page
   */
  ResponseCache(
      int status, Bodies bodies, @Nullable RejectionHeaders limitFields, List<Header> pageFields) {
    this.status = status;
    this.bodies = bodies;
    this.limitFields = limitFields;
    this.pageFields = pageFields;
    for (BodyKind kind : BodyKind.values()) {
      kept.put(kind, new WaitCache<>((seconds, remaining) -> make(kind, seconds, remaining)));
    }
  }

  /** The answer for a wait in seconds, with the permits that remain. */
  ShieldResponse of(BodyKind kind, long seconds, long remaining) {
    return Objects.requireNonNull(kept.get(kind)).of(seconds, remaining);
  }

  private ShieldResponse make(BodyKind kind, long seconds, long remaining) {
    List<Header> more = new ArrayList<>();
    if (limitFields != null) {
      more.addAll(limitFields.of(remaining, seconds));
    }
    if (kind.isPage()) {
      more.addAll(pageFields);
    }
    return ShieldResponse.of(status, seconds, kind.contentType(), bodies.body(kind, seconds), more);
  }
}
