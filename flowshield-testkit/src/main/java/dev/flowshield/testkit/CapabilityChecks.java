package dev.flowshield.testkit;

import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/**
 * Tests of what a limiter says it can; and of what it says it cannot, the test that it says so when
 * asked.
 */
final class CapabilityChecks {

  /** A test with one limit. */
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

  /** A test that runs with each of the limits. */
  static DynamicTest test(String name, List<RateLimit> limits, Body body) {
    return DynamicTest.dynamicTest(name, () -> {
      for (RateLimit limit : limits) {
        body.run(limit);
      }
    });
  }

  /** What the limiter does not say it can must throw. */
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
   * The limits that come back so soon that several can wait one after the other, none longer than
   * an hour.
   */
  static List<RateLimit> soonBack(RateLimiterContract contract) {
    List<RateLimit> limits = ContractLimits.of(contract).stream()
        .filter(limit -> new LimiterFixture(contract, limit).idleNanos() <= TimeUnit.MINUTES.toNanos(15))
        .toList();
    if (limits.isEmpty()) {
      throw new AssertionError(
          "limits() must have one that comes back within 5 minutes, got " + ContractLimits.of(contract)
              + ": no call waits longer than an hour, so add one to test waiting with");
    }
    return limits;
  }

  private static LimiterFixture fixture(RateLimiterContract contract) {
    return new LimiterFixture(contract, ContractLimits.first(contract));
  }
}
