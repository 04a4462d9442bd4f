package dev.flowshield.examples.guide;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.LimitSet;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.engine.Rejection;

/** Work that is charged to several keys, all or nothing. */
public final class SeveralKeys {

  private SeveralKeys() {}

  // snippet: guide-charges
  static FlowShieldBuilder settings() {
    return FlowShield.builder()
        .named(Limit.together("search", "200/s"))
        .named(Limit.each("tenant", "100/s, 5000/h"))
        .named(Limit.each("user", "2/s"))
        .inFlight(50);
  }

  static String search(FlowShield shield, String tenant, String user, int pages) {
    Admission admission = shield.admit(
        Charge.of("search"), Charge.of("tenant", tenant, pages), Charge.of("user", user));
    if (admission instanceof Admitted running) {
      try (running) { // in flight until it is closed
        return pages + " pages for " + user;
      }
    }
    Rejection rejection = (Rejection) admission;
    String by = rejection instanceof OverLimit over ? over.name() : "full server";
    return by + ": come back in " + rejection.retryAfter();
  }
  // end

  // snippet: guide-limit-set
  static final class Suggestions {

    private final FlowShield shield;
    private final LimitSet limits; // looked up once

    Suggestions(FlowShield shield) {
      this.shield = shield;
      this.limits = shield.limitSet("search", "user");
    }

    boolean mayAsk(String user) {
      Admission admission = shield.admit(limits, user); // no charge is made for each limit
      if (admission instanceof Admitted running) {
        running.close();
        return true;
      }
      return false;
    }
  }
  // end
}
