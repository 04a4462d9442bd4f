package dev.flowshield.micrometer;

import static java.util.function.Predicate.not;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.LimitStats;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * The meters of the limits of a shield: a series for each of the first limits, and one for all
 * others together. The order of the limits never changes, so no series comes or goes.
 */
final class LimitMeters {

  /** The value of the tag for all limits without a series of their own; no name of a limit. */
  static final String OTHERS = "(other)";

  private static final String LIMIT = "limit";
  private static final String REASON = "reason";
  private static final String REJECTIONS = "flowshield.rejections";
  private static final String OF_REJECTIONS = "Requests that the limit rejected";

  private LimitMeters() {}

  /**
   * Registers the meters of all limits.
   *
   * @param most the number of limits with a series of their own
   * @return the number of limits without one
   */
  static int register(Meters meters, FlowShield engine, int most) {
    List<Limit> all = engine.limits();
    int own = Math.min(most, all.size());
    for (Limit limit : all.subList(0, own)) {
      register(meters.with(LIMIT, limit.name()), engine, List.of(limit));
    }
    List<Limit> others = all.subList(own, all.size());
    if (!others.isEmpty()) {
      register(meters.with(LIMIT, OTHERS), engine, others);
    }
    return others.size();
  }

  private static void register(Meters meters, FlowShield engine, List<Limit> limits) {
    String[] all = names(limits, limit -> true);
    counter(
        meters,
        "flowshield.admissions",
        "Admitted requests that were charged to the limit",
        engine,
        all,
        LimitStats::admitted);
    counter(
        meters,
        "flowshield.shadow.rejections",
        "Admitted requests that the shadow limit would have rejected",
        engine,
        names(limits, Limit::isShadow),
        LimitStats::rejected);
    registerRejections(
        meters, engine, limits.stream().filter(not(Limit::isShadow)).toList());
    registerPermits(meters, engine, all);
    registerKeys(
        meters, engine, names(limits, limit -> engine.stats(limit.name()).maxKeys() > 0));
  }

  private static void registerRejections(Meters meters, FlowShield engine, List<Limit> limits) {
    counter(
        meters.with(REASON, "over_limit"),
        REJECTIONS,
        OF_REJECTIONS,
        engine,
        names(limits, limit -> true),
        LimitStats::rejected);
    counter(
        meters.with(REASON, "blocked"),
        REJECTIONS,
        OF_REJECTIONS,
        engine,
        names(limits, limit -> limit.penalty().isPresent()),
        LimitStats::blocked);
    counter(
        meters.with(REASON, "unavailable"),
        REJECTIONS,
        OF_REJECTIONS,
        engine,
        names(limits, limit -> engine.stats(limit.name()).store().isPresent()),
        LimitStats::unavailable);
  }

  private static void registerPermits(Meters meters, FlowShield engine, String[] limits) {
    String description = "Permits that the limit gave, got back unused, and was charged afterwards";
    counter(
        meters.with("kind", "taken"),
        "flowshield.permits",
        description,
        engine,
        limits,
        LimitStats::permitsTaken);
    counter(
        meters.with("kind", "returned"),
        "flowshield.permits",
        description,
        engine,
        limits,
        LimitStats::permitsReturned);
    counter(
        meters.with("kind", "beyond"),
        "flowshield.permits",
        description,
        engine,
        limits,
        LimitStats::permitsBeyondEstimate);
  }

  private static void registerKeys(Meters meters, FlowShield engine, String[] limits) {
    gauge(
        meters,
        "flowshield.keys",
        "Keys with a slot in memory, in debt or not",
        engine,
        limits,
        LimitStats::tracked);
    gauge(
        meters,
        "flowshield.keys.capacity",
        "Keys that certainly have an allowance of their own",
        engine,
        limits,
        LimitStats::maxKeys);
    counter(
        meters,
        "flowshield.keys.shared",
        "Admissions from a shared allowance because the table was full",
        engine,
        limits,
        LimitStats::overflowed);
  }

  private static void counter(
      Meters meters,
      String name,
      String description,
      FlowShield engine,
      String[] limits,
      ToLongFunction<LimitStats> count) {
    if (limits.length > 0) {
      meters.counter(name, description, engine, state -> sum(state, limits, count));
    }
  }

  private static void gauge(
      Meters meters,
      String name,
      String description,
      FlowShield engine,
      String[] limits,
      ToLongFunction<LimitStats> value) {
    if (limits.length > 0) {
      meters.gauge(name, description, engine, state -> sum(state, limits, value));
    }
  }

  private static long sum(FlowShield engine, String[] limits, ToLongFunction<LimitStats> count) {
    long sum = 0;
    for (String limit : limits) {
      sum += count.applyAsLong(engine.stats(limit));
    }
    return sum;
  }

  private static String[] names(List<Limit> limits, Predicate<Limit> which) {
    return limits.stream().filter(which).map(Limit::name).toArray(String[]::new);
  }
}
