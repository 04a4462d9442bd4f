package dev.flowshield.examples.guide;

import dev.flowshield.engine.FlowShield;
import java.util.Map;

/** A change of the limits of a shield while work continues. */
public final class ShieldChange {

  private ShieldChange() {}

  static void change(FlowShield shield) {
    // snippet: guide-shield-change
    shield.change(Map.of("everyone", "9000/s", "key", "200/s")); // both, or neither
    shield.changeInFlight(400);
    // end
  }
}
