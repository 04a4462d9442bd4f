package dev.flowshield.engine.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation.Held;
import dev.flowshield.Ticker;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A caller that waits and gives up, in whatever way, leaves neither a place taken nor a permit too
 * many.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GivingUpTest {

  private static final long SECOND = 1_000_000_000;
  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 5 * SECOND);

  @Test
  void doesNotLetAMillionPassTwiceAtOneInstant() {
    RateLimit limit = RateLimit.parse("1000000/s"); // of which one word is made of cells
    RateLimiter limiter = limiter(limit, ticker);
    Served served = new Served(limit);
    served.nowIf(limiter.tryAcquire("", 1_000_000), 1_000_000);
    CompletableFuture<Decision> first = limiter.acquireAsync("", 1_000_000, HOUR);
    CompletableFuture<Decision> second = limiter.acquireAsync("", 1_000_000, HOUR);
    served.once(first, 1_000_000);
    served.once(second, 1_000_000);
    ticker.advanceNanos(SECOND / 2);

    first.cancel(false);

    for (int half = 0; half < 6; half++) {
      ticker.advanceNanos(SECOND / 2);
      served.nowIf(limiter.tryAcquire("", 1_000_000), 1_000_000);
    }
    assertThat(second).isCompleted();
    served.assertWithinTheLimit();
  }

  @Test
  void doesNotServeTwoBurstsAtOnceWhereATrueCostWasCharged() {
    RateLimit limit = RateLimit.parse("10/s");
    RateLimiter limiter = limiter(limit, ticker);
    Served served = new Served(limit);
    Held held = (Held) limiter.reserve("alice", 10);
    served.nowIf(true, 10);
    CompletableFuture<Decision> first = limiter.acquireAsync("alice", 10, HOUR);
    CompletableFuture<Decision> second = limiter.acquireAsync("alice", 10, HOUR);
    served.once(first, 10);
    served.once(second, 10);
    held.settle(11); // behind those that wait, so neither can be undone

    first.cancel(false);

    assertNeverTwoBursts(limiter, served, second);
  }

  @Test
  void doesNotServeTwoBurstsAtOnceWhereAStrangerGaveBack() {
    RateLimit limit = RateLimit.parse("10/s");
    RateLimiter limiter = limiter(limit, ticker);
    Served served = new Served(limit);
    Held stranger = (Held) limiter.reserve("bob", 1);
    served.nowIf(limiter.tryAcquire("alice", 10), 10);
    CompletableFuture<Decision> first = limiter.acquireAsync("alice", 10, HOUR);
    CompletableFuture<Decision> second = limiter.acquireAsync("alice", 10, HOUR);
    served.once(first, 10);
    served.once(second, 10);
    ticker.advanceNanos(1);
    stranger.cancel(); // in a table for one key, they share what is counted of refunds

    first.cancel(false);

    assertNeverTwoBursts(limiter, served, second);
  }

  @Test
  void aRefundBelowACallerThatWaitsIsNotServedOnceMore() {
    aRefundBelowACallerThatWaitsIsNotServedOnceMore("alice", 10);
    aRefundBelowACallerThatWaitsIsNotServedOnceMore("", 10);
  }

  @Test
  void aRefundOfAHotLimitBelowACallerThatWaitsIsNotServedOnceMore() {
    aRefundBelowACallerThatWaitsIsNotServedOnceMore("", 1_000_000);
  }

  private void aRefundBelowACallerThatWaitsIsNotServedOnceMore(String key, long burst) {
    RateLimit limit = RateLimit.of(burst, Duration.ofSeconds(1));
    RateLimiter limiter = limiter(limit, ticker);
    Served served = new Served(limit);
    Held held = (Held) limiter.reserve(key, burst);
    CompletableFuture<Decision> waiting = limiter.acquireAsync(key, burst, HOUR);
    served.once(waiting, burst);
    ticker.advanceNanos(SECOND / 2);

    held.cancel();

    for (int tenth = 0; tenth < 30; tenth++) {
      while (limiter.tryAcquire(key, burst / 10)) {
        served.nowIf(true, burst / 10);
      }
      ticker.advanceNanos(SECOND / 10);
    }
    assertThat(waiting).isCompleted();
    served.assertWithinTheLimit();
  }

  private void assertNeverTwoBursts(
      RateLimiter limiter, Served served, CompletableFuture<Decision> waiting) {
    for (int tenth = 0; tenth < 50; tenth++) {
      ticker.advanceNanos(SECOND / 10);
      served.nowIf(limiter.tryAcquire("alice", 10), 10);
      served.nowIf(tenth % 7 == 0 && limiter.tryAcquire("alice", 1), 1);
    }
    assertThat(waiting).isCompleted();
    served.assertWithinTheLimit();
  }

  static Stream<Consumer<CompletableFuture<Decision>>> waysToGiveUp() {
    return Stream.of(
        waiting -> waiting.cancel(true),
        waiting -> waiting.complete(new Decision.Admitted(0)),
        waiting -> waiting.completeExceptionally(new IllegalStateException("given up")),
        waiting -> waiting.obtrudeValue(new Decision.Admitted(0)),
        waiting -> waiting.obtrudeException(new IllegalStateException("given up")),
        waiting -> waiting.completeAsync(() -> new Decision.Admitted(0), Runnable::run),
        waiting -> waiting
            .completeOnTimeout(new Decision.Admitted(0), 1, TimeUnit.NANOSECONDS)
            .join(),
        waiting -> waiting
            .orTimeout(1, TimeUnit.NANOSECONDS)
            .handle((any, failure) -> 0)
            .join());
  }

  @ParameterizedTest
  @MethodSource("waysToGiveUp")
  void freesThePlaceAndThePermitsHoweverItIsDone(Consumer<CompletableFuture<Decision>> givesUp) {
    RateLimiter limiter = RateLimiter.of(
        "token-bucket",
        LimiterSpec.of(RateLimit.parse("1/s")).withTicker(ticker).withMaxQueued(1));
    for (int round = 0; round < 10; round++) {
      assertThat(limiter.tryAcquire("alice")).isTrue();
      CompletableFuture<Decision> waiting = limiter.acquireAsync("alice", 1, HOUR);
      assertThat(limiter.acquireAsync("alice", 1, HOUR))
          .as("there is one place")
          .isCompleted();

      givesUp.accept(waiting);

      CompletableFuture<Decision> next = limiter.acquireAsync("alice", 1, HOUR);
      while (next.isDone()) { // a timer of the JDK completes it first, and then tells the limiter
        Thread.onSpinWait();
        next = limiter.acquireAsync("alice", 1, HOUR);
      }
      ticker.advanceNanos(SECOND);
      assertThat(next).isCompleted();
      ticker.advanceNanos(SECOND);
    }
    assertThat(ticker.pending()).isZero();
  }

  @Test
  void byCompletingTheFutureFreesThePlaceAtOnce() {
    RateLimiter limiter = RateLimiter.of(
        "token-bucket",
        LimiterSpec.of(RateLimit.parse("1/s")).withTicker(ticker).withMaxQueued(1));
    limiter.tryAcquire("alice");

    assertThat(limiter.acquireAsync("alice", 1, HOUR).complete(new Decision.Admitted(0)))
        .isTrue();

    assertThat(limiter.acquireAsync("alice", 1, HOUR)).isNotDone();
  }

  @Test
  void whileATimerIsSetLeavesTheNextOneItsOwn() {
    Deque<Runnable> whileATimerIsSet = new ArrayDeque<>();
    Ticker interrupted = new Ticker() {
      @Override
      public long nanos() {
        return ticker.nanos();
      }

      @Override
      public CompletableFuture<Void> after(long nanos) {
        Runnable meanwhile = whileATimerIsSet.poll();
        if (meanwhile != null) {
          meanwhile.run();
        }
        return ticker.after(nanos);
      }
    };
    RateLimiter limiter = limiter(RateLimit.parse("1/s burst 20"), interrupted);
    limiter.tryAcquire("alice", 20);
    CompletableFuture<Decision> first = limiter.acquireAsync("alice", 15, HOUR);
    CompletableFuture<Decision> second = limiter.acquireAsync("alice", 10, HOUR);
    CompletableFuture<Decision> third = limiter.acquireAsync("alice", 5, HOUR);
    CompletableFuture<Decision> fourth = limiter.acquireAsync("alice", 1, HOUR);
    whileATimerIsSet.add(() -> second.cancel(false));

    first.cancel(false);

    ticker.advanceNanos(5 * SECOND);
    assertThat(third).as("which waits for five permits").isCompleted();
    assertThat(fourth).isNotDone();
    ticker.advanceNanos(SECOND);
    assertThat(fourth).isCompleted();
    assertThat(ticker.pending()).isZero();
  }

  @Test
  void whereOthersWantFewerMovesThemUpInTheirOrder() {
    RateLimit limit = RateLimit.parse("1/s burst 20");
    RateLimiter limiter = limiter(limit, ticker);
    Served served = new Served(limit);
    served.nowIf(limiter.tryAcquire("alice", 20), 20);
    CompletableFuture<Decision> first = limiter.acquireAsync("alice", 10, HOUR);
    CompletableFuture<Decision> second = limiter.acquireAsync("alice", 5, HOUR);
    CompletableFuture<Decision> third = limiter.acquireAsync("alice", 20, HOUR);
    served.once(second, 5);
    served.once(third, 20);

    first.cancel(false);

    ticker.advanceNanos(5 * SECOND - 1);
    assertThat(second).isNotDone();
    ticker.advanceNanos(1);
    assertThat(second).isCompleted();
    for (int passed = 5; passed < 40; passed++) {
      assertThat(third.isDone()).isEqualTo(passed >= 25);
      served.nowIf(limiter.tryAcquire("alice", 20), 20);
      ticker.advanceNanos(SECOND);
    }
    served.assertWithinTheLimit();
  }

  @Test
  void aClockThatStepsBackWhileACallerIsWokenOnlyDelaysIt() {
    for (int readings = 1; readings < 6; readings++) {
      int[] countdown = {-1};
      int[] timers = {0};
      int stepAt = readings;
      Ticker stepping = new Ticker() {
        @Override
        public long nanos() {
          if (countdown[0] >= 0 && countdown[0]-- == 0) {
            ticker.advanceNanos(-1);
          }
          return ticker.nanos();
        }

        @Override
        public CompletableFuture<Void> after(long nanos) {
          CompletableFuture<Void> timer = ticker.after(nanos);
          return timers[0]++ == 0 ? timer.thenRun(() -> countdown[0] = stepAt - 1) : timer;
        }
      };
      RateLimiter limiter = limiter(RateLimit.parse("1/s"), stepping);
      limiter.tryAcquire("alice");
      CompletableFuture<Decision> waiting = limiter.acquireAsync("alice", 1, HOUR);

      ticker.advanceNanos(SECOND);
      countdown[0] = -1;
      ticker.advanceNanos(2);

      assertThat(waiting).as("a step back at reading %s", stepAt).isCompleted();
      ticker.advanceNanos(10 * SECOND);
    }
  }

  @Test
  void inTheOrderOfTheLineCostsNoMoreForALongLine() {
    for (String key : List.of("alice", "")) {
      long each = stepsToGiveUp(key, 250) / 250;
      long eachOfMany = stepsToGiveUp(key, 4_000) / 4_000;

      assertThat(eachOfMany)
          .as("steps of one in a line of 4,000")
          .isLessThanOrEqualTo(2 * each + 2);
    }
  }

  /** Readings of the clock and timers, as measure of the work. */
  private static long stepsToGiveUp(String key, int count) {
    ManualTicker time = ManualTicker.atZero();
    long[] steps = {0};
    Ticker counting = new Ticker() {
      @Override
      public long nanos() {
        steps[0]++;
        return time.nanos();
      }

      @Override
      public CompletableFuture<Void> after(long nanos) {
        steps[0]++;
        return time.after(nanos);
      }
    };
    RateLimiter limiter = RateLimiter.of(
        "token-bucket",
        LimiterSpec.of(RateLimit.parse("1000/s")).withTicker(counting).withMaxQueued(10_000));
    limiter.tryAcquire(key, 1000);
    List<CompletableFuture<Decision>> line = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      line.add(limiter.acquireAsync(key, 1, HOUR));
    }
    steps[0] = 0;
    for (CompletableFuture<Decision> waiting : line) {
      assertThat(waiting).isNotDone();
      waiting.cancel(false);
    }
    long all = steps[0];
    time.advanceNanos(1_000_000);
    assertThat(limiter.tryAcquire(key)).as("nothing of them is left").isTrue();
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "alice"})
  void callersThatGiveUpAllTheTimeTakeNothingFromOthers(String key) {
    RateLimiter limiter = limiter(RateLimit.parse("1000000/s burst 100000"), ticker);
    limiter.tryAcquire(key, 100_000);
    for (int second = 0; second < 100; second++) {
      List<CompletableFuture<Decision>> line = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        line.add(limiter.acquireAsync(key, 100_000, HOUR));
      }
      line.forEach(waiting -> waiting.cancel(false));
      ticker.advanceNanos(SECOND / 10);
      assertThat(limiter.tryAcquire(key, 100_000)).as("second %s", second).isTrue();
    }
  }

  private static RateLimiter limiter(RateLimit limit, Ticker ticker) {
    return RateLimiter.of(
        "token-bucket", LimiterSpec.of(limit).withTicker(ticker).withMaxKeys(1));
  }

  /** What was served, and when. */
  private final class Served {
    private final Spans spans;

    Served(RateLimit limit) {
      this.spans = new Spans(limit);
    }

    void nowIf(boolean admitted, long permits) {
      if (admitted) {
        spans.admitted(ticker.nanos() - Long.MAX_VALUE, permits);
      }
    }

    void once(CompletableFuture<Decision> waiting, long permits) {
      CompletableFuture<Void> unused = waiting.thenAccept(decision -> nowIf(true, permits));
    }

    void assertWithinTheLimit() {
      spans.assertWithinTheLimit();
    }
  }
}
