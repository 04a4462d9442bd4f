package dev.flowshield.engine.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation.Held;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Changing a limit, however often, neither costs permits nor makes any. */
class ChangingToAndFroTest {

  private static final long SECOND = 1_000_000_000;

  private final ManualTicker ticker = ManualTicker.atZero();

  @ParameterizedTest
  @CsvSource({
    "token-bucket, alice", "token-bucket, ''",
    "fixed-window, alice", "fixed-window, ''",
    "sliding-window, alice", "sliding-window, ''"
  })
  void toTheSameLimitIsNoChange(String algorithm, String key) {
    RateLimiter limiter = limiter(algorithm, "1/min");
    int admitted = 0;
    for (int tick = 0; tick < 360; tick++) { // an hour
      admitted += limiter.tryAcquire(key) ? 1 : 0;
      limiter.changeTo("1/min");
      ticker.advanceNanos(10 * SECOND);
    }

    assertThat(admitted).isBetween(algorithm.equals("sliding-window") ? 30 : 60, 61);
  }

  @Test
  void toTheSameLimitKeepsWhatCanBeGivenBack() {
    RateLimiter limiter = limiter("token-bucket", "1/min, 10/h");
    Held held = (Held) limiter.reserve("alice", 1);

    limiter.changeTo("1/min, 10/h");
    held.cancel();

    assertThat(limiter.tryAcquire("alice")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"alice", ""})
  void betweenOneAndTwoAMinuteAdmitsNoFewerThanOne(String key) {
    RateLimiter limiter = limiter("token-bucket", "1/min");
    int admitted = 0;
    for (int tick = 0; tick < 360; tick++) { // an hour
      while (limiter.tryAcquire(key)) {
        admitted++;
      }
      limiter.changeTo(tick % 2 == 0 ? "2/min" : "1/min");
      ticker.advanceNanos(10 * SECOND);
    }

    assertThat(admitted).isBetween(60, 2 * 60 + 2);
  }

  @ParameterizedTest
  @CsvSource({
    "fixed-window, alice",
    "sliding-window, alice",
    "fixed-window, ''",
    "sliding-window, ''"
  })
  void ofWindowsStarvesNobody(String algorithm, String key) {
    RateLimiter limiter = limiter(algorithm, "1/min");
    int admitted = 0;
    for (int tick = 0; tick < 360; tick++) { // an hour
      while (limiter.tryAcquire(key)) {
        admitted++;
      }
      limiter.changeTo(tick % 2 == 0 ? "2/min" : "1/min");
      ticker.advanceNanos(10 * SECOND);
    }

    assertThat(admitted).isBetween(30, 2 * 60 + 2);
  }

  @ParameterizedTest
  @CsvSource({"fixed-window, 350", "sliding-window, 350", "fixed-window, 53", "sliding-window, 53"})
  void ofWindowsOfOtherLengthsStarvesNobody(String algorithm, long millis) {
    RateLimiter limiter = limiter(algorithm, "1/2s");
    int admitted = 0;
    for (long passed = 0; passed < 84_000; passed += millis) {
      while (limiter.tryAcquire("alice")) {
        admitted++;
      }
      limiter.changeTo(passed / millis % 2 == 0 ? "1/s" : "1/2s");
      ticker.advanceNanos(millis * 1_000_000);
    }

    assertThat(admitted).isBetween(21, 85);
  }

  @Test
  void keepsFractionsOfAPermit() {
    RateLimiter limiter = limiter("token-bucket", "1/min");
    limiter.tryAcquire("alice");
    ticker.advanceNanos(45 * SECOND);

    limiter.changeTo("2/min");
    limiter.changeTo("3/min");
    limiter.changeTo("1/min");

    assertThat(limiter.peek("alice"))
        .isInstanceOfSatisfying(
            Decision.Rejected.class,
            rejected ->
                assertThat(rejected.retryAfterNanos()).isBetween(15 * SECOND, 15 * SECOND + 6));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void inOneInstantMakesNoPermits(int times) {
    RateLimiter limiter = limiter("token-bucket", "10/s burst 3");
    int admitted = 0;
    for (int i = 0; i < times; i++) {
      while (limiter.tryAcquire("alice")) {
        admitted++;
      }
      limiter.changeTo("7/min burst 3");
      while (limiter.tryAcquire("alice")) {
        admitted++;
      }
      limiter.changeTo("10/s burst 3");
    }

    assertThat(admitted).isEqualTo(3);
    ticker.advanceNanos(SECOND / 10 + 4L * times); // two nanoseconds a change, at most
    assertThat(limiter.tryAcquire("alice")).isTrue();
    assertThat(limiter.tryAcquire("alice")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"token-bucket", "fixed-window"})
  void doesNotPutThoseOffThatOweMoreThanTheBurst(String algorithm) {
    RateLimiter limiter = limiter(algorithm, "1/min");
    ((Held) limiter.reserve("alice", 1)).settle(5); // four minutes more
    for (int tick = 0; tick < 25; tick++) {
      limiter.changeTo(tick % 2 == 0 ? "2/min" : "1/min");
      ticker.advanceNanos(10 * SECOND);
      assertThat(limiter.tryAcquire("alice")).as("after %s0 s", tick + 1).isEqualTo(false);
    }
    limiter.changeTo("1/min");
    ticker.advanceNanos(50 * SECOND + 50);

    assertThat(limiter.tryAcquire("alice")).as("after five minutes").isTrue();
  }

  @Test
  void leavesThoseThatWaitAndThoseBehindThemNeitherLateNorEarly() {
    RateLimiter limiter = limiter("token-bucket", "1/min");
    limiter.tryAcquire("alice");
    CompletableFuture<Decision> first = limiter.acquireAsync("alice", 1, Duration.ofHours(1));
    CompletableFuture<Decision> second = limiter.acquireAsync("alice", 1, Duration.ofHours(1));
    for (int tick = 0; tick < 12; tick++) {
      assertThat(first.isDone()).isEqualTo(tick >= 6);
      limiter.changeTo(tick % 2 == 0 ? "2/min" : "1/min");
      assertThat(limiter.tryAcquire("alice")).isFalse();
      ticker.advanceNanos(10 * SECOND);
    }

    assertThat(second).isCompleted();
    assertThat(limiter.tryAcquire("alice")).isFalse();
    ticker.advanceNanos(60 * SECOND + 50);
    assertThat(limiter.tryAcquire("alice")).isTrue();
  }

  @Test
  void ofOneOfTwoLimitsOfAShieldLeavesTheOtherAlone() {
    FlowShield shield = FlowShield.builder()
        .ticker(ticker)
        .limit("100/min, 1000/h")
        .perKey("1/min, 1/h")
        .build();
    ((Admitted) shield.admit("alice")).close();
    for (int tick = 0; tick < 359; tick++) {
      shield.change(Map.of("key", tick % 2 == 0 ? "2/min, 1/h" : "1/min, 1/h"));
      shield.change(Map.of("everyone", tick % 2 == 0 ? "90/min, 1000/h" : "100/min, 1000/h"));
      ticker.advanceNanos(10 * SECOND);
    }
    assertThat(shield.admit("alice")).isNotInstanceOf(Admitted.class);
    ticker.advanceNanos(10 * SECOND);

    assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
    assertThat(shield.peek("everyone", "").remaining()).as("of 90").isEqualTo(89);
  }

  private RateLimiter limiter(String algorithm, String limits) {
    List<RateLimit> all = RateLimit.parseAll(limits);
    return RateLimiter.of(
        algorithm,
        LimiterSpec.ofAll(all)
            .withTicker(ticker)
            .withInstantSource(() -> Instant.EPOCH) // a minute begins
            .withMaxKeys(10));
  }
}
