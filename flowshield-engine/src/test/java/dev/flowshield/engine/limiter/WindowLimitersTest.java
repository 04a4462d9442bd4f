package dev.flowshield.engine.limiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.testkit.ManualTicker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The windows as users get them: by name, for many keys, under threads. */
class WindowLimitersTest {

  private static final long SECOND = 1_000_000_000;
  private static final Instant QUARTER_PAST_EIGHT = Instant.parse("2026-11-24T08:15:00Z");

  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 90 * SECOND);

  private LimiterSpec spec(String limit) {
    return LimiterSpec.of(RateLimit.parse(limit))
        .withTicker(ticker)
        .withInstantSource(() -> QUARTER_PAST_EIGHT);
  }

  private static Decision rejected(long retryAfterNanos, String limit) {
    return new Decision.Rejected(0, retryAfterNanos, limit, List.of());
  }

  @Test
  @Tag("classpath")
  void theFixedWindowBeginsAtTheFullHour() {
    RateLimiter limiter = RateLimiter.of("fixed-window", spec("2/h"));

    assertThat(limiter.decide("alice", 2)).isEqualTo(new Decision.Admitted(0));
    assertThat(limiter.decide("alice")).isEqualTo(rejected(45 * 60 * SECOND, "2/h"));
    assertThat(limiter.decide("bob")).isEqualTo(new Decision.Admitted(1));
    assertThat(limiter.decide()).as("without a key").isEqualTo(new Decision.Admitted(1));
    ticker.advanceNanos(45 * 60 * SECOND - 1);
    assertThat(limiter.tryAcquire("alice")).isFalse();
    ticker.advanceNanos(1);
    assertThat(limiter.decide("alice", 2)).isEqualTo(new Decision.Admitted(0));
  }

  @Test
  void theFixedWindowBeginsAtMidnightWhereTheOptionSays() {
    RateLimiter limiter =
        RateLimiter.of("fixed-window", spec("1/day").withOption("utc-offset", "-08:00"));

    limiter.tryAcquire("alice");

    assertThat(limiter.decide("alice")) // a quarter past midnight there
        .isEqualTo(rejected((24 * 60 - 15) * 60 * SECOND, "1/day"));
  }

  @Test
  void theWallClockIsReadOnce() {
    int[] readings = {0};
    RateLimiter limiter = RateLimiter.of("fixed-window", spec("1/h").withInstantSource(() -> {
      readings[0]++;
      return QUARTER_PAST_EIGHT;
    }));
    for (int i = 0; i < 10; i++) {
      limiter.decide("alice");
      ticker.advanceNanos(1000 * SECOND);
    }

    assertThat(readings[0]).isEqualTo(1);
  }

  @Test
  @Tag("classpath")
  void theSlidingWindowLetsTheLastWindowFade() {
    RateLimiter limiter = RateLimiter.of("sliding-window", spec("10/s"));

    assertThat(limiter.decide("alice", 10)).isEqualTo(new Decision.Admitted(0));
    assertThat(limiter.decide("alice")).isEqualTo(rejected(SECOND + SECOND / 10, "10/s"));
    ticker.advanceNanos(SECOND + SECOND / 2);
    assertThat(limiter.decide("alice", 3)).isEqualTo(new Decision.Admitted(2));
  }

  @Test
  void optionsThatNobodyReadsAreRejected() {
    assertThatThrownBy(
            () -> RateLimiter.of("fixed-window", spec("1/h").withOption("utc-ofset", "Z")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("options must be among [start, utc-offset], got [utc-ofset]");
    assertThatThrownBy(
            () -> RateLimiter.of("sliding-window", spec("1/h").withOption("utc-offset", "Z")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got [utc-offset]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Europe/Berlin", "CET"})
  void aRegionHasNoOffsetOfItsOwn(String text) {
    assertThatThrownBy(
            () -> RateLimiter.of("fixed-window", spec("1/h").withOption("utc-offset", text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("utc-offset must be Z or as '+02:00', at most 18 hours, got '" + text
            + "': say the offset itself, as that of a region may change with the seasons");
  }

  @ParameterizedTest
  @ValueSource(strings = {"+19:00", "two", ""})
  void anOffsetMustBeOne(String text) {
    assertThatThrownBy(
            () -> RateLimiter.of("fixed-window", spec("1/h").withOption("utc-offset", text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("utc-offset must be Z or as '+02:00', at most 18 hours, got '" + text
            + "': say how far the clock whose days you mean is ahead of UTC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fixed-window", "sliding-window"})
  void aShieldKeepsThemForEachKey(String name) {
    FlowShield shield = FlowShield.builder()
        .limit(Limit.each("key", "2/s").withLimiter(name))
        .ticker(ticker)
        .build();

    for (String key : List.of("alice", "bob")) {
      assertThat(shield.admit(key)).isNotInstanceOf(OverLimit.class);
      assertThat(shield.admit(key)).isNotInstanceOf(OverLimit.class);
      assertThat(shield.admit(key)).isInstanceOf(OverLimit.class);
    }
    assertThat(shield.stats().limit("key").tracked())
        .as("on the engine's table")
        .isEqualTo(2);
    ticker.advanceNanos(2 * SECOND);
    assertThat(shield.admit("alice")).isNotInstanceOf(OverLimit.class);
  }

  /**
   * One thread turns the time, only once the window's permits are all taken; so no permit is lost,
   * and none may be admitted twice. There is room for all strangers: where it is missing, a
   * newcomer shares an allowance with others, and gets less than its own.
   */
  @ParameterizedTest
  @ValueSource(strings = {"fixed-window", "sliding-window"})
  @Tag("slow")
  void sixteenThreadsGetTheLimitOfEachWindowToThePermit(String name) throws Exception {
    int windows = 100;
    RateLimiter limiter = RateLimiter.of(name, spec("500/s").withMaxKeys(100_000));
    ExecutorService threads = Executors.newFixedThreadPool(16);
    CyclicBarrier together = new CyclicBarrier(16);
    List<Future<Long>> counts = new ArrayList<>();
    try {
      for (int i = 0; i < 16; i++) {
        int thread = i;
        counts.add(threads.submit(() -> {
          together.await();
          long mine = 0;
          for (int window = 0; window < windows; window++) {
            for (int call = 0; call < 200; call++) {
              if (call % 8 == 0) { // strangers: slots change hands and segments grow
                limiter.tryAcquire(thread + "-" + window + "-" + call);
              } else if (limiter.tryAcquire("hot")) {
                mine++;
              }
            }
            if (thread == 0) {
              while (limiter.tryAcquire("hot")) {
                mine++;
              }
              ticker.advanceNanos(SECOND);
            }
          }
          return mine;
        }));
      }
      long admitted = 0;
      for (Future<Long> count : counts) {
        admitted += count.get();
      }
      while (limiter.tryAcquire("hot")) {
        admitted++;
      }
      // At its very beginning a sliding window still counts all of the last: every other one is
      // full.
      assertThat(admitted)
          .isEqualTo(500L * (name.equals("fixed-window") ? windows + 1 : windows / 2 + 1));
    } finally {
      threads.shutdownNow();
    }
  }
}
