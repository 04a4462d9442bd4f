package dev.flowshield.examples.guide;

import dev.flowshield.Pressure;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.OverloadStats;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** An application that reduces its work before any is shed, and explains it. */
public final class UnderPressure {

  private UnderPressure() {}

  // snippet: overload-pressure
  static FlowShield shield(Consumer<String> log) {
    return FlowShield.builder()
        .inFlight(InFlightLimit.auto())
        .onPressure(pressure -> log.accept("pressure is " + pressure))
        .build();
  }

  static List<String> recommendations(Supplier<List<String>> costly, FlowShield shield) {
    return shield.pressure() == Pressure.NORMAL ? costly.get() : List.of();
  }

  static String report(FlowShield shield) {
    return shield.stats().overload().map(OverloadStats::explanation).orElse("a number was set");
  }
  // end
}
