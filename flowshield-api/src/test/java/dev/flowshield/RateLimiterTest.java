package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.flowshield.spi.RateAlgorithm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

  private static final RateLimit LIMIT = RateLimit.parse("100/s");

  @Test
  void takesUpToWhatIsThere() {
    List<Long> asked = new ArrayList<>();
    RateLimiter fiveLeft = (key, permits) -> {
      asked.add(permits);
      return permits <= 5 ? new Decision.Admitted(0) : new Decision.Rejected(5, 1);
    };

    assertThat(fiveLeft.tryAcquireUpTo("alice", 3)).isEqualTo(3);
    assertThat(fiveLeft.tryAcquireUpTo("alice", 9)).isEqualTo(5);
    assertThat(asked).containsExactly(3L, 9L, 5L);
  }

  @Test
  void takesAllThatIsThereIfMoreThanTheBurstIsAskedFor() {
    RateLimiter fiveLeft = (key, permits) -> permits <= 5
        ? new Decision.Admitted(0)
        : new Decision.Rejected(5, Decision.NEVER).withReason(Decision.Reason.BEYOND_BURST);

    assertThat(fiveLeft.tryAcquireUpTo("alice", Long.MAX_VALUE)).isEqualTo(5);
  }

  @Test
  void asksForNoPermitsTooSoThatTheMistakeIsRejected() {
    RateLimiter strict = (key, permits) -> {
      throw new IllegalArgumentException("permits must be 1 to 5, got " + permits);
    };

    for (long most : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> strict.tryAcquireUpTo("alice", most))
          .withMessageEndingWith("got " + most);
    }
  }

  @Test
  void triesAFewTimesForWhatIsNeverThere() {
    List<Long> asked = new ArrayList<>();
    RateLimiter promising = (key, permits) -> {
      asked.add(permits);
      return new Decision.Rejected(1_000_000, 1);
    };

    assertThat(promising.tryAcquireUpTo("alice", 1_000_000)).isZero();
    assertThat(asked).hasSizeLessThan(30);
    assertThat(((RateLimiter) (key, permits) -> new Decision.Rejected(0, 1)).tryAcquireUpTo("", 1))
        .isZero();
  }

  @Nested
  class ALimiterThatIsOnlyALambda {

    private final List<String> asked = new ArrayList<>();
    private final RateLimiter limiter = (key, permits) -> {
      asked.add(permits + " for '" + key + "'");
      return permits <= 2 ? new Decision.Admitted(9) : new Decision.Rejected(2, 1_000);
    };

    @Test
    void isAskedForOnePermitUnlessMoreAreWanted() {
      assertThat(limiter.decide("alice")).isEqualTo(new Decision.Admitted(9));
      assertThat(limiter.tryAcquire("bob")).isTrue();
      assertThat(asked).containsExactly("1 for 'alice'", "1 for 'bob'");
    }

    @Test
    void isAskedForTheEmptyKeyWhereThereIsNone() {
      assertThat(limiter.decide()).isEqualTo(new Decision.Admitted(9));
      assertThat(limiter.tryAcquire()).isTrue();
      assertThat(asked).containsExactly("1 for ''", "1 for ''");
    }

    @Test
    void isAskedForManyPermitsOfTheEmptyKey() {
      assertThat(limiter.decide(2)).isEqualTo(new Decision.Admitted(9));
      assertThat(limiter.tryAcquire(3)).isFalse();
      assertThat(asked).containsExactly("2 for ''", "3 for ''");
    }

    @Test
    void cannotWaitInWhateverForm() {
      Duration second = Duration.ofSeconds(1);
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> limiter.acquire(second))
          .withMessageContaining("must be able to wait for permits");
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> limiter.acquireAsync("alice", second));
    }

    @Test
    void answersYesOrNo() {
      assertThat(limiter.tryAcquire("alice", 2)).isTrue();
      assertThat(limiter.tryAcquire("alice", 3)).isFalse();
      assertThat(asked).containsExactly("2 for 'alice'", "3 for 'alice'");
    }

    @Test
    void isSynchronousWhenAskedToAnswerLater() {
      assertThat(limiter.decideAsync("alice", 3).toCompletableFuture())
          .isCompletedWithValue(new Decision.Rejected(2, 1_000));
      assertThat(asked).containsExactly("3 for 'alice'");
    }

    @Test
    void throwsACallersMistakeRatherThanCompletingWithIt() {
      RateLimiter picky = (key, permits) -> {
        throw new IllegalArgumentException("permits must be 1");
      };

      assertThatIllegalArgumentException()
          .isThrownBy(() -> picky.decideAsync("alice", 2))
          .withMessage("permits must be 1");
    }
  }

  @Test
  void takesKeysOfAtLeastEightThousandCharacters() {
    assertThat(RateLimiter.MAX_KEY_LENGTH).isEqualTo(8_192);
  }

  @Test
  void readsTheLimitBeforeItLooksForALimiter() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RateLimiter.of("a hundred a second"))
        .withMessageContaining("got 'a hundred a second'");
  }

  @Test
  @SuppressWarnings("NullAway") // a caller without null checks may pass null
  void namesTheArgumentThatIsNull() {
    assertThatNullPointerException()
        .isThrownBy(() -> RateLimiter.of((String) null))
        .withMessageStartingWith("limit must be permits/period, ");
    assertThatNullPointerException()
        .isThrownBy(() -> RateLimiter.of((RateLimit) null))
        .withMessage("limit");
    assertThatNullPointerException()
        .isThrownBy(() -> RateLimiter.of((LimiterSpec) null))
        .withMessage("spec");
    assertThatNullPointerException()
        .isThrownBy(() -> RateLimiter.of((String) null, LIMIT))
        .withMessage("name");
    assertThatNullPointerException()
        .isThrownBy(() -> RateLimiter.of("token-bucket", (LimiterSpec) null))
        .withMessage("spec");
    assertThatNullPointerException()
        .isThrownBy(() -> RateLimiter.of((RateAlgorithm) null, LimiterSpec.of(LIMIT)))
        .withMessage("algorithm");
  }
}
