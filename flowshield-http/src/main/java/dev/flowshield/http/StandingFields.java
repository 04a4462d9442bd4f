package dev.flowshield.http;

import dev.flowshield.Decision.Standing;
import dev.flowshield.RateLimit;
import dev.flowshield.http.HttpAnswer.Field;
import dev.flowshield.http.answer.RateLimitFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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

    boolean isOfLimitOf(Told other) {
      return rate.name.equals(other.rate.name);
    }

    List<Field> fields() {
      return List.of(rate.onlyPolicy, new Field(RateLimitFields.NAME, standing()));
    }

    String standing() {
      return remaining > 0 || retryAfterNanos <= 0
          ? RateLimitFields.standing(rate.name, remaining)
          : RateLimitFields.standing(
              rate.name, remaining, RateLimitFields.seconds(retryAfterNanos));
    }
  }

  private final Map<String, Rate> rates = new ConcurrentHashMap<>();

  /**
   * The fields for limits that stand like this; none if there is nothing to tell.
   *
   * @param here of limits that the client may know and the engine keeps; those of one limit stand
   *     together
   * @param stored the same of limits that a store keeps
   */
  List<Field> of(List<Standing> here, List<Standing> stored) {
    List<Told> all = new ArrayList<>(here.size() + stored.size()); // one for each limit
    here.forEach(standing -> add(standing, all));
    stored.forEach(standing -> add(standing, all));
    return switch (all.size()) {
      case 0 -> List.of();
      case 1 -> all.get(0).fields(); // as is usual, and most of the cost is saved
      default -> fields(all);
    };
  }

  private void add(Standing standing, List<Told> all) {
    Told next = told(standing);
    int last = all.size() - 1;
    if (last >= 0 && all.get(last).isOfLimitOf(next)) {
      all.set(last, all.get(last).orLess(next));
    } else {
      all.add(next);
    }
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

  private static List<Field> fields(List<Told> all) {
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
