package dev.flowshield.http;

import dev.flowshield.RateLimit;
import dev.flowshield.http.HttpAnswer.Field;
import dev.flowshield.http.answer.RateLimitFields;
import java.util.ArrayList;
import java.util.List;

/** The fields that tell a client which limit of its own has rejected it, and how it stands. */
final class LimitFields {

  private static final int MILLIS_PER_SECOND = 1000;

  private final String name;
  private final RateLimit limit;
  private final Field policy;
  private final FieldsMode fields;
  private final LegacyFields legacyFields;

  LimitFields(String name, RateLimit limit, AnswerSettings settings) {
    this.name = name;
    this.limit = limit;
    this.policy = new Field(
        RateLimitFields.POLICY_NAME,
        RateLimitFields.list(List.of(RateLimitFields.policy(name, limit))));
    this.fields = settings.fields();
    this.legacyFields = settings.legacyFields();
  }

  /** The fields that depend on the wait alone. */
  List<Field> of(long remaining, long seconds) {
    List<Field> all = new ArrayList<>();
    if (fields != FieldsMode.OFF) {
      String standing = RateLimitFields.standing(name, remaining, seconds);
      all.add(policy);
      all.add(new Field(RateLimitFields.NAME, RateLimitFields.list(List.of(standing))));
    }
    if (legacyFields == LegacyFields.DELTA) {
      all.addAll(legacy(limit, remaining, seconds));
    }
    return all;
  }

  /** The older fields where the wait ends at a time of day, rounded up to the second. */
  static List<Field> legacy(RateLimit limit, long remaining, long seconds, long nowMillis) {
    long now = -Math.floorDiv(-nowMillis, MILLIS_PER_SECOND);
    return legacy(limit, remaining, now + seconds);
  }

  private static List<Field> legacy(RateLimit limit, long remaining, long reset) {
    return List.of(
        new Field("X-RateLimit-Limit", Long.toString(limit.permits())),
        new Field("X-RateLimit-Remaining", Long.toString(Math.max(0, remaining))),
        new Field("X-RateLimit-Reset", Long.toString(reset)));
  }
}
