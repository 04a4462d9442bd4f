package dev.flowshield.micrometer;

import dev.flowshield.Criticality;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.ShieldStats;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** The meters of a whole shield, HTTP or not. */
final class EngineMeters {

  /** The name of the meter that every shield has. */
  static final String DECISIONS = "flowshield.decisions";

  /** The description of that meter. */
  static final String OF_DECISIONS = "Requests by the decision of the shield";

  /** The tag of that meter. */
  static final String OUTCOME = "outcome";

  private EngineMeters() {}

  static void register(Meters meters, FlowShield engine) {
    decision(meters, engine, "admitted", ShieldStats::admitted);
    decision(meters, engine, "over_limit", ShieldStats::overLimit);
    decision(meters, engine, "blocked", ShieldStats::blocked);
    decision(meters, engine, "shed", ShieldStats::shed);
    decision(meters, engine, "unavailable", ShieldStats::unavailable);
    for (Criticality criticality : Criticality.values()) {
      meters
          .with("class", criticality.name().toLowerCase(Locale.ROOT))
          .counter(
              "flowshield.shed",
              "Requests of the class that were rejected because the server was full",
              engine,
              of(stats -> stats.shed(criticality)));
    }
    meters.counter(
        "flowshield.shadow.shed",
        "Admitted requests that a shadow cap in flight would have rejected",
        engine,
        of(ShieldStats::wouldShed));
    String ended = "flowshield.ended";
    String ofEnded = "Admitted requests that ended without success";
    meters.with(OUTCOME, "failed").counter(ended, ofEnded, engine, of(ShieldStats::failed));
    meters.with(OUTCOME, "ignored").counter(ended, ofEnded, engine, of(ShieldStats::ignored));
    registerFlight(meters, engine);
    registerQueue(meters, engine);
    meters.counter(
        "flowshield.leaked",
        "Admissions that were collected as garbage unclosed",
        engine,
        of(ShieldStats::leaked));
    meters.counter(
        "flowshield.listener.failures",
        "Calls of listeners that failed",
        engine,
        of(ShieldStats::listenerFailures));
    meters.counter(
        "flowshield.listener.suppressed",
        "Rejections without an event of their own for a listener",
        engine,
        of(ShieldStats::suppressed));
  }

  private static void decision(
      Meters meters, FlowShield engine, String outcome, ToLongFunction<ShieldStats> count) {
    meters.with(OUTCOME, outcome).counter(DECISIONS, OF_DECISIONS, engine, of(count));
  }

  private static void registerFlight(Meters meters, FlowShield engine) {
    meters.gauge(
        "flowshield.inflight",
        "Admitted requests that have not ended",
        engine,
        state -> state.stats().inFlight());
    meters.gauge(
        "flowshield.inflight.limit",
        "The cap on requests in flight, if there is one",
        engine,
        state -> orNone(state.inFlightLimit()));
  }

  private static void registerQueue(Meters meters, FlowShield engine) {
    meters.gauge(
        "flowshield.waiting",
        "Requests that wait to be admitted",
        engine,
        state -> state.stats().waiting());
    meters.timer(
        "flowshield.waits",
        "Requests that had to wait, with the time that they waited",
        engine,
        of(ShieldStats::waited),
        state -> state.stats().totalWait().toNanos());
    meters.counter(
        "flowshield.queue.full",
        "Requests that were rejected because too many others waited",
        engine,
        of(ShieldStats::queueFull));
  }

  /** Returns a cap as a value of a gauge; NaN, which is not shown, for none. */
  static double orNone(int cap) {
    return cap == Integer.MAX_VALUE ? Double.NaN : cap;
  }

  private static ToLongFunction<FlowShield> of(ToLongFunction<ShieldStats> count) {
    return engine -> count.applyAsLong(engine.stats());
  }
}
