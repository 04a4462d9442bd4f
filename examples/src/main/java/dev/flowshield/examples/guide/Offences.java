package dev.flowshield.examples.guide;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.Penalty;
import java.time.Duration;
import java.util.stream.Collectors;

/** Clients that are refused and go on regardless. */
public final class Offences {

  private Offences() {}

  // snippet: guide-penalty
  static FlowShieldBuilder settings() {
    return FlowShield.builder()
        .perClient("2/s")
        .penalty(Penalty.after(3, Duration.ofMinutes(1)) // refused 3 times within a minute:
            .withBlocks(Duration.ofMinutes(5), Duration.ofHours(24))); // 5 minutes, 10, 20
  }

  static String blocked(FlowShield shield) {
    return shield.penalties().stream()
        .filter(offender -> !offender.blockedFor().isZero())
        .map(offender -> offender.client() + " for " + offender.blockedFor())
        .collect(Collectors.joining(", "));
  }

  static boolean pardon(FlowShield shield, String client) {
    return shield.pardon(client); // whether anything was held against it
  }
  // end
}
