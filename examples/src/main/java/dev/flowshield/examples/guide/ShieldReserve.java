package dev.flowshield.examples.guide;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Request;
import java.util.function.IntSupplier;

/** Work of a shield whose cost is known at its end. */
public final class ShieldReserve {

  private ShieldReserve() {}

  // snippet: guide-shield-settle
  static boolean ask(FlowShield shield, String user, IntSupplier model) {
    Admission admission = shield.admit(Request.of(user, 500).reserved());
    if (!(admission instanceof Admitted running)) {
      return false;
    }
    int used = 0; // if the model fails, everything is refunded
    try (running) {
      used = model.getAsInt();
      return true;
    } finally {
      running.settle(used);
    }
  }
  // end
}
