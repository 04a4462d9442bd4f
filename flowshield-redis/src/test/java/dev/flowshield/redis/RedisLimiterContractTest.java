package dev.flowshield.redis;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.RateLimiterContract;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("thorough")
class RedisLimiterContractTest implements RateLimiterContract {

  private static final AtomicLong NUMBER = new AtomicLong();
  private static RedisProcess server;
  private static Stores stores;

  @BeforeAll
  static void start() {
    server = RedisProcess.start();
    stores = new Stores(server.uri());
  }

  @AfterAll
  static void stop() {
    stores.close();
    server.close();
  }

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    return stores
        .onTheClockOf(spec.ticker())
        .limiter(spec.withName("limit" + NUMBER.incrementAndGet()));
  }

  @Override
  public boolean canEnforceSeveralLimits() {
    return true;
  }

  @Override
  public int floodSize() {
    return 40_000;
  }

  @Override
  public List<RateLimit> limits() { // fewer than usual, as each step is a round trip
    return Stream.of("7/s burst 3", "1000/min burst 50", "7/us burst 20")
        .map(RateLimit::parse)
        .toList();
  }

  @Override
  public Duration timeout() {
    return Duration.ofMinutes(3);
  }
}
