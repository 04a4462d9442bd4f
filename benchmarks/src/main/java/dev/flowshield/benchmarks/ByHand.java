package dev.flowshield.benchmarks;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A limiter without a library: a map of words, each with the state of a rate. It never removes a
 * client.
 */
final class ByHand {

  private final ConcurrentMap<String, AtomicLong> words = new ConcurrentHashMap<>();
  private final long intervalNanos;
  private final long burstNanos;

  ByHand(long intervalNanos, long burst) {
    this.intervalNanos = intervalNanos;
    this.burstNanos = burst * intervalNanos;
  }

  boolean tryAcquire(String key, long permits) {
    AtomicLong word = words.get(key); // computeIfAbsent alone would lock for existing keys, too
    if (word == null) {
      word = words.computeIfAbsent(key, absent -> new AtomicLong(System.nanoTime()));
    }
    while (true) {
      long seen = word.get();
      long now = System.nanoTime();
      long next = (seen - now > 0 ? seen : now) + permits * intervalNanos;
      if (next - now > burstNanos) {
        return false;
      }
      if (word.compareAndSet(seen, next)) {
        return true;
      }
    }
  }
}
