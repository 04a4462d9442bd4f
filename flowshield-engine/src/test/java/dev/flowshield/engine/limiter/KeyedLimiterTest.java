package dev.flowshield.engine.limiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Reservation;
import dev.flowshield.Reservation.Held;
import dev.flowshield.Ticker;
import dev.flowshield.engine.keyed.Meanwhile;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedLimiterTest {

  private static final long MILLISECOND = 1_000_000;
  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 500 * MILLISECOND);
  private final RateLimiter limiter = limiter("10/s burst 4");

  private RateLimiter limiter(String limits) {
    return new KeyedLimiter(Gcra::new, spec(limits));
  }

  private LimiterSpec spec(String limits) {
    return LimiterSpec.ofAll(RateLimit.parseAll(limits)).withTicker(ticker);
  }

  @Test
  void threadsThatTakeWhatIsThereGetTheWholeBurstTogether() throws InterruptedException {
    RateLimiter shared = limiter("1000/day, 1200/day burst 900");
    LongAdder taken = new LongAdder();
    List<Thread> threads = Stream.generate(() -> new Thread(() -> {
          for (int i = 0; i < 100; i++) {
            taken.add(shared.tryAcquireUpTo("alice", 7));
          }
        }))
        .limit(4)
        .toList();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(taken.sum() + shared.tryAcquireUpTo("alice", 900)).isEqualTo(900);
  }

  @Nested
  class ToWhichPermitsAreAdded {

    private final RateLimiter slow = limiter("1/s burst 5");

    @ParameterizedTest
    @ValueSource(strings = {"alice", ""})
    void givesThemToThoseThatWait(String key) {
      assertThat(slow.tryAcquire(key, 5)).isTrue();
      CompletableFuture<Decision> first = slow.acquireAsync(key, 3, HOUR);
      CompletableFuture<Decision> second = slow.acquireAsync(key, 2, HOUR);

      slow.add(key, 4);
      assertThat(first).isCompletedWithValueMatching(Decision::isAdmitted);
      assertThat(second).isNotDone();
      assertThat(slow.tryAcquire(key)).isFalse();
      ticker.advanceNanos(1000 * MILLISECOND);

      assertThat(second).isCompletedWithValueMatching(Decision::isAdmitted);
      assertThat(slow.tryAcquire(key)).isFalse();
      assertThat(ticker.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", ""})
    void admitsNoSecondBurstAtTheInstantAtWhichACallerWasToBeServed(String key) {
      assertThat(slow.tryAcquire(key, 5)).isTrue();
      CompletableFuture<Decision> waiting = slow.acquireAsync(key, 5, HOUR);

      slow.add(key, 5);
      assertThat(waiting).isCompletedWithValueMatching(Decision::isAdmitted);
      assertThat(slow.tryAcquire(key)).isFalse();
      ticker.advanceNanos(4999 * MILLISECOND);
      assertThat(slow.tryAcquire(key, 5)).isFalse();
      ticker.advanceNanos(MILLISECOND);
      assertThat(slow.tryAcquire(key, 5)).isTrue();
    }

    @Test
    void givesThemToThoseThatWaitForSeveralLimits() {
      RateLimiter both = limiter("1/s burst 5, 10/min");
      assertThat(both.tryAcquire("alice", 5)).isTrue();
      assertThat(both.tryAcquire("bob", 5)).isTrue();
      CompletableFuture<Decision> waiting = both.acquireAsync("alice", 4, HOUR);

      both.add("bob", 9);
      assertThat(waiting).isNotDone();
      both.add("alice", 3);
      ticker.advanceNanos(999 * MILLISECOND);
      assertThat(waiting).isNotDone();
      ticker.advanceNanos(MILLISECOND);

      assertThat(waiting).isCompletedWithValueMatching(Decision::isAdmitted);
    }
  }

  @Nested
  class OfSeveralLimits {

    private final RateLimiter both = limiter("10/s burst 2, 3/min");

    @Test
    void isHeldToEach() {
      assertThat(both.decide("alice", 2).isAdmitted()).isTrue();
      assertThat(both.tryAcquire("alice")).as("the first is spent").isFalse();
      ticker.advanceNanos(200 * MILLISECOND);
      assertThat(both.tryAcquire("alice")).isTrue();
      assertThat(both.tryAcquire("alice")).as("the second is spent").isFalse();
      assertThat(both.tryAcquire("bob")).isTrue();
    }

    @Test
    void tellsWhichRejectsAndWhatRemainsOfEach() {
      both.decide("alice", 2);

      assertThat(both.decide("alice", 2))
          .isEqualTo(new Decision.Rejected(
              0,
              20_000 * MILLISECOND,
              "3/min",
              List.of(
                  new LimitStatus(RateLimit.parse("10/s burst 2"), 0, 200 * MILLISECOND),
                  new LimitStatus(RateLimit.parse("3/min"), 1, 20_000 * MILLISECOND))));
      ticker.advanceNanos(20_000 * MILLISECOND);
      assertThat(both.decide("alice", 2))
          .isEqualTo(new Decision.Admitted(
              0,
              List.of(
                  new LimitStatus(RateLimit.parse("10/s burst 2"), 0, 200 * MILLISECOND),
                  new LimitStatus(RateLimit.parse("3/min"), 0, 40_000 * MILLISECOND))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void takesNothingFromOneWhenTheOtherRejects(String key) {
      both.decide(key, 2);
      ticker.advanceNanos(200 * MILLISECOND);
      both.decide(key, 1); // the second limit is spent, the first has one left
      for (int i = 0; i < 100; i++) {
        assertThat(both.tryAcquire(key)).isFalse();
      }
      assertThat(both.decide(key).limits().get(0).remaining()).isOne();
    }

    @Test
    void cannotGiveMoreAtOnceThanTheLeastBurst() {
      assertThat(both.decide("alice", 3))
          .isEqualTo(new Decision.Rejected(
              2,
              Decision.NEVER,
              "10/s burst 2",
              List.of(
                  new LimitStatus(RateLimit.parse("10/s burst 2"), 2, Decision.NEVER),
                  new LimitStatus(RateLimit.parse("3/min"), 3, 0)),
              Decision.Reason.BEYOND_BURST));
      assertThat(both.tryAcquireUpTo("alice", Long.MAX_VALUE)).isEqualTo(2);
    }
  }

  @Nested
  class WithoutAKey {

    @Test
    void isLimitedAsOneKeyApartFromAllOthers() {
      for (int i = 0; i < 4; i++) {
        assertThat(limiter.tryAcquire()).isTrue();
      }
      assertThat(limiter.tryAcquire()).isFalse();
      assertThat(limiter.tryAcquire("alice")).isTrue();
    }

    @Test
    void isHeldToEachOfSeveralLimits() {
      RateLimiter both = limiter("10/s burst 2, 3/min");
      assertThat(both.tryAcquire()).isTrue();
      assertThat(both.tryAcquire()).isTrue();
      assertThat(both.tryAcquire()).as("the first is spent").isFalse();
      ticker.advanceNanos(200 * MILLISECOND);
      assertThat(both.tryAcquire()).isTrue();
      assertThat(both.tryAcquire()).as("the second is spent").isFalse();
    }
  }

  @Test
  void takesNoKeyThatIsTooLongForAnything() {
    String longest = "k".repeat(RateLimiter.MAX_KEY_LENGTH);
    assertThat(limiter.peek(longest).isAdmitted()).isTrue();

    List<ThrowingCallable> calls = List.of(
        () -> limiter.decide(longest + "k"),
        () -> limiter.tryAcquire(longest + "k"),
        () -> limiter.acquireAsync(longest + "k", 1, HOUR),
        () -> limiter.reserve(longest + "k", 1),
        () -> limiter.peek(longest + "k"),
        () -> limiter.reset(longest + "k"));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("key must be at most 8192 characters, got one of 8193");
    }
  }

  @Nested
  class StartingEmpty {

    private final RateLimiter empty = RateLimiter.of(LimiterSpec.of("10/s burst 4")
        .withOption("start", "empty")
        .withTicker(ticker)
        .withMaxKeys(100));

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void givesWhatHasComeSinceTheStartAndNoMore(String key) {
      assertThat(empty.decide(key)).isEqualTo(rejected(100));
      assertThat(empty.peek(key)).isEqualTo(rejected(100));
      ticker.advanceNanos(250 * MILLISECOND);
      assertThat(empty.tryAcquireUpTo(key, 4)).isEqualTo(2);
      ticker.advanceNanos(1000 * MILLISECOND);
      assertThat(empty.peek(key)).isEqualTo(new Decision.Admitted(4));
    }

    @Test
    void isForTheStartAloneSoAKeyThatWasForgottenHasItsBurst() {
      ticker.advanceNanos(400 * MILLISECOND);
      for (int i = 0; i < 100_000; i++) { // the slots of those before are passed on
        assertThat(empty.tryAcquireUpTo("key " + i, 4)).isEqualTo(4);
        ticker.advanceNanos(40 * MILLISECOND);
      }
      assertThat(empty.tryAcquireUpTo("key 0", 4)).isEqualTo(4);
    }

    @Test
    void holdsForAllOfAFloodHoweverFewHaveASlot() {
      ticker.advanceNanos(100 * MILLISECOND);
      for (int i = 0; i < 10_000; i++) {
        assertThat(empty.tryAcquireUpTo("key " + i, 4)).isLessThanOrEqualTo(1);
      }
    }

    @Test
    void keepsItsProportionInAChange() {
      empty.changeTo("10/s burst 8");
      assertThat(empty.decide("alice")).isInstanceOf(Decision.Rejected.class);
      assertThat(empty.decide()).isInstanceOf(Decision.Rejected.class);
      ticker.advanceNanos(100 * MILLISECOND);
      assertThat(empty.tryAcquireUpTo("alice", 8)).isEqualTo(1);
      assertThat(empty.tryAcquireUpTo("", 8)).isEqualTo(1);
    }

    @Test
    void takesPermitsThatAreAddedToAKeyThatWasNeverSeen() {
      empty.add("alice", 2);
      assertThat(empty.tryAcquireUpTo("alice", 4)).isEqualTo(2);
      empty.add("bob", 9);
      assertThat(empty.tryAcquireUpTo("bob", 4))
          .as("all but one are remembered")
          .isEqualTo(3);
      empty.add("", 3);
      assertThat(empty.tryAcquireUpTo("", 4)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fixed-window", "sliding-window"})
    void lastsUntilTheWindowIsOver(String name) {
      RateLimiter windows = RateLimiter.of(
          name,
          LimiterSpec.of("4/s")
              .withOption("start", "empty")
              .withTicker(ticker)
              .withInstantSource(InstantSource.fixed(Instant.EPOCH)));
      assertThat(windows.tryAcquire("alice")).isFalse();
      assertThat(windows.tryAcquire()).isFalse();
      ticker.advanceNanos(2000 * MILLISECOND);
      assertThat(windows.tryAcquire("alice", 4)).isTrue();
      assertThat(windows.tryAcquire(4)).isTrue();
    }

    @Test
    void fillsTheCellsOfABigBurstOnlyWithWhatHasCome() {
      RateLimiter big = RateLimiter.of(
          LimiterSpec.of("1000/s burst 100000").withOption("start", "empty").withTicker(ticker));
      assertThat(big.tryAcquire()).isFalse();
      ticker.advanceNanos(1000 * MILLISECOND);
      long taken = 0;
      while (big.tryAcquire()) {
        taken++;
      }
      assertThat(taken).isEqualTo(1000);
    }

    @Test
    void isSaidInAWordThatIsKnown() {
      LimiterSpec spec = LimiterSpec.of("10/s").withOption("start", "half");
      assertThatThrownBy(() -> RateLimiter.of(spec))
          .hasMessage("start must be 'full' or 'empty', got 'half': leave it out for keys that"
              + " begin with their whole burst");
    }
  }

  @Nested
  class Waiting {

    @Test
    void isNotNeededForPermitsThatAreThere() {
      CompletableFuture<Decision> now = limiter.acquireAsync("alice", 4, Duration.ZERO);

      assertThat(now).isCompletedWithValue(new Decision.Admitted(0));
      assertThat(ticker.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void endsTheMomentThePermitsAreThere(String key) {
      limiter.decide(key, 4);
      CompletableFuture<Decision> waiting = limiter.acquireAsync(key, 3, HOUR);
      ticker.advanceNanos(300 * MILLISECOND - 1);
      assertThat(waiting).isNotDone();
      ticker.advanceNanos(1);
      assertThat(waiting).isCompletedWithValue(new Decision.Admitted(0));
    }

    @Test
    void isRejectedAtOnceWhenItWouldTakeTooLong() {
      limiter.decide("alice", 4);

      assertThat(limiter.acquireAsync("alice", 1, Duration.ofMillis(100).minusNanos(1)))
          .isCompletedWithValue(new Decision.Rejected(0, 100 * MILLISECOND, "10/s burst 4"));
      assertThat(limiter.acquireAsync("alice", 1, Duration.ofMillis(100))).isNotDone();
    }

    @Test
    void tellsAQueueThatIsFullFromAWaitThatIsTooLong() {
      RateLimiter narrow =
          RateLimiter.of(LimiterSpec.of("10/s burst 4").withMaxQueued(2).withTicker(ticker));
      narrow.decide(4);
      CompletableFuture<Decision> first = narrow.acquireAsync(HOUR);
      assertThat(narrow.acquireAsync("alice", HOUR)).as("another key").isCompleted();
      CompletableFuture<Decision> second = narrow.acquireAsync(HOUR);

      Decision.Rejected full = (Decision.Rejected) narrow.acquireAsync(HOUR).join();
      Decision.Rejected tooLong =
          (Decision.Rejected) narrow.acquireAsync(Duration.ofMillis(299)).join();

      assertThat(full.reason()).isEqualTo(Decision.Reason.QUEUE_FULL);
      assertThat(full.retryAfterNanos()).isEqualTo(300 * MILLISECOND);
      assertThat(full.limit()).isEqualTo("10/s burst 4");
      assertThat(full)
          .hasToString("Rejected[remaining=0, retryAfterNanos=300000000,"
              + " limit=10/s burst 4, limits=[], reason=QUEUE_FULL]");
      assertThat(tooLong).isEqualTo(rejected(300)).isNotEqualTo(full);
      assertThat(narrow.decide()).as("did not want to wait").isEqualTo(rejected(300));
      first.cancel(false);
      assertThat(narrow.acquireAsync(HOUR)).as("there is room again").isNotDone();
      assertThat(second).isNotDone();
    }

    @Test
    void tellsAFullQueueOfSeveralLimitsTooAndKeepsTheirStandings() {
      RateLimiter narrow =
          RateLimiter.of(LimiterSpec.of("10/s burst 4, 100/h").withMaxQueued(0).withTicker(ticker));
      narrow.decide("alice", 4);

      Decision.Rejected full =
          (Decision.Rejected) narrow.acquireAsync("alice", HOUR).join();

      assertThat(full.reason()).isEqualTo(Decision.Reason.QUEUE_FULL);
      assertThat(full.limits()).extracting(LimitStatus::remaining).containsExactly(0L, 96L);
    }

    @Test
    void waitsThroughAnInterruptByJoin() throws Exception {
      limiter.decide("alice", 4);
      CompletableFuture<Boolean> wasInterrupted = new CompletableFuture<>();
      Thread waiter = new Thread(() -> {
        boolean admitted = limiter.acquireAsync("alice", HOUR).join().isAdmitted();
        wasInterrupted.complete(admitted && Thread.currentThread().isInterrupted());
      });
      waiter.start();
      ticker.awaitPending(1);
      waiter.interrupt();
      ticker.advanceNanos(100 * MILLISECOND);

      assertThat(wasInterrupted.get(1, TimeUnit.MINUTES)).isTrue();
      waiter.join();
    }

    @Test
    void isFirstComeFirstServed() {
      limiter.decide("alice", 4);
      CompletableFuture<Decision> first = limiter.acquireAsync("alice", 3, HOUR);
      CompletableFuture<Decision> second = limiter.acquireAsync("alice", 1, HOUR);
      ticker.advanceNanos(200 * MILLISECOND);
      assertThat(limiter.tryAcquire("alice"))
          .as("two are back, but they are taken")
          .isFalse();
      assertThat(second).isNotDone();
      ticker.advanceNanos(100 * MILLISECOND);
      assertThat(first).isCompleted();
      assertThat(second).isNotDone();
      ticker.advanceNanos(100 * MILLISECOND);
      assertThat(second).isCompleted();
    }

    @Test
    void givesThePermitsBackWhenItIsCancelled() {
      limiter.decide("alice", 4);
      CompletableFuture<Decision> waiting = limiter.acquireAsync("alice", 4, HOUR);
      assertThat(limiter.peek("alice")).isEqualTo(rejected(500));

      waiting.cancel(false);

      assertThat(limiter.peek("alice")).isEqualTo(rejected(100));
      assertThat(ticker.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void givesThePermitsBackThoughATrueCostWasChargedBehindThem(String key) {
      Held held = (Held) limiter.reserve(key, 1);
      limiter.decide(key, 3);
      CompletableFuture<Decision> waiting = limiter.acquireAsync(key, 1, HOUR);
      held.settle(2);
      assertThat(limiter.peek(key)).isEqualTo(rejected(300));

      waiting.cancel(false);

      assertThat(limiter.peek(key)).isEqualTo(rejected(200));
    }

    @Test
    void isForAFewAtATime() {
      RateLimiter narrow = new KeyedLimiter(Gcra::new, spec("10/s burst 4").withMaxQueued(2));
      narrow.decide("alice", 4);
      CompletableFuture<Decision> first = narrow.acquireAsync("alice", 1, HOUR);
      narrow.acquireAsync("alice", 1, HOUR).isDone();

      assertThat(narrow.acquireAsync("alice", 1, HOUR))
          .isCompletedWithValue(new Decision.Rejected(0, 300 * MILLISECOND, "10/s burst 4")
              .withReason(Decision.Reason.QUEUE_FULL));
      first.cancel(false);
      assertThat(narrow.acquireAsync("alice", 1, HOUR)).isNotDone();
      ticker.advanceNanos(1000 * MILLISECOND);
      assertThat(narrow.acquireAsync("alice", 4, HOUR)).isDone();
      assertThat(narrow.acquireAsync("alice", 1, HOUR)).isNotDone();
    }

    @Test
    void holdsForAllLimitsTogether() {
      RateLimiter both = limiter("10/s burst 2, 3/min");
      both.decide("alice", 2);
      CompletableFuture<Decision> waiting = both.acquireAsync("alice", 2, HOUR);
      ticker.advanceNanos(20_000 * MILLISECOND - 1);
      assertThat(waiting).isNotDone();
      ticker.advanceNanos(1);
      assertThat(waiting).isCompleted();
    }

    @Test
    void blocksTheThreadUntilThen() throws Exception {
      limiter.decide("alice", 4);
      CompletableFuture<Decision> answer = new CompletableFuture<>();
      Thread caller = new Thread(() -> {
        try {
          answer.complete(limiter.acquire("alice", 1, HOUR));
        } catch (Throwable failure) {
          answer.completeExceptionally(failure);
        }
      });
      caller.start();
      ticker.awaitPending(1);

      ticker.advanceNanos(100 * MILLISECOND);

      assertThat(answer.get()).isEqualTo(new Decision.Admitted(0));
    }

    @Test
    void givesThePermitsBackWhenTheThreadIsInterrupted() throws Exception {
      limiter.decide("alice", 4);
      CompletableFuture<Decision> answer = new CompletableFuture<>();
      Thread caller = new Thread(() -> {
        try {
          answer.complete(limiter.acquire("alice", 1, HOUR));
        } catch (Throwable failure) {
          answer.completeExceptionally(failure);
        }
      });
      caller.start();
      ticker.awaitPending(1);

      caller.interrupt();

      assertThatThrownBy(answer::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InterruptedException.class);
      assertThat(limiter.peek("alice")).isEqualTo(rejected(100));
    }

    @Test
    void isNotShortenedByAClockThatStepsBack() {
      limiter.decide("alice", 4);
      CompletableFuture<Decision> waiting = limiter.acquireAsync("alice", 1, HOUR);
      ticker.advanceNanos(-1000 * MILLISECOND);
      ticker.advanceNanos(1099 * MILLISECOND);
      assertThat(waiting).isNotDone();
      ticker.advanceNanos(MILLISECOND);
      assertThat(waiting).isCompleted();
    }

    @Test
    void failsWithTheTickerAndKeepsNothing() {
      IllegalStateException broken = new IllegalStateException("no timers today");
      RateLimiter timeless = new KeyedLimiter(
          Gcra::new,
          LimiterSpec.of(RateLimit.parse("10/s burst 4")).withTicker(new Timeless(ticker, broken)));
      timeless.decide("alice", 4);

      assertThat(timeless.acquireAsync("alice", 1, HOUR))
          .isCompletedExceptionally()
          .failsWithin(Duration.ZERO)
          .withThrowableOfType(ExecutionException.class)
          .withCause(broken);
      assertThat(timeless.peek("alice")).isEqualTo(rejected(100));
    }

    @ParameterizedTest
    @CsvSource({
      "PT-0.000000001S, pass Duration.ZERO",
      "PT-1S, pass Duration.ZERO",
      "PT1H0.000000001S, a queue that survives a restart"
    })
    void isForAnHourAtMost(String maxWait, String wayOut) {
      assertThatThrownBy(() -> limiter.acquireAsync("alice", 1, Duration.parse(maxWait)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("maxWait must be 0 to 1 hour, got " + maxWait + ": ")
          .hasMessageContaining(wayOut);
    }

    @Test
    @SuppressWarnings("NullAway") // what a caller without a null check may do
    void isForAKnownTime() {
      assertThatThrownBy(() -> limiter.acquire("alice", 1, null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("maxWait must be 0 to 1 hour, got null: pass Duration.ZERO for not waiting");
      assertThat(limiter.decide("alice", 4).isAdmitted()).as("nothing is taken").isTrue();
    }

    @Test
    void cannotBeEndedTwice() {
      limiter.decide("alice", 4);
      CompletableFuture<Decision> waiting = limiter.acquireAsync("alice", 1, HOUR);
      ticker.advanceNanos(100 * MILLISECOND);
      waiting.cancel(false);

      assertThat(waiting).isCompleted();
      assertThatThrownBy(() -> {
            CompletableFuture<Decision> other = limiter.acquireAsync("alice", 1, HOUR);
            other.cancel(false);
            other.join();
          })
          .isInstanceOf(CancellationException.class);
      assertThat(limiter.peek("alice")).as("the first keeps its permit").isEqualTo(rejected(100));
    }
  }

  @Nested
  class AReservation {

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void givesBackWhatWasNotUsed(String key) {
      held(key, 3).settle(1);

      assertThat(limiter.peek(key)).isEqualTo(new Decision.Admitted(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void takesWhatWasUsedBeyond(String key) {
      held(key, 3).settle(9);

      assertThat(limiter.peek(key)).isEqualTo(rejected(600));
      ticker.advanceNanos(600 * MILLISECOND);
      assertThat(limiter.peek(key)).isEqualTo(new Decision.Admitted(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void givesAllBackWhenItIsCancelled(String key) {
      held(key, 4).cancel();

      assertThat(limiter.decide(key, 4)).isEqualTo(new Decision.Admitted(0));
    }

    @Test
    void isSettledOnce() {
      Held held = held("alice", 2);
      limiter.decide("alice", 2);
      held.cancel();
      held.cancel();
      held.settle(100);

      assertThat(limiter.peek("alice")).isEqualTo(new Decision.Admitted(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void givesBackWhatWasNotUsedHoweverLate(String key) {
      Held held = held(key, 2);
      ticker.advanceNanos(150 * MILLISECOND);
      limiter.decide(key, 3);

      held.cancel();

      assertThat(limiter.peek(key))
          .as("of four, a half was left, and two were promised")
          .isEqualTo(new Decision.Admitted(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void givesBackNoMoreThanTheBurst(String key) {
      Held held = held(key, 3);
      ticker.advanceNanos(250 * MILLISECOND); // half a permit is owed

      held.cancel();

      assertThat(limiter.decide(key, 4)).isEqualTo(new Decision.Admitted(0));
      assertThat(limiter.peek(key)).isEqualTo(rejected(100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void givesBackWhatWasNotUsedWhateverOthersGaveBack(String key) {
      Held first = held(key, 1);
      Held second = held(key, 1);
      first.cancel();
      ticker.advanceNanos(150 * MILLISECOND);
      limiter.decide(key, 4);

      second.cancel();

      assertThat(limiter.peek(key)).isEqualTo(new Decision.Admitted(1));
    }

    @Test
    void isRejectedAsADecisionWouldBe() {
      limiter.decide("alice", 2);

      assertThat(limiter.reserve("alice", 3))
          .isEqualTo(new Reservation.Rejected(
              new Decision.Rejected(2, 100 * MILLISECOND, "10/s burst 4")));
    }

    private Held held(String key, long permits) {
      return (Held) limiter.reserve(key, permits);
    }
  }

  @Nested
  class AnOperator {

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void looksWithoutTaking(String key) {
      for (int i = 0; i < 10; i++) {
        assertThat(limiter.peek(key)).isEqualTo(new Decision.Admitted(4));
      }
      limiter.decide(key, 4);
      assertThat(limiter.peek(key)).isEqualTo(rejected(100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void makesAKeyAsGoodAsNew(String key) {
      limiter.decide(key, 4);
      limiter.decide("bob", 4);

      limiter.reset(key);

      assertThat(limiter.decide(key, 4).isAdmitted()).isTrue();
      assertThat(limiter.peek(key).isAdmitted()).isFalse();
      assertThat(limiter.peek("bob").isAdmitted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void doesNotGetBackTwiceWhatWasReset(String key) {
      Held held = (Held) limiter.reserve(key, 4);
      limiter.reset(key);
      limiter.decide(key, 4);

      held.cancel();

      assertThat(limiter.peek(key)).isEqualTo(rejected(100));
    }
  }

  @Nested
  class AChange {

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void keepsWhatWasSpentInProportion(String key) {
      limiter.decide(key, 3);

      limiter.changeTo("40/s burst 8");

      assertThat(limiter.peek(key)).isEqualTo(new Decision.Admitted(2));
      ticker.advanceNanos(25 * MILLISECOND);
      assertThat(limiter.peek(key)).isEqualTo(new Decision.Admitted(3));
      assertThat(limiter.peek("bob")).isEqualTo(new Decision.Admitted(8));
      assertThat(limiter.toString()).isEqualTo("RateLimiter[40/s burst 8]");
    }

    @Test
    void roundsAgainstTheKey() {
      limiter.decide("alice", 1);
      ticker.advanceNanos(99 * MILLISECOND); // a hundredth is owed

      limiter.changeTo("10/s burst 3");

      assertThat(limiter.peek("alice")).isEqualTo(new Decision.Admitted(2));
    }

    @Test
    void doesNotLetAnyonePassThoseWhoWait() {
      limiter.decide("alice", 4);
      CompletableFuture<Decision> waiting = limiter.acquireAsync("alice", 4, HOUR);

      limiter.changeTo("1000/s burst 4");

      assertThat(limiter.decide("alice"))
          .isEqualTo(new Decision.Rejected(0, 401 * MILLISECOND, "1000/s burst 4"));
      ticker.advanceNanos(400 * MILLISECOND);
      assertThat(waiting).isCompleted();
    }

    @Test
    void leavesThoseWhoWaitTheirTimesWhenOneGivesUp() {
      limiter.decide("alice", 4);
      CompletableFuture<Decision> first = limiter.acquireAsync("alice", 1, HOUR);
      CompletableFuture<Decision> second = limiter.acquireAsync("alice", 4, HOUR);
      limiter.changeTo("10/s burst 2"); // fewer than the second waits for

      first.cancel(false);

      ticker.advanceNanos(500 * MILLISECOND - 1);
      assertThat(second).isNotDone();
      ticker.advanceNanos(1);
      assertThat(second).isCompleted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice"})
    void leavesNothingToGiveBackFromBefore(String key) {
      Held held = (Held) limiter.reserve(key, 4);
      limiter.changeTo("20/s burst 4");

      held.cancel();

      assertThat(limiter.peek(key).isAdmitted()).isFalse();
    }

    @Test
    void keepsNoOtherThreadFromTheNextOne() {
      limiter.changeTo("20/s burst 4");
      Meanwhile.anotherThread(() -> limiter.changeTo("40/s burst 4"));

      assertThat(limiter.toString()).isEqualTo("RateLimiter[40/s burst 4]");
    }

    @Test
    void thatIsBadChangesNothing() {
      RateLimiter both = limiter("10/s burst 2, 3/min");
      both.decide("alice", 1);
      List<String> bad = List.of("10/s", "10/s, 3/min, 4/h", "5/s, 20000000/s", "never");

      for (String limits : bad) {
        assertThatThrownBy(() -> both.changeTo(limits))
            .isInstanceOf(IllegalArgumentException.class);
        assertThat(both.peek("alice").limits())
            .containsExactly(
                new LimitStatus(RateLimit.parse("10/s burst 2"), 1, 0),
                new LimitStatus(RateLimit.parse("3/min"), 2, 0));
      }
    }

    @Test
    void isNotForAnAlgorithmThatKnowsItsLimit() {
      RateLimiter own = new KeyedLimiter(new Gcra(RateLimit.parse("10/s")), spec("10/s"));

      assertThat(own.capabilities()).isEqualTo(EnumSet.complementOf(EnumSet.of(Capability.CHANGE)));
      assertThat(limiter.capabilities()).containsExactlyInAnyOrder(Capability.values());
      assertThatThrownBy(() -> own.changeTo("20/s"))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("a limiter must be able to change its limits for this");
    }
  }

  private static Decision rejected(long milliseconds) {
    return new Decision.Rejected(0, milliseconds * MILLISECOND, "10/s burst 4");
  }

  /** The time of another, without its timers. */
  private record Timeless(ManualTicker time, RuntimeException failure) implements Ticker {
    @Override
    public long nanos() {
      return time.nanos();
    }

    @Override
    public CompletableFuture<Void> after(long nanos) {
      throw failure;
    }
  }
}
