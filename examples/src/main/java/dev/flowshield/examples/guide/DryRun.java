package dev.flowshield.examples.guide;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.LimitStats;

/** A limit that is tried on real traffic and refuses nobody. */
public final class DryRun {

  private DryRun() {}

  // snippet: guide-shadow
  static FlowShieldBuilder settings() {
    return FlowShield.builder()
        .perClient("100/s")
        .limit(Limit.each("candidate", "2/s").shadow());
  }

  static Admission admit(FlowShield shield, String client) {
    return shield.admit(Charge.of("client", client), Charge.of("candidate", client));
  }

  static long wouldBeRefused(FlowShield shield) {
    return shield.stats().limits().stream()
        .filter(LimitStats::shadow)
        .mapToLong(LimitStats::refused)
        .sum();
  }
  // end
}
