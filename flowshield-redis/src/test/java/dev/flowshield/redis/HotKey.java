package dev.flowshield.redis;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** A process that asks for one key with many threads, and prints how often it was admitted. */
final class HotKey {

  private HotKey() {}

  public static void main(String[] args) throws InterruptedException {
    String uri = args[0];
    String limit = args[1];
    int threads = Integer.parseInt(args[2]);
    long nanos = Duration.ofMillis(Long.parseLong(args[3])).toNanos();
    LongAdder admitted = new LongAdder();
    LongAdder failed = new LongAdder();
    try (RedisStore store = RedisStore.at(uri).timeout(Duration.ofSeconds(10)).open()) {
      RateLimiter limiter = store.limiter(LimiterSpec.of(limit).withName("hot"));
      limiter.peek("warm");
      System.out.println("ready");
      long until = System.nanoTime() + nanos;
      List<Thread> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Thread thread = new Thread(() -> {
          while (System.nanoTime() - until < 0) {
            if (limiter.tryAcquire("hot")) {
              admitted.increment();
            }
          }
        });
        thread.start();
        all.add(thread);
      }
      for (Thread thread : all) {
        thread.join();
      }
      failed.add(store.stats().withoutStore());
    }
    System.out.println(admitted.sum());
    System.out.println(failed.sum());
    System.exit(0);
  }
}
