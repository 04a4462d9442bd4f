package dev.flowshield.redis;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import java.time.Duration;

/** A process whose store is lost. What it prints tells when. */
final class FirstOutage {

  private FirstOutage() {}

  /**
   * Asks a store that is there, and then without it.
   *
   * @param args the address of a server, which is killed when a line is written to this process
   */
  public static void main(String[] args) throws Exception {
    try (RedisStore store =
        RedisStore.at(args[0]).timeout(Duration.ofSeconds(10)).open()) {
      RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 9, 1/day").withName("a"));
      for (int i = 0; i < 10; i++) {
        limiter.peek("alice");
      }
      System.out.println("answered");
      if (System.in.read() < 0) {
        return;
      }
      System.out.println("outage begins");
      for (int i = 0; i < 10; i++) {
        limiter.decide("bob");
      }
      System.out.println("outage ends");
    }
    System.exit(0);
  }
}
