package dev.flowshield.examples.guide;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import java.time.Duration;
import java.util.stream.Collectors;

/** Clients that continue after rejections. */
public final class Offences {

  private Offences() {}

  // snippet: guide-penalty
  static FlowShieldBuilder settings() {
    return FlowShield.builder()
        .limit(Limit.each("user", "2/s")
            .withPenalty(Penalty.after(3, Duration.ofMinutes(1)) // rejected 3 times in a minute:
                .withBlocks(Duration.ofMinutes(5), Duration.ofHours(24)))); // 5 minutes, 10, 20
  }

  static String blocked(FlowShield shield) {
    return shield.penalties().stream()
        .filter(offender -> !offender.blockedFor().isZero())
        .map(offender -> offender.key() + " for " + offender.blockedFor())
        .collect(Collectors.joining(", "));
  }

  static boolean pardon(FlowShield shield, String user) {
    return shield.pardon("user", user); // whether anything was held against that user
  }
  // end
}
