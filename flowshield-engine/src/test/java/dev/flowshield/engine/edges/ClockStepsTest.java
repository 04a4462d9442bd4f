package dev.flowshield.engine.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A clock that steps back makes limits reject for longer. It does not make them forgive. */
class ClockStepsTest {

  private static final long SECOND = 1_000_000_000;
  private static final RateLimit TEN = RateLimit.parse("10/s");

  private final ManualTicker ticker = ManualTicker.startingAt(100 * SECOND);

  @ParameterizedTest
  @ValueSource(strings = {"token-bucket", "fixed-window", "sliding-window"})
  void aKeyInDebtHasNoSecondBurstWhenNewcomersTakeTheSlots(String algorithm) {
    RateLimiter limiter =
        RateLimiter.of(algorithm, LimiterSpec.of(TEN).withTicker(ticker).withMaxKeys(1));
    for (int round = 0; round < 200; round++) {
      newcomers(
          limiter, round + " before"); // so that there is a segment, and its slots change hands
      ticker.advanceNanos(-5 * SECOND);
      String alice = "alice " + round;
      int admitted = takeAll(limiter, alice);
      newcomers(limiter, round + " after");
      admitted += takeAll(limiter, alice);

      assertThat(admitted).as("at one instant").isLessThanOrEqualTo(10);
      ticker.advanceNanos(20 * SECOND);
    }
  }

  @Test
  void noneOfTenThousandKeysOfAShieldHasASecondBurst() {
    FlowShield shield = FlowShield.builder()
        .limit(Limit.each(Limit.KEY, "10/s").withMaxKeys(100_000))
        .ticker(ticker)
        .build();
    for (int key = 0; key < 10_000; key++) {
      admit(shield, "earlier key " + key);
    }
    ticker.advanceNanos(-5 * SECOND);
    int[] admitted = new int[10_000];
    for (int key = 0; key < 10_000; key++) {
      admitted[key] = takeAll(shield, "key " + key);
    }
    for (int key = 0; key < 40_000; key++) { // the segments grow
      admit(shield, "later key " + key);
    }
    for (int key = 0; key < 10_000; key++) {
      admitted[key] += takeAll(shield, "key " + key);
    }

    assertThat(IntStream.of(admitted).max()).as("at one instant").hasValue(10);
  }

  @Test
  void aKeyThatWasForgottenAsIdleOwesWhatItMayHaveOwedThen() {
    for (int round = 0; round < 20; round++) { // the seed of the hash decides who loses a slot
      RateLimiter limiter =
          RateLimiter.of("token-bucket", LimiterSpec.of(TEN).withTicker(ticker).withMaxKeys(1));
      String alice = "alice " + round;
      int admitted = takeAll(limiter, alice);
      ticker.advanceNanos(SECOND);
      newcomers(limiter, round + " while alice is idle");
      ticker.advanceNanos(-SECOND);

      admitted += takeAll(limiter, alice);

      assertThat(admitted).as("at one instant").isEqualTo(10);
    }
  }

  @Test
  void aKeyThatGrowthLeftBehindOwesWhatItMayHaveOwedThen() {
    for (int round = 0; round < 50; round++) {
      RateLimiter limiter =
          RateLimiter.of("token-bucket", LimiterSpec.of(TEN).withTicker(ticker).withMaxKeys(60));
      int[] admitted = new int[8];
      for (int key = 0; key < 8; key++) {
        admitted[key] = takeAll(limiter, round + " idle soon " + key);
      }
      ticker.advanceNanos(9 * SECOND / 10);
      for (int key = 0; key < 40; key++) {
        takeAll(limiter, round + " in debt " + key);
      }
      ticker.advanceNanos(SECOND / 10);
      for (int key = 0; key < 40; key++) { // the table grows
        takeAll(limiter, round + " new " + key);
      }
      ticker.advanceNanos(-SECOND);
      for (int key = 0; key < 8; key++) {
        admitted[key] += takeAll(limiter, round + " idle soon " + key);
      }

      assertThat(IntStream.of(admitted).max()).as("at one instant").hasValue(10);
      ticker.advanceNanos(10 * SECOND);
    }
  }

  @Test
  void aKeyThatTakesWhileTheClockStepsBackUnderANewcomerHasNoSecondBurst() {
    Deque<Runnable> meanwhile = new ArrayDeque<>();
    Ticker stepping = () -> {
      long reading = ticker.nanos();
      Runnable other = meanwhile.poll();
      if (other != null) {
        other.run();
      }
      return reading;
    };
    for (int reading = 0; reading < 4; reading++) { // of the newcomer's call
      RateLimiter limiter = RateLimiter.of(
          "token-bucket", LimiterSpec.of(TEN).withTicker(stepping).withMaxKeys(1));
      newcomers(limiter, "idle");
      ticker.advanceNanos(10 * SECOND);
      int[] admitted = {0};
      for (int i = 0; i < reading; i++) {
        meanwhile.add(() -> {});
      }
      meanwhile.add(() -> {
        ticker.advanceNanos(-5 * SECOND);
        admitted[0] = takeAll(limiter, "alice");
      });
      newcomers(limiter, "new");
      admitted[0] += takeAll(limiter, "alice");
      meanwhile.clear();

      assertThat(admitted[0]).as("at one instant").isLessThanOrEqualTo(10);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1_000})
  void anInstantThatComesAgainAndAgainHasOneBurst(int maxKeys) {
    RateLimiter limiter =
        RateLimiter.of("token-bucket", LimiterSpec.of(TEN).withTicker(ticker).withMaxKeys(maxKeys));
    Spans alice = new Spans(TEN);
    for (int round = 0; round < 20; round++) {
      for (long step :
          new long[] {7 * SECOND / 10, -SECOND / 5, 3 * SECOND / 10, -4 * SECOND / 5}) {
        ticker.advanceNanos(step);
        alice.admitted(ticker.nanos(), takeAll(limiter, "alice"));
        newcomers(limiter, round + " " + step);
      }
    }

    alice.assertWithinTheLimit();
  }

  @Test
  void rejectsForAsLongAsTheStepWasAndNoLonger() {
    RateLimiter limiter =
        RateLimiter.of("token-bucket", LimiterSpec.of(TEN).withTicker(ticker).withMaxKeys(1));
    newcomers(limiter, "idle");
    takeAll(limiter, "alice");
    ticker.advanceNanos(-3 * SECOND);
    assertThat(limiter.tryAcquire("alice")).isFalse();

    ticker.advanceNanos(4 * SECOND);

    assertThat(takeAll(limiter, "alice")).isEqualTo(10);
    assertThat(takeAll(limiter, "a key that is new")).isEqualTo(10);
  }

  /** As many as there are slots, and more. */
  private static void newcomers(RateLimiter limiter, String name) {
    for (int i = 0; i < 40; i++) {
      limiter.tryAcquire(name + " " + i);
    }
  }

  private static int takeAll(RateLimiter limiter, String key) {
    int count = 0;
    while (limiter.tryAcquire(key)) {
      count++;
    }
    return count;
  }

  private static int takeAll(FlowShield shield, String key) {
    int count = 0;
    while (admit(shield, key)) {
      count++;
    }
    return count;
  }

  private static boolean admit(FlowShield shield, String key) {
    if (shield.admit(key) instanceof Admitted admitted) {
      admitted.close();
      return true;
    }
    return false;
  }
}
