package dev.flowshield.examples.guide;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.Limit;

/** A limit that is tried on real traffic and rejects no request. */
public final class DryRun {

  private DryRun() {}

  // snippet: guide-shadow
  static FlowShieldBuilder settings() {
    return FlowShield.builder()
        .perKey("100/s")
        .limit(Limit.each("candidate", "2/s").shadow());
  }

  static Admission admit(FlowShield shield, String user) {
    return shield.admit(user); // charged to both
  }

  static long wouldBeRejected(FlowShield shield) {
    return shield.stats().limit("candidate").rejected();
  }
  // end
}
