/** A ticker for tests, and the contract of rate limiters as JUnit tests. */
module dev.flowshield.testkit {
  requires transitive dev.flowshield.api;
  requires transitive org.junit.jupiter.api;
  requires org.opentest4j;
  requires static org.jspecify;

  exports dev.flowshield.testkit;

  uses dev.flowshield.spi.RateLimiterProvider;
}
