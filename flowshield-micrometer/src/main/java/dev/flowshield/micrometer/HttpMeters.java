package dev.flowshield.micrometer;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.StreamStats;
import java.util.function.ToLongFunction;

/** The meters that a shield over HTTP has in addition to those of its engine. */
final class HttpMeters {

  private HttpMeters() {}

  static void register(Meters meters, HttpShield shield) {
    decision(meters, shield, "denied", HttpShield::denied);
    decision(meters, shield, "streams_client", of(StreamStats::overLimit));
    decision(meters, shield, "streams_full", of(StreamStats::shed));
    meters.gauge(
        "flowshield.streams",
        "Open streams, which are not in flight",
        shield,
        state -> state.streams().open());
    meters.gauge(
        "flowshield.streams.limit",
        "The cap on open streams, if there is one",
        shield,
        state -> EngineMeters.orNone(state.streams().most()));
    meters.gauge(
        "flowshield.streams.clients",
        "Clients with open streams",
        shield,
        state -> state.streams().clients());
    meters.gauge(
        "flowshield.findings",
        "Signs of misconfiguration that the doctor has found",
        shield,
        state -> state.doctor().size());
  }

  private static void decision(
      Meters meters, HttpShield shield, String outcome, ToLongFunction<HttpShield> count) {
    meters
        .with(EngineMeters.OUTCOME, outcome)
        .counter(EngineMeters.DECISIONS, EngineMeters.OF_DECISIONS, shield, count);
  }

  private static ToLongFunction<HttpShield> of(ToLongFunction<StreamStats> count) {
    return shield -> count.applyAsLong(shield.streams());
  }
}
