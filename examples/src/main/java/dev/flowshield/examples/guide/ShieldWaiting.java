package dev.flowshield.examples.guide;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.Request;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Work that waits until its limits, and the server, have room for it. */
public final class ShieldWaiting {

  private ShieldWaiting() {}

  // snippet: guide-shield-wait
  static FlowShieldBuilder settings() {
    return FlowShield.builder()
        .limit("1000/s")
        .perKey("2/s")
        .inFlight(50)
        .queueForSlots() // wait for a slot as well
        .maxQueued(200); // no more than this at a time
  }

  static boolean convert(FlowShield shield, String user, Runnable work)
      throws InterruptedException {
    Admission admission = shield.admit(Request.of(user), Duration.ofSeconds(5));
    if (!(admission instanceof Admitted running)) {
      return false; // it would have taken longer, or too many wait
    }
    try (running) {
      work.run();
      return true;
    }
  }

  static CompletableFuture<Admission> convertLater(FlowShield shield, String user) {
    return shield.admitAsync(Request.of(user), Duration.ofSeconds(5));
  }
  // end
}
