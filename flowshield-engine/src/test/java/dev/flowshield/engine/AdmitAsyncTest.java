package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A shield with a limit that is kept elsewhere, by a limiter whose answers come later. */
class AdmitAsyncTest {

  private static final Request ALICE = Request.of("alice");

  private final ManualTicker ticker = ManualTicker.atZero();
  private final LaterLimiter elsewhere = new LaterLimiter();
  private final FlowShield shield = shieldOf(elsewhere);

  private FlowShield shieldOf(RateLimiter limiter) {
    return FlowShield.builder()
        .limit("10/day")
        .limit(Limit.each("own", "5/day"))
        .limit(Limit.each("elsewhere", "5/day").withLimiter(limiter))
        .limit(Limit.each("candidate", "1/day").shadow())
        .named(Limit.each("tenant", "9/day"))
        .inFlight(2)
        .ticker(ticker)
        .build();
  }

  private void assertNothingIsTaken() {
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.stats().admitted()).isZero();
    assertThat(shield.peek("everyone", "").remaining()).isEqualTo(10);
    assertThat(shield.peek("own", "alice").remaining()).isEqualTo(5);
    assertThat(shield.peek("candidate", "alice").remaining()).isEqualTo(1);
  }

  @Test
  void isCompleteAtOnceWhereTheEngineKeepsAllLimits() {
    FlowShield local =
        FlowShield.builder().perKey("1/day").inFlight(5).ticker(ticker).build();

    assertThat(local.admitAsync(ALICE)).isCompletedWithValueMatching(Admitted.class::isInstance);
    assertThat(local.admitAsync(ALICE)).isCompletedWithValueMatching(OverLimit.class::isInstance);
    assertThat(local.admitAsync(Request.of("bob").reserved()).join())
        .isInstanceOfSatisfying(Admitted.class, admitted -> admitted.settle(0));
    assertThat(local.peek("key", "bob").remaining()).isEqualTo(1);
    assertThat(local.stats().inFlight()).isEqualTo(2);
  }

  @Test
  void holdsPermitsAndNoSlotWhileALimiterThinks() {
    CompletableFuture<Admission> answer = shield.admitAsync(ALICE);

    assertThat(answer).isNotDone();
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.peek("everyone", "").remaining()).isEqualTo(9);
    assertThat(shield.peek("candidate", "alice").remaining()).isEqualTo(1);

    elsewhere.admit();

    Admitted admitted = (Admitted) answer.join();
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    assertThat(shield.stats().limit("elsewhere").admitted()).isEqualTo(1);
    assertThat(shield.peek("candidate", "alice").remaining()).isZero();
    admitted.close();
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.peek("everyone", "").remaining()).isEqualTo(9);
    assertThat(elsewhere.used).isEmpty();
  }

  @Test
  void asksNothingElsewhereForWhatIsRejectedHere() {
    ((Admitted) admitted(shield.admitAsync(Request.of("alice", 1)))).close();
    for (int i = 0; i < 4; i++) {
      ((Admitted) admitted(shield.admitAsync(ALICE))).close();
    }

    assertThat(shield.admitAsync(ALICE).join()).extracting("name").isEqualTo("own");
    assertThat(elsewhere.asked).isEmpty();
    admitted(shield.admitAsync(Request.of("bob")));
    admitted(shield.admitAsync(Request.of("bob")));
    assertThat(shield.admitAsync(Request.of("carol")).join()).isInstanceOf(Shed.class);
    assertThat(elsewhere.asked).isEmpty();
    assertThat(shield.peek("own", "carol").remaining()).isEqualTo(5);
  }

  private Admission admitted(CompletableFuture<Admission> answer) {
    elsewhere.admit();
    return answer.join();
  }

  @Nested
  class GivesEverythingBack {

    private final CompletableFuture<Admission> answer = shield.admitAsync(ALICE);

    @Test
    void whenTheLimiterRejects() {
      elsewhere.reject(Duration.ofNanos(42));

      OverLimit rejection = (OverLimit) answer.join();
      assertThat(rejection.name()).isEqualTo("elsewhere");
      assertThat(rejection.limit()).isEqualTo(RateLimit.parse("5/day"));
      assertThat(rejection.retryAfterNanos()).isEqualTo(42);
      assertThat(shield.stats().limit("elsewhere").rejected()).isEqualTo(1);
      assertNothingIsTaken();
    }

    @Test
    void whenTheLimiterFails() {
      IllegalStateException down = new IllegalStateException("down");
      elsewhere.asked.remove().completeExceptionally(new CompletionException(down));

      assertThatThrownBy(answer::join).isInstanceOf(CompletionException.class).hasCause(down);
      assertNothingIsTaken();
    }

    @Test
    void whenTheLimiterHasNoAnswer() {
      elsewhere.asked.remove().complete(nothing());

      assertThatThrownBy(answer::join)
          .hasRootCauseMessage("an answer of the limiter that keeps limit 'elsewhere' must be"
              + " Admitted or Rejected, got null: correct that limiter");
      assertNothingIsTaken();
    }

    @Test
    void whenTheCallerCancelsAndTheLimiterNeverAnswers() {
      answer.cancel(true);

      assertNothingIsTaken();
    }

    @Test
    void whenTheCallerCancelsAndTheLimiterAnswersThen() {
      answer.cancel(false);
      elsewhere.admit();

      assertThat(elsewhere.used).containsExactly(0L);
      assertNothingIsTaken();
    }

    @Test
    void whenTheCallerHasWaitedForTooLong() {
      assertThatThrownBy(() -> answer.orTimeout(1, TimeUnit.MILLISECONDS).join())
          .hasCauseInstanceOf(TimeoutException.class);

      assertNothingIsTaken();
    }

    @Test
    void whenTheCallerDecidesByItself() {
      answer.complete(Shed.FULL);
      elsewhere.admit();

      assertThat(answer.join()).isSameAs(Shed.FULL);
      assertThat(elsewhere.used).containsExactly(0L);
      assertNothingIsTaken();
    }

    @Test
    void whenThereIsNoSlotAnyMore() {
      Admission first = admittedNow("bob");
      Admission second = admittedNow("carol");
      elsewhere.admit();

      assertThat(answer.join()).isInstanceOf(Shed.class);
      assertThat(elsewhere.used).containsExactly(0L);
      assertThat(shield.stats().shed()).isEqualTo(1);
      assertThat(shield.peek("own", "alice").remaining()).isEqualTo(5);
      assertThat(shield.peek("candidate", "alice").remaining()).isEqualTo(1);
      ((Admitted) first).close();
      ((Admitted) second).close();
      assertThat(shield.stats().inFlight()).isZero();
      assertThat(shield.peek("everyone", "").remaining()).isEqualTo(8);
    }

    private Admission admittedNow(String key) {
      CompletableFuture<Admission> other = shield.admitAsync(Request.of(key));
      elsewhere
          .asked
          .removeLast()
          .complete(new Reservation.Held(1, new Decision.Admitted(4), used -> {}));
      return other.join();
    }
  }

  @Test
  void countsTheFirstAnswerOnly() {
    CompletableFuture<Admission> answer = shieldOf(new Stuttering()).admitAsync(ALICE);

    assertThat(answer.join()).isInstanceOf(Admitted.class);
  }

  /** Calls back twice, each time with permits; the second ones come back. */
  private static final class Stuttering implements RateLimiter {

    @Override
    public Decision decide(String key, long permits) {
      return new Decision.Admitted(1);
    }

    @Override
    public CompletionStage<Reservation> reserveAsync(String key, long permits) {
      List<Long> used = new ArrayList<>();
      return new CompletableFuture<Reservation>() {
        @Override
        public CompletableFuture<Reservation> whenComplete(
            java.util.function.BiConsumer<? super Reservation, ? super Throwable> action) {
          Reservation first = new Reservation.Held(1, new Decision.Admitted(1), used::add);
          Reservation second = new Reservation.Held(1, new Decision.Admitted(1), used::add);
          action.accept(first, null);
          action.accept(second, null);
          assertThat(used).containsExactly(0L);
          return this;
        }
      };
    }

    @Override
    public Set<Capability> capabilities() {
      return EnumSet.of(Capability.RESERVE);
    }
  }

  @Test
  void failsTheFutureIfTheLimiterThrowsOrAnswersNothing() {
    IllegalStateException failure = new IllegalStateException("no route to host");
    for (RateLimiter limiter : List.of(throwing(failure), throwing(null))) {
      FlowShield broken = shieldOf(limiter);

      CompletableFuture<Admission> answer = broken.admitAsync(ALICE);

      assertThat(answer).isCompletedExceptionally();
      assertThat(broken.stats().inFlight()).isZero();
      assertThat(broken.peek("own", "alice").remaining()).isEqualTo(5);
      assertThat(broken.peek("everyone", "").remaining()).isEqualTo(10);
    }
  }

  private static RateLimiter throwing(@Nullable RuntimeException failure) {
    return new RateLimiter() {
      @Override
      public Decision decide(String key, long permits) {
        return new Decision.Admitted(1);
      }

      @Override
      public CompletionStage<Decision> decideAsync(String key, long permits) {
        if (failure != null) {
          throw failure;
        }
        return nothing();
      }
    };
  }

  @Test
  void holdsAPlaceForALimiterThatCannotTakePermitsBack() {
    Deque<CompletableFuture<Decision>> asked = new ArrayDeque<>();
    FlowShield shield = shieldOf(new RateLimiter() {
      @Override
      public Decision decide(String key, long permits) {
        throw new AssertionError("a caller would wait");
      }

      @Override
      public CompletionStage<Decision> decideAsync(String key, long permits) {
        asked.add(new CompletableFuture<>());
        return asked.getLast();
      }
    });
    CompletableFuture<Admission> admitted = shield.admitAsync(ALICE);
    CompletableFuture<Admission> rejected = shield.admitAsync(ALICE);
    CompletableFuture<Admission> shed = shield.admitAsync(ALICE);

    assertThat(shed.join()).isInstanceOf(Shed.class);
    assertThat(shield.stats().inFlight()).isEqualTo(2);
    asked.remove().complete(new Decision.Admitted(1));
    asked.remove().complete(new Decision.Rejected(0, 7));
    assertThat(rejected.join()).extracting("name").isEqualTo("elsewhere");
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    assertThat(shield.peek("own", "alice").remaining()).isEqualTo(4);
    ((Admitted) admitted.join()).close();
    CompletableFuture<Admission> left = shield.admitAsync(ALICE);
    left.cancel(false);
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.peek("own", "alice").remaining()).isEqualTo(4);
  }

  @Test
  void settlesWhatWasReservedElsewhereToo() {
    CompletableFuture<Admission> answer =
        shield.admitAsync(ALICE.charging(Charge.of("tenant", "acme", 3)).reserved());
    elsewhere.admit();
    Admitted admitted = (Admitted) answer.join();
    admitted.settle(Charge.of("tenant", "acme", 2), Charge.of("elsewhere", "alice", 0));

    assertThat(shield.peek("tenant", "acme").remaining()).isEqualTo(7);
    assertThat(shield.peek("own", "alice").remaining()).isEqualTo(4);
    assertThat(elsewhere.used).containsExactly(0L);
  }

  @Test
  void throwsAMistakeOfTheCallerAtOnce() {
    assertThatThrownBy(() -> shield.admitAsync(ALICE.charging(Charge.of("tenant", "acme", 0))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("permits must be at least 1");
    assertThat(elsewhere.asked).isEmpty();
  }

  @Test
  void asksNoLimiterForWhatItCanNeverGive() {
    CompletableFuture<Admission> answer =
        shield.admitAsync(ALICE.charging(Charge.of("tenant", "acme", 10)));

    assertThat(answer.join()).isInstanceOfSatisfying(OverLimit.class, rejection -> {
      assertThat(rejection.isRetryable()).isFalse();
      assertThat(rejection.name()).isEqualTo("tenant");
    });
    assertThat(elsewhere.asked).isEmpty();
  }

  @Test
  void onlyCountsWhatAShadowElsewhereWouldReject() {
    FlowShield shield = FlowShield.builder()
        .perKey("5/day")
        .limit(Limit.each("elsewhere", "5/day").shadow().withLimiter(elsewhere))
        .ticker(ticker)
        .build();
    CompletableFuture<Admission> answer = shield.admitAsync(ALICE);
    elsewhere.reject(Duration.ofNanos(42));

    assertThat(answer.join()).isInstanceOf(Admitted.class);
    assertThat(shield.stats().limit("elsewhere").rejected()).isEqualTo(1);
    assertThat(shield.stats().overLimit()).isZero();
  }

  @Test
  void blocksAKeyWithoutAskingElsewhere() {
    FlowShield shield = FlowShield.builder()
        .limit(Limit.each("elsewhere", "5/day")
            .withLimiter(elsewhere)
            .withPenalty(Penalty.after(1, Duration.ofMinutes(1))))
        .ticker(ticker)
        .build();
    CompletableFuture<Admission> first = shield.admitAsync(ALICE);
    elsewhere.reject(Duration.ofNanos(42));

    assertThat(first.join()).isInstanceOf(Blocked.class);
    assertThat(shield.admitAsync(ALICE).join()).isInstanceOf(Blocked.class);
    assertThat(elsewhere.asked).isEmpty();
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }
}
