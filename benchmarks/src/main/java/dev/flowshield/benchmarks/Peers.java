package dev.flowshield.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Other libraries, configured as similar to FlowShield as possible, and their remaining
 * differences.
 */
final class Peers {

  /** By the beginning of the name of a row. The first match counts, so longer names come first. */
  private static final Map<String, String> DIFFERENCES = new LinkedHashMap<>();

  static {
    DIFFERENCES.put("bucket4jInMap", "forgets no client; keeps the keys");
    DIFFERENCES.put(
        "bucket4jInCaffeine",
        "forgets a client by time, also one in debt; no bound; keeps the keys");
    DIFFERENCES.put(
        "resilience4jBulkhead", "a semaphore; publishes events, which have no listener here");
    DIFFERENCES.put("resilience4jInMap", "fixed windows; forgets no client; keeps the keys");
    DIFFERENCES.put("resilience4j", "fixed windows: twice the limit can pass at their border");
    DIFFERENCES.put("guavaInMap", "lends ahead, under a lock; forgets no client; keeps the keys");
    DIFFERENCES.put("guava", "lends one call of any size ahead, under a lock");
    DIFFERENCES.put("failsafe", "fixed windows: twice the limit can pass at their border");
    DIFFERENCES.put("sentinelFilter", "by path alone: no clients, no headers; enter and exit");
    DIFFERENCES.put("sentinel", "windows of half a second; also keeps statistics; enter and exit");
    DIFFERENCES.put(
        "gradient2", "adapts its limit to the latency it sees, so it reads the clock twice");
    DIFFERENCES.put("byHand", "forgets no client; keeps the keys");
  }

  private Peers() {}

  /**
   * Returns the difference between the library of a row and FlowShield; empty if there is no
   * difference.
   */
  static String difference(String name) {
    return DIFFERENCES.entrySet().stream()
        .filter(difference -> name.startsWith(difference.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  /** Creates a bucket with an even refill and the same clock as ours. */
  static Bucket bucket4j(long permits, Duration period, long burst) {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(burst).refillGreedy(permits, period))
        .withNanosecondPrecision()
        .build();
  }

  /** Creates the usual cache with a bucket for each active client. */
  static Cache<String, Bucket> cacheOfBuckets() {
    return Caffeine.newBuilder().expireAfterAccess(Duration.ofHours(1)).build();
  }

  static io.github.resilience4j.ratelimiter.RateLimiter resilience4j(int permits, Duration period) {
    RateLimiterConfig config = RateLimiterConfig.custom()
        .limitForPeriod(permits)
        .limitRefreshPeriod(period)
        .timeoutDuration(Duration.ZERO)
        .build();
    return io.github.resilience4j.ratelimiter.RateLimiter.of("benchmark", config);
  }
}
