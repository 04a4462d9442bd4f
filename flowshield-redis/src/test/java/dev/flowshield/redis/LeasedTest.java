package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Request;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Limits of which instances take permits before they are asked for. */
class LeasedTest {

  private static final long SEED = Long.getLong("flowshield.testkit.seed", 20261127);
  private static final int INSTANCES = 4;
  private static final long MILLI = 1_000_000;

  private final RedisProcess server = RedisProcess.start();
  private final List<AutoCloseable> opened = new ArrayList<>(List.of(server));

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private RedisStore open() {
    RedisStore store = RedisStore.at(server.uri())
        .timeout(Duration.ofSeconds(10))
        .instances(INSTANCES)
        .open();
    opened.add(store);
    return store;
  }

  private static LimiterSpec spec(String limit) {
    return LimiterSpec.of(limit).withName("leased").withOption(RedisStore.LEASE, "on");
  }

  @Test
  void admitTogetherNoMoreThanATenthOfTheBurstBeyondTheLimit() throws InterruptedException {
    RateLimit limit = RateLimit.parse("2000/s burst 1000");
    List<RateLimiter> limiters = new ArrayList<>();
    List<RedisStore> stores = new ArrayList<>();
    for (int i = 0; i < INSTANCES; i++) {
      stores.add(open());
      limiters.add(stores.get(i).limiter(spec(limit.toString())));
      limiters.get(i).peek("alice"); // connects
    }
    LongAdder admitted = new LongAdder();
    LongAdder asked = new LongAdder();
    List<Thread> threads = new ArrayList<>();
    long began = System.nanoTime();
    for (RateLimiter limiter : limiters) {
      for (int i = 0; i < 4; i++) {
        Thread thread = new Thread(() -> {
          while (System.nanoTime() - began < 1_500 * MILLI) {
            asked.increment();
            if (limiter.tryAcquire("alice")) {
              admitted.increment();
            }
          }
        });
        threads.add(thread);
        thread.start();
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    double seconds = (System.nanoTime() - began) / 1e9;

    double most = limit.burst() * 1.1 + limit.permits() * seconds;
    assertThat(admitted.sum()).isLessThanOrEqualTo((long) most);
    assertThat(admitted.sum()).isGreaterThan((long) (0.8 * limit.permits() * 1.5 + limit.burst()));
    assertThat(stores)
        .allSatisfy(store -> assertThat(store.stats().withoutStore()).isZero());
    assertThat(asked.sum()).isGreaterThan(admitted.sum());
  }

  @Test
  void admitNoMoreInAnySpanThanTheLimitAndATenthOfTheBurst() {
    RateLimit limit = RateLimit.parse("1000/s burst 400");
    ManualTicker ticker = ManualTicker.startingAt(0);
    try (Stores stores = new Stores(server.uri())) {
      List<RateLimiter> limiters = new ArrayList<>();
      for (int i = 0; i < INSTANCES; i++) {
        limiters.add(stores
            .onTheClockOf(ticker, INSTANCES)
            .limiter(spec(limit.toString()).withTicker(ticker)));
      }
      Random random = new Random(SEED);
      Deque<long[]> admissions = new ArrayDeque<>(); // time and permits
      long millis = 0;
      for (int step = 0; step < 6_000; step++) {
        if (random.nextInt(3) == 0) {
          long pause = random.nextInt(100) == 0 ? 700 : 1;
          ticker.advanceNanos(pause * MILLI);
          millis += pause;
        }
        long permits = random.nextInt(20) == 0 ? 1 + random.nextInt(20) : 1;
        Reservation given =
            limiters.get(random.nextInt(1 + random.nextInt(INSTANCES))).reserve("alice", permits);
        if (given instanceof Reservation.Held held) {
          long used = random.nextInt(5) == 0 ? random.nextLong(permits + 1) : permits;
          held.settle(used);
          admissions.addLast(new long[] {millis, used});
        }
        while (!admissions.isEmpty() && admissions.getFirst()[0] < millis - 1_000) {
          admissions.removeFirst();
        }
        long inSpan = 0;
        for (var latest = admissions.descendingIterator(); latest.hasNext(); ) {
          long[] each = latest.next();
          inSpan += each[1];
          long most = limit.burst() * 11 / 10 + (millis - each[0]) * limit.permits() / 1_000;
          assertThat(inSpan).as("seed %d, step %d", SEED, step).isLessThanOrEqualTo(most);
        }
      }
      assertThat(millis).isGreaterThan(3_000);
    }
  }

  @Test
  void takeFewRoundTripsForAKeyThatIsAskedForOften() {
    RedisStore store = open();
    RateLimiter limiter = store.limiter(spec("10000000/s"));
    limiter.peek("alice"); // connects
    long began = System.nanoTime();
    int decisions = 0;
    while (decisions < 100_000 || System.nanoTime() - began < 300 * MILLI) {
      assertThat(limiter.decide("alice").isAdmitted()).isTrue();
      decisions++;
    }
    assertThat(store.stats().answered()).isBetween(2L, decisions / 100L);
  }

  @Test
  void areStrictWhereATenthOfTheBurstIsTooLittle() {
    RedisStore store = open();
    RateLimiter limiter = store.limiter(spec("1/h burst 79"));
    for (int i = 0; i < 100; i++) {
      assertThat(limiter.tryAcquire("alice")).isEqualTo(i < 79);
    }
    assertThat(store.stats().answered()).isEqualTo(80);
  }

  @Test
  void areStrictUntilAllInstancesAreCounted() {
    ManualTicker ticker = ManualTicker.startingAt(0);
    RedisStore store = RedisStore.at(server.uri())
        .timeout(Duration.ofSeconds(10))
        .ticker(ticker)
        .open();
    opened.add(store);
    RateLimiter limiter = store.limiter(spec("1000/s").withTicker(ticker));
    for (int i = 0; i < 500; i++) {
      ticker.advanceNanos(MILLI);
      limiter.tryAcquire("alice");
    }
    assertThat(store.stats().answered()).isEqualTo(500);
    for (int second = 0; second < 12; second++) {
      assertThat(store.isCountOfAll()).isEqualTo(second > 5);
      ticker.advance(Duration.ofSeconds(1));
      limiter.tryAcquire("bob");
    }
    for (int i = 0; i < 500; i++) {
      ticker.advanceNanos(MILLI);
      limiter.tryAcquire("alice");
    }
    assertThat(store.stats().answered()).isLessThan(800);
    assertThat(store.isCountOfAll()).isTrue();
    ticker.advance(Duration.ofSeconds(7)); // without a request
    assertThat(store.isCountOfAll()).isFalse();
  }

  @Test
  void areRefundedByTheStoreUpToTheBurst() {
    ManualTicker ticker = ManualTicker.startingAt(0);
    try (Stores stores = new Stores(server.uri())) {
      RedisStore store = stores.onTheClockOf(ticker, 1);
      RateLimiter limiter = store.limiter(spec("1000/s").withTicker(ticker));
      for (int i = 0; i < 200; i++) {
        ticker.advanceNanos(MILLI);
        limiter.tryAcquire("alice");
      }
      List<Reservation.Held> held = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        held.add((Reservation.Held) limiter.reserve("alice", 1));
      }
      long before = limiter.peek("alice").remaining();
      held.subList(0, 10).forEach(Reservation.Held::cancel);
      long after = limiter.peek("alice").remaining();
      assertThat(after - before).isEqualTo(10);

      ticker.advance(Duration.ofSeconds(2)); // all have come back
      held.forEach(Reservation.Held::cancel);
      assertThat(limiter.peek("alice").remaining()).isEqualTo(1_000);
    }
  }

  @Test
  void forgetWhatTheyHoldOfAKeyThatIsReset() {
    ManualTicker ticker = ManualTicker.startingAt(0);
    try (Stores stores = new Stores(server.uri())) {
      RedisStore store = stores.onTheClockOf(ticker, 1);
      RateLimiter limiter = store.limiter(spec("1000/s").withTicker(ticker));
      for (int i = 0; i < 100; i++) {
        ticker.advanceNanos(MILLI);
        limiter.tryAcquire("alice");
      }
      limiter.reset("alice");
      int admitted = 0;
      while (limiter.tryAcquire("alice")) {
        admitted++;
      }
      assertThat(admitted).isEqualTo(1_000);
    }
  }

  @Test
  void shareALimitOfAShieldWithOthersInOneAdmission() {
    RedisStore store = open();
    FlowShield shield = FlowShield.builder()
        .limit(Limit.together("everyone", "100000/s").withStore(store, Map.of("lease", "on")))
        .limit(Limit.each("key", "1/h burst 3").withStore(store))
        .build();
    List<CompletableFuture<?>> admitted = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      Request request = Request.of("key " + i % 100);
      admitted.add(shield.admitAsync(request).toCompletableFuture());
    }
    admitted.forEach(CompletableFuture::join);
    assertThat(shield.stats().admitted()).isEqualTo(300);
    assertThat(store.worstCase(RateLimit.parse("100/s"), Map.of("lease", "on"))).isEqualTo(210);
    assertThat(store.worstCase(RateLimit.parse("100/s"), Map.of())).isEqualTo(200);
  }

  @Test
  void areOnOrOff() {
    RedisStore store = open();
    assertThatThrownBy(() -> store.limiter(LimiterSpec.of("1/s").withOption("lease", "yes")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("option 'lease' must be on or off, got 'yes'");
  }
}
