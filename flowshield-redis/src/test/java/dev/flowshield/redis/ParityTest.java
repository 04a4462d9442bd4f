package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limiter of the store and that of the engine, on one clock. */
class ParityTest {

  private static final long SEED = Long.getLong("flowshield.testkit.seed", 20261127);
  private static final int STEPS = 3_000;
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

  /** A reservation of each of them that is not settled yet. */
  private record Open(String key, Reservation.Held one, Reservation.Held other) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10/s",
        "7/s burst 3",
        "3000/s burst 50",
        "100/min burst 500",
        "99991/day burst 100",
        "1000000/s",
        "7/us",
        "100/s burst 20, 1000/min burst 100",
        "1/h burst 20"
      })
  void admitTheSameRequestsAtTheSameTimes(String limits) {
    ManualTicker ticker = ManualTicker.startingAt(0);
    LimiterSpec spec = LimiterSpec.of(limits).withTicker(ticker);
    RateLimiter local = RateLimiter.of(spec);
    RateLimiter shared = stores
        .onTheClockOf(ticker)
        .limiter(spec.withName("parity" + limits.replaceAll("[^a-z0-9]", "")));
    long interval =
        spec.limits().get(0).period().toNanos() / spec.limits().get(0).permits();
    Random random = new Random(SEED);
    long burst = spec.limits().stream().mapToLong(limit -> limit.burst()).min().orElseThrow();
    List<Open> open = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      String key = random.nextInt(4) == 0 ? "bob" : "alice";
      String what = limits + ", seed " + SEED + ", step " + step;
      switch (random.nextInt(8)) {
        case 0, 1 -> ticker.advanceNanos(random.nextLong(4 * interval + 1));
        case 2 -> {
          long permits = 1 + random.nextLong(burst);
          Reservation expected = local.reserve(key, permits);
          Reservation given = shared.reserve(key, permits);
          assertThat(given.isHeld()).as(what).isEqualTo(expected.isHeld());
          if (expected instanceof Reservation.Held one && given instanceof Reservation.Held other) {
            open.add(new Open(key, one, other));
          }
        }
        case 3 -> { // at once or much later, in any order
          if (!open.isEmpty()) {
            Open some = open.remove(random.nextInt(open.size()));
            long used = random.nextLong(2 * some.one.permits() + 1);
            some.one.settle(used);
            some.other.settle(used);
          }
        }
        case 4 -> assertThat(shared.peek(key)).as(what).isEqualTo(local.peek(key));
        case 5 -> {
          if (random.nextInt(20) == 0) {
            open.removeIf(some -> some.key.equals(key)); // which the engine would not refund
            local.reset(key);
            shared.reset(key);
          } else if (random.nextInt(10) == 0) {
            local.add(key, 1);
            shared.add(key, 1);
          }
        }
        default -> {
          long permits = 1 + random.nextLong(random.nextBoolean() ? 1 : burst);
          Decision expected = local.decide(key, permits);
          assertThat(shared.decide(key, permits)).as(what).isEqualTo(expected);
          if (expected instanceof Decision.Rejected rejected && random.nextInt(3) == 0) {
            ticker.advanceNanos(rejected.retryAfterNanos() - random.nextInt(2));
          }
        }
      }
    }
  }
}
