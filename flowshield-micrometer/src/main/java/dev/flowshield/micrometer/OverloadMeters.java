package dev.flowshield.micrometer;

import dev.flowshield.Criticality;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.OverloadStats;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The meters of a shield that finds its cap in flight by itself. */
final class OverloadMeters {

  private OverloadMeters() {}

  static void register(Meters meters, FlowShield engine) {
    if (engine.stats().overload().isEmpty()) {
      return;
    }
    for (Criticality criticality : Criticality.values()) {
      meters
          .with("class", criticality.name().toLowerCase(Locale.ROOT))
          .gauge(
              "flowshield.overload.limit",
              "Requests of the class that may be in flight",
              engine,
              of(overload -> overload.limit(criticality)));
    }
    meters.gauge(
        "flowshield.overload.pressure",
        "The pressure on the server: 0 normal, 1 elevated, 2 extreme",
        engine,
        state -> switch (state.pressure()) {
          case NORMAL -> 0;
          case ELEVATED -> 1;
          case EXTREME -> 2;
        });
    meters.duration(
        "flowshield.overload.latency",
        "The latency of work that waits for nothing",
        engine,
        of(overload ->
            overload.latency().isZero() ? Double.NaN : overload.latency().toNanos()));
    meters.gauge(
        "flowshield.overload.throughput",
        "Requests that end in a second",
        engine,
        of(OverloadStats::perSecond));
  }

  private static ToDoubleFunction<FlowShield> of(ToDoubleFunction<OverloadStats> value) {
    return engine -> engine.stats().overload().map(value::applyAsDouble).orElse(Double.NaN);
  }
}
