package dev.flowshield.examples.guide;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.ShieldStats;
import java.util.function.Consumer;

/** A cap in flight that is tried before it sheds, and work that is never closed. */
public final class Tuning {

  private Tuning() {}

  // snippet: guide-shield-tune
  static FlowShieldBuilder settings(Consumer<Throwable> log) {
    return FlowShield.builder()
        .inFlight(
            InFlightLimit.of(200).shadow()) // counts the requests that inFlight(200) would shed
        .detectLeaks(log); // logs the origin of an admission that nothing closed
  }

  static String report(FlowShield shield) {
    ShieldStats stats = shield.stats();
    return stats.wouldShed() + " would be shed, " + stats.leaked() + " were never closed";
  }
  // end
}
