package dev.flowshield.http;

import dev.flowshield.http.HttpAnswer.Field;
import dev.flowshield.http.answer.Bodies;
import dev.flowshield.http.answer.BodyKind;
import dev.flowshield.http.answer.RecentWaits;
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
final class ReadyAnswers {

  private final int status;
  private final Bodies bodies;
  private final @Nullable LimitFields limitFields;
  private final List<Field> pageFields;
  private final Map<BodyKind, RecentWaits<HttpAnswer>> kept = new EnumMap<>(BodyKind.class);

  /**
   * Answers with a status.
   *
   * @param limitFields the fields of the limit; null if the answer names no limit
   * @param pageFields are added to a page
   */
  ReadyAnswers(
      int status, Bodies bodies, @Nullable LimitFields limitFields, List<Field> pageFields) {
    this.status = status;
    this.bodies = bodies;
    this.limitFields = limitFields;
    this.pageFields = pageFields;
    for (BodyKind kind : BodyKind.values()) {
      kept.put(kind, new RecentWaits<>((seconds, remaining) -> make(kind, seconds, remaining)));
    }
  }

  /** The answer for a wait in seconds, with the permits that remain. */
  HttpAnswer of(BodyKind kind, long seconds, long remaining) {
    return Objects.requireNonNull(kept.get(kind)).of(seconds, remaining);
  }

  private HttpAnswer make(BodyKind kind, long seconds, long remaining) {
    List<Field> more = new ArrayList<>();
    if (limitFields != null) {
      more.addAll(limitFields.of(remaining, seconds));
    }
    if (kind.isPage()) {
      more.addAll(pageFields);
    }
    return HttpAnswer.of(status, seconds, kind.contentType(), bodies.body(kind, seconds), more);
  }
}
