package dev.flowshield.examples;

import dev.flowshield.RateLimiter;
import dev.flowshield.engine.FlowShield;

/** Limits and protection in code that knows no HTTP. */
public final class EngineExample {

  private EngineExample() {}

  /** Prints three greetings, the last of which is rejected, and the decisions of a limiter. */
  public static void main(String[] arguments) {
    FlowShield shield = shield();
    for (int visit = 1; visit <= 3; visit++) {
      System.out.println(greet(shield, "alice"));
    }
    System.out.println(greet(shield, "bob"));
    askLimiter();
  }

  // snippet: engine
  static FlowShield shield() {
    return FlowShield.builder()
        .limit("5000/s") // all together
        .perKey("2/min") // each key by itself
        .inFlight(200) // no more at a time
        .build();
  }

  static String greet(FlowShield shield, String name) {
    return shield.call(
        name, () -> "hello " + name, rejected -> name + ", come back in " + rejected.retryAfter());
  }
  // end

  static void askLimiter() {
    // snippet: limiter
    RateLimiter limiter = RateLimiter.of("10/s burst 2");

    if (limiter.tryAcquire("alice")) { // alice has her own allowance
      System.out.println("alice may");
    }
    if (limiter.tryAcquire("alice", 2)) { // one is left
      System.out.println("alice may have two more");
    } else {
      System.out.println("alice may not have two more");
    }
    // end
  }
}
