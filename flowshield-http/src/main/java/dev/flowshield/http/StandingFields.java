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
import org.jspecify.annotations.Nullable;

/**
 * The fields that tell the client of an admitted request how its limits stand. A limit with several
 * rates is represented by the rate with the smallest part left.
 *
 * <p>Thread-safe.
 */
final class StandingFields {

  private static final int MOST_RATES = 1_000; // and then all are read again

  /** A rate of a limit, and how it is told. */
  private record Rate(String name, RateLimit limit, String policy, Field onlyPolicy) {

    static Rate parse(String text) {
      int space = text.indexOf(' ');
      String name = text.substring(0, space);
      RateLimit limit = RateLimit.parse(text.substring(space + 1));
      String policy = RateLimitFields.policy(name, limit);
      return new Rate(name, limit, policy, new Field(RateLimitFields.POLICY_NAME, policy));
    }
  }

  /** A rate at this moment. */
  private record Told(Rate rate, long remaining, long retryAfterNanos) {

    double partLeft() {
      return (double) remaining / rate.limit.permits();
    }

    /** The one of which the smaller part is left; the first, if it is the same. */
    Told orLess(Told other) {
      return other.partLeft() < partLeft() ? other : this;
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
   * @param told charges that the client may know, all of them of limits that the engine keeps
   */
  List<Field> of(Charge[] told) {
    if (told.length == 1) { // as is usual, and most of the cost is saved
      Told least = least(told[0]);
      return least == null
          ? List.of()
          : List.of(least.rate.onlyPolicy, new Field(RateLimitFields.NAME, least.standing()));
    }
    Map<String, Told> byName = new LinkedHashMap<>();
    for (Charge charge : told) {
      Told least = least(charge);
      if (least != null) {
        byName.merge(charge.limit(), least, Told::orLess);
      }
    }
    return byName.isEmpty() ? List.of() : fields(byName.values());
  }

  /** The rate of which the smallest part is left; null if there is nothing to tell. */
  private @Nullable Told least(Charge charge) {
    Told least = null;
    for (Standing standing : engine.standings(Request.of(charge))) {
      Told each = told(standing);
      least = least == null ? each : least.orLess(each);
    }
    return least;
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
