package dev.flowshield.testkit;

import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/** Checks of the capabilities of a limiter. If a capability is missing, its methods must throw. */
final class CapabilityChecks {

  /** A check with one limit. */
  @FunctionalInterface
  interface Body {
    void run(RateLimit limit) throws Exception;
  }

  /** A call to a limiter. */
  @FunctionalInterface
  interface Call {
    @Nullable
    Object of(LimiterFixture fixture) throws Exception;
  }

  private CapabilityChecks() {}

  static boolean has(RateLimiterContract contract, Capability capability) {
    return fixture(contract).limiter().capabilities().contains(capability);
  }

  /** Creates a test that runs the check with each of the limits. */
  static DynamicTest test(String name, List<RateLimit> limits, Body body) {
    return DynamicTest.dynamicTest(name, () -> {
      for (RateLimit limit : limits) {
        body.run(limit);
      }
    });
  }

  /** Creates a test that requires an unsupported method to throw. */
  static Stream<DynamicTest> unsupported(RateLimiterContract contract, String method, Call call) {
    return Stream.of(DynamicTest.dynamicTest(method + "IsUnsupported", () -> {
      LimiterFixture fixture = fixture(contract);
      RejectionChecks.require(
          fixture,
          UnsupportedOperationException.class,
          method + " without its capability",
          () -> call.of(fixture));
    }));
  }

  /**
   * Returns the limits that are refilled so soon that several callers can wait in turn, each for at
   * most an hour.
   */
  static List<RateLimit> refilledSoon(RateLimiterContract contract) {
    List<RateLimit> limits = ContractLimits.of(contract).stream()
        .filter(limit ->
            new LimiterFixture(contract, limit).idleNanos() <= TimeUnit.MINUTES.toNanos(15))
        .toList();
    if (limits.isEmpty()) {
      throw new AssertionError("limits() must have one that is refilled within 5 minutes, got "
          + ContractLimits.of(contract)
          + ": no call waits longer than an hour, so add one to test waiting with");
    }
    return limits;
  }

  private static LimiterFixture fixture(RateLimiterContract contract) {
    return new LimiterFixture(contract, ContractLimits.first(contract));
  }
}
