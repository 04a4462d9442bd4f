package dev.flowshield.testkit;

import dev.flowshield.RateLimit;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The limits with which a contract is tested, at least one. */
final class ContractLimits {

  /**
   * Limits from one permit per second to seven per microsecond, with bursts below and above the
   * permits.
   */
  static final List<RateLimit> EVEN_AND_ODD = Stream.of(
          "10/s", "7/s burst 3", "1/s", "1000/min burst 50", "7/us burst 20")
      .map(RateLimit::parse)
      .toList();

  private ContractLimits() {}

  static List<RateLimit> of(RateLimiterContract contract) {
    List<RateLimit> limits = contract.limits();
    if (limits.isEmpty()) {
      throw new AssertionError(
          "limits() must be at least one, got an empty list: nothing would be tested");
    }
    return limits;
  }

  static RateLimit first(RateLimiterContract contract) {
    return of(contract).get(0);
  }

  /** Returns the burst plus the permits refilled in the span, rounded down. */
  static long worstCaseOfATokenBucket(RateLimit limit, Duration span) {
    return BigInteger.valueOf(span.toNanos())
        .multiply(BigInteger.valueOf(limit.permits()))
        .divide(BigInteger.valueOf(limit.period().toNanos()))
        .add(BigInteger.valueOf(limit.burst()))
        .longValueExact();
  }
}
