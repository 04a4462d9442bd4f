package dev.flowshield.http;

import dev.flowshield.Decision.Standing;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Request;
import dev.flowshield.http.HttpAnswer.Field;
import dev.flowshield.http.answer.RateLimitFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The fields that tell the client of an admitted request how its limits stand. Of several rates of
 * one limit, the one is told of which the smallest part is left.
 *
 * <p>Thread-safe.
 */
final class StandingFields {

  private static final int MOST_RATES = 1_000; // and then all are read again

  /** A rate of a limit, and how it is told. */
  private record Rate(String name, RateLimit limit, String policy) {

    static Rate parse(String text) {
      int space = text.indexOf(' ');
      String name = text.substring(0, space);
      RateLimit limit = RateLimit.parse(text.substring(space + 1));
      return new Rate(name, limit, RateLimitFields.policy(name, limit));
    }
  }

  /** A rate at this moment. */
  private record Told(Rate rate, long remaining, long retryAfterNanos) {

    double partLeft() {
      return (double) remaining / rate.limit.permits();
    }

    String standing() {
      return remaining > 0 || retryAfterNanos <= 0
          ? RateLimitFields.standing(rate.name, remaining)
          : RateLimitFields.standing(
              rate.name, remaining, RateLimitFields.seconds(retryAfterNanos));
    }
  }

  private final FlowShield engine;
  private final Map<String, Rate> rates = new ConcurrentHashMap<>();

  StandingFields(FlowShield engine) {
    this.engine = engine;
  }

  /**
   * The fields for these charges; none if there is nothing to tell.
   *
   * @param told of limits that the engine keeps
   */
  List<Field> of(Charge[] told) {
    Map<String, Told> byName = new LinkedHashMap<>();
    for (Charge charge : told) {
      for (Standing standing : engine.standings(Request.of(charge))) {
        Told each = told(standing);
        byName.merge(
            charge.limit(), each, (one, other) -> other.partLeft() < one.partLeft() ? other : one);
      }
    }
    return byName.isEmpty() ? List.of() : fields(byName.values());
  }

  private Told told(Standing standing) {
    Rate known = rates.get(standing.limit());
    if (known == null) {
      known = Rate.parse(standing.limit());
      if (rates.size() >= MOST_RATES) {
        rates.clear();
      }
      rates.put(standing.limit(), known);
    }
    return new Told(known, standing.remaining(), standing.retryAfterNanos());
  }

  private static List<Field> fields(Iterable<Told> all) {
    List<String> policies = new ArrayList<>();
    List<String> standings = new ArrayList<>();
    for (Told each : all) {
      policies.add(each.rate.policy);
      standings.add(each.standing());
    }
    return List.of(
        new Field(RateLimitFields.POLICY_NAME, RateLimitFields.list(policies)),
        new Field(RateLimitFields.NAME, RateLimitFields.list(standings)));
  }
}
