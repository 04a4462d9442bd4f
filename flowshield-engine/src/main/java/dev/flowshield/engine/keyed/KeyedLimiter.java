package dev.flowshield.engine.keyed;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.rate.Answer;
import dev.flowshield.engine.rate.SingleLimit;
import dev.flowshield.spi.LimiterSpec;
import dev.flowshield.spi.RateAlgorithm;

/** The engine's limiter: a key table, and a word of its own for the calls without a key, which need no hash. */
public final class KeyedLimiter implements RateLimiter {

  private final RateAlgorithm algorithm;
  private final SingleLimit keyless;
  private final KeyTable keys;
  private final String limit;

  KeyedLimiter(RateAlgorithm algorithm, LimiterSpec spec) {
    this.algorithm = algorithm;
    this.keyless = new SingleLimit(algorithm, spec.ticker());
    this.keys = new KeyTable(algorithm, spec.ticker(), spec.maxClients());
    this.limit = spec.limit().toString();
  }

  @Override
  public Decision decide(String key, long permits) {
    return take(key, permits, Answer.DECISION);
  }

  @Override
  public boolean tryAcquire(String key, long permits) {
    return take(key, permits, Answer.YES_OR_NO);
  }

  @Override
  public boolean tryAcquire() {
    return keyless.take(1, Answer.YES_OR_NO);
  }

  private <T> T take(String key, long permits, Answer<T> answer) {
    Requests.requirePermits(permits, algorithm.maxPermits(), limit);
    Requests.requireKey(key);
    return key.isEmpty()
        ? keyless.take(permits, answer)
        : keys.take(keys.hash(key), permits, answer);
  }

  /** The allowances of all keys but the empty one. */
  public KeyTable keys() {
    return keys;
  }

  @Override
  public String toString() {
    return "RateLimiter[" + limit + "]";
  }
}
