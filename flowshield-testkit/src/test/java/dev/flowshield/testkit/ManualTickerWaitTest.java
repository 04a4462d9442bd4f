package dev.flowshield.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Tests of futures of the ticker. */
class ManualTickerWaitTest {

  private final ManualTicker ticker = ManualTicker.startingAt(100);
  private final List<String> seen = new ArrayList<>();

  @Test
  void endsAtTheTimeAndNotANanosecondBefore() {
    CompletableFuture<Void> future = ticker.after(10);

    ticker.advanceNanos(9);
    assertThat(future).isNotDone();
    ticker.advanceNanos(1);
    assertThat(future).isCompleted();
  }

  @Test
  void isOverAtOnceWhenThereIsNothingToWaitFor() {
    assertThat(ticker.after(0)).isCompleted();
    assertThat(ticker.after(-1)).isCompleted();
    assertThat(ticker.after(Long.MIN_VALUE)).isCompleted();
    assertThat(ticker.pending()).isZero();
  }

  @Test
  void endsInTheOrderOfTimeThenOfAsking() {
    note("late", 30);
    note("first of two", 20);
    note("second of two", 20);
    note("early", 10);

    ticker.advanceNanos(1_000);

    assertThat(seen)
        .containsExactly(
            "early at 110", "first of two at 120", "second of two at 120", "late at 130");
    assertThat(ticker.nanos()).isEqualTo(1_100);
  }

  @Test
  void goesOnFromItsOwnTimeWithinOneTurn() {
    CompletableFuture<Void> unused = ticker.after(10).thenRun(() -> {
      note("in time", 5);
      note("too late", 500);
    });

    ticker.advanceNanos(20);

    assertThat(seen).containsExactly("in time at 115");
    assertThat(ticker.nanos()).isEqualTo(120);
    assertThat(ticker.pending()).isEqualTo(1);
  }

  @Test
  void mayTurnTheTickerItself() {
    CompletableFuture<Void> unused = ticker.after(10).thenRun(() -> ticker.advanceNanos(7));
    note("passed on the way", 15);

    ticker.advanceNanos(20);

    assertThat(seen).containsExactly("passed on the way at 115");
    assertThat(ticker.nanos()).isEqualTo(127);
  }

  @Test
  void isLongerByWhatTheTickerStepsBack() {
    CompletableFuture<Void> future = ticker.after(10);

    ticker.advanceNanos(-5);
    ticker.advanceNanos(14);
    assertThat(future).isNotDone();
    ticker.advanceNanos(1);
    assertThat(future).isCompleted();
  }

  @Test
  void neverEndsByAStepBack() {
    CompletableFuture<Void> future = ticker.after(10);

    ticker.advanceNanos(-1_000);
    ticker.advance(Duration.ofDays(-10_000));

    assertThat(future).isNotDone();
  }

  @Test
  void keepsItsOrderWhereTheCountWrapsAround() {
    ticker.advanceNanos(Long.MAX_VALUE - 105);
    note("after the wrap", 20);
    note("before the wrap", 1);

    ticker.advanceNanos(19);
    assertThat(seen).containsExactly("before the wrap at " + (Long.MAX_VALUE - 4));
    ticker.advanceNanos(1);
    assertThat(seen).contains("after the wrap at " + (Long.MIN_VALUE + 14));
  }

  @Test
  void canBeAsLongAsNanosecondsCanSay() {
    note("ages", Long.MAX_VALUE);
    note("soon", 1);

    ticker.advanceNanos(1);
    assertThat(seen).containsExactly("soon at 101");
    ticker.advanceNanos(Long.MAX_VALUE);
    assertThat(seen).hasSize(2);
  }

  @Test
  void isForgottenWhenCancelledOrCompletedOtherwise() {
    ticker.after(10).cancel(false);
    ticker.after(10).complete(null);
    CompletableFuture<Void> kept = ticker.after(10);

    assertThat(ticker.pending()).isEqualTo(1);
    ticker.advanceNanos(10);
    assertThat(kept).isCompleted();
    assertThat(ticker.pending()).isZero();
  }

  @Test
  void runsWhatDependsOnItOnTheTurningThreadAndOutsideOfAnyLock() throws Exception {
    ExecutorService others = Executors.newSingleThreadExecutor();
    Thread[] ran = new Thread[1];
    CompletableFuture<Void> unused = ticker.after(10).thenRun(() -> {
      ran[0] = Thread.currentThread();
      // another thread uses the ticker meanwhile, and a held lock would block it
      Future<Integer> other = others.submit(() -> {
        ticker.advanceNanos(1);
        ticker.after(5).cancel(false);
        return ticker.pending();
      });
      assertThat(other).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(0);
      seen.add("asked");
    });

    ticker.advanceNanos(10);
    others.shutdown();

    assertThat(ran[0]).isSameAs(Thread.currentThread());
    assertThat(seen).containsExactly("asked");
    assertThat(ticker.nanos()).isEqualTo(111);
  }

  @Test
  void isNotStoppedByWhatFailsInADependent() {
    CompletableFuture<Void> unused = ticker.after(10).thenRun(() -> {
      throw new IllegalStateException("of the dependent");
    });
    note("next", 11);

    ticker.advanceNanos(20);

    assertThat(seen).containsExactly("next at 111");
  }

  @Test
  void isSeenByWhoeverAwaitsIt() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    Future<?> first = threads.submit(() -> ticker.after(10).get());
    Future<?> second = threads.submit(() -> ticker.after(20).get());

    ticker.awaitPending(2);
    ticker.advanceNanos(20);

    first.get(10, TimeUnit.SECONDS);
    second.get(10, TimeUnit.SECONDS);
    threads.shutdown();
    assertThat(ticker.pending()).isZero();
  }

  @Test
  void isNotAwaitedForEver() {
    note("alone", 10);

    assertThatThrownBy(() -> ticker.awaitPending(2, Duration.ofMillis(1)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("pending futures must be 2 or more within PT0.001S, got 1");
  }

  @Test
  void endsOnceWhoeverTurns() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    AtomicInteger ended = new AtomicInteger();
    for (int wait = 1; wait <= 1_000; wait++) {
      CompletableFuture<Void> unused = ticker.after(wait).thenRun(ended::incrementAndGet);
    }
    List<Future<?>> turns = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      turns.add(threads.submit(() -> {
        for (int turn = 0; turn < 250; turn++) {
          ticker.advanceNanos(1);
        }
      }));
    }
    for (Future<?> turn : turns) {
      turn.get(10, TimeUnit.SECONDS);
    }
    threads.shutdown();

    assertThat(ended).hasValue(1_000);
    assertThat(ticker.nanos()).isEqualTo(1_100);
    assertThat(ticker.pending()).isZero();
  }

  private void note(String name, long wait) {
    CompletableFuture<Void> unused =
        ticker.after(wait).thenRun(() -> seen.add(name + " at " + ticker.nanos()));
  }
}
