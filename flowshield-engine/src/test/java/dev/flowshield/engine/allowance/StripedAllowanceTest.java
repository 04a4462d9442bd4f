package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.keyed.Meanwhile;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

public class StripedAllowanceTest {

  private static final long TENTH = 100_000_000;
  private static final long ANY = 7;

  private final Gcra tenASecond = new Gcra(RateLimit.parse("10/s burst 4"));
  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 2 * TENTH);
  private final StripedAllowance limit = new StripedAllowance(tenASecond, ticker);

  @Test
  void startsWithTheWholeBurst() {
    assertThat(limit.take(ANY, 4, AnswerFactory.decision(""))).isEqualTo(new Decision.Admitted(0));
    assertThat(limit.take(ANY, 1, AnswerFactory.decision("")))
        .isEqualTo(new Decision.Rejected(0, TENTH));
  }

  @Test
  void startsWithTheWholeBurstWhereverTheClockStands() {
    for (long start : new long[] {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 62, 3L << 61}) {
      StripedAllowance anywhere = new StripedAllowance(tenASecond, ManualTicker.startingAt(start));
      assertThat(anywhere.take(ANY, 4, AnswerFactory.YES_OR_NO)).isTrue();
      assertThat(anywhere.take(ANY, 1, AnswerFactory.YES_OR_NO)).isFalse();
    }
  }

  @Test
  void hasFourCellsForEachCoreOrUpToTwiceThatIfItsBurstAffordsThem() {
    StripedAllowance large = new StripedAllowance(new Gcra(RateLimit.parse("10000000/s")), ticker);
    int least = Math.min(64, 4 * Runtime.getRuntime().availableProcessors());

    int cells = large.striped().count();

    assertThat(cells).isBetween(least, Math.min(64, 2 * least - 1));
    assertThat(Integer.bitCount(cells)).isOne();
  }

  @Test
  void refillsWithTheTime() {
    limit.take(ANY, 4, AnswerFactory.YES_OR_NO);
    for (int i = 0; i < 50; i++) {
      ticker.advanceNanos(TENTH - 1);
      assertThat(limit.take(ANY, 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Rejected(0, 1));
      ticker.advanceNanos(1);
      assertThat(limit.take(ANY, 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Admitted(0));
    }
  }

  @Test
  void saysThatATickerMayNotAskTheLimiterThatReadsIt() {
    AtomicReference<Runnable> inTicker = new AtomicReference<>(() -> {});
    StripedAllowance asked = new StripedAllowance(tenASecond, () -> {
      inTicker.getAndSet(() -> {}).run();
      return ticker.nanos();
    });
    inTicker.set(() -> asked.take(ANY, 1, AnswerFactory.YES_OR_NO));

    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertThatThrownBy(() -> asked.changeTo(new Gcra(RateLimit.parse("5/s burst 4"))))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("a ticker must only tell the time"));

    assertThat(asked.take(ANY, 4, AnswerFactory.YES_OR_NO))
        .as("it is as it was")
        .isTrue();
    assertThat(asked.burst()).isEqualTo(4);
  }

  @Test
  void aRejectionChangesNothing() {
    limit.take(ANY, 4, AnswerFactory.YES_OR_NO);
    long debt = debt();

    assertThat(limit.take(ANY, 1, AnswerFactory.YES_OR_NO)).isFalse();
    assertThat(limit.take(ANY, 1, ticker.nanos())).isEqualTo(REJECTED);
    assertThat(limit.take(ANY, 4, AnswerFactory.WORD)).isEqualTo(REJECTED);
    assertThat(debt()).isEqualTo(debt);
  }

  @Nested
  class AtAReadingThatTheCallerHas {

    @Test
    void takesWithoutAReadingOfItsOwn() {
      int[] readings = {0};
      StripedAllowance counted = new StripedAllowance(tenASecond, () -> readings[0]++);

      assertThat(counted.take(ANY, 3, TENTH))
          .isEqualTo(tenASecond.step(tenASecond.idle(TENTH), TENTH, 3));
      assertThat(readings[0]).as("the one of the start").isEqualTo(1);
    }

    @Test
    void looksAtTheClockAgainBeforeItRejects() {
      long now = ticker.nanos();
      limit.take(ANY, 4, AnswerFactory.YES_OR_NO);
      ticker.advanceNanos(TENTH);

      assertThat(limit.take(ANY, 1, now)).as("by now one is back").isNotEqualTo(REJECTED);
      assertThat(limit.take(ANY, 1, now)).isEqualTo(REJECTED);
    }

    @Test
    void admitsNoMoreAtAnOldReadingThanAtANewOne() {
      long old = ticker.nanos();
      ticker.advanceNanos(10 * TENTH);
      limit.take(ANY, 3, AnswerFactory.YES_OR_NO);

      assertThat(limit.take(ANY, 1, old)).isNotEqualTo(REJECTED);
      assertThat(limit.take(ANY, 1, old)).isEqualTo(REJECTED);
      assertThat(limit.take(ANY, 1, AnswerFactory.YES_OR_NO)).isFalse();
    }
  }

  @Nested
  class GivingBack {

    @Test
    void returnsWhatWasTaken() {
      long taken = limit.take(ANY, 3, ticker.nanos());

      limit.refund(ANY, taken, 0, 3);

      assertThat(limit.take(ANY, 4, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Admitted(0));
    }

    @Test
    void doesNotReturnWhatHasComeBackByItself() {
      long taken = limit.take(ANY, 2, ticker.nanos());
      ticker.advanceNanos(2 * TENTH);
      limit.take(ANY, 4, AnswerFactory.YES_OR_NO);

      limit.refund(ANY, taken, 0, 2);

      assertThat(limit.take(ANY, 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Rejected(0, TENTH));
    }

    @Test
    void readsTheClockAfterTheWordSoThatNothingIsReturnedTwice() {
      // One permit is taken at 0. While it is given back, the time comes at which it is back by
      // itself, and another thread takes all four.
      Deque<Ticker> readings = new ArrayDeque<>(List.of(() -> 0));
      StripedAllowance contended =
          new StripedAllowance(tenASecond, () -> readings.remove().nanos());
      long taken = contended.take(ANY, 1, 0);
      long[] others = new long[1];
      readings.add(() -> {
        others[0] = contended.take(ANY, 4, TENTH);
        return 0;
      });
      readings.add(() -> TENTH);

      contended.refund(ANY, taken, 0, 1);

      assertThat(others[0]).isNotEqualTo(REJECTED);
      assertThat(contended.retryAfterNanos(ANY, 4, TENTH)).isEqualTo(4 * TENTH);
    }

    @Test
    void knowsOfWhatFellJustBeforeTheTaking() { // B1
      // The first gives back at 0; while it does, the second takes. So the second's permit is back
      // at 100 ms, not at 200.
      Deque<Ticker> readings = new ArrayDeque<>(List.of(() -> 0));
      StripedAllowance contended =
          new StripedAllowance(tenASecond, () -> readings.remove().nanos());
      long first = contended.take(ANY, 1, 0);
      long[] second = new long[2];
      readings.add(() -> {
        second[0] = contended.stamp(ANY);
        second[1] = contended.take(ANY, 1, 0);
        return 0;
      });
      readings.add(() -> 0);
      contended.refund(ANY, first, 0, 1);
      long later = contended.take(ANY, 4, TENTH + TENTH / 2);

      readings.add(() -> TENTH + TENTH / 2);
      contended.refund(ANY, second[1], second[0], 1);

      assertThat(later).isNotEqualTo(REJECTED);
      assertThat(contended.retryAfterNanos(ANY, 4, TENTH + TENTH / 2)).isEqualTo(4 * TENTH);
    }

    @Test
    void isNothingForWhatWasTakenBeforeAResetOrAChange() {
      long beforeReset = limit.take(ANY, 4, ticker.nanos());
      limit.reset(ANY);
      long count = limit.stamp(ANY);
      long beforeChange = limit.take(ANY, 4, ticker.nanos());
      limit.refund(ANY, beforeReset, 0, 4);
      assertThat(limit.remaining(ANY, ticker.nanos())).isZero();

      limit.changeTo(new Gcra(RateLimit.parse("10/s burst 4")));
      limit.refund(ANY, beforeChange, count, 4);
      assertThat(limit.remaining(ANY, ticker.nanos())).isZero();
    }
  }

  @Test
  void aRefundIsComputedAsOfTheTimeOfACallerThatWaitsWhateverHashEitherHas() {
    long stamp = limit.stamp(ANY);
    long taken = limit.take(ANY, 4, ticker.nanos());
    long other = ANY + 1;
    limit.waitUntil(other, ticker.nanos() + 4 * TENTH);
    Ahead.take(limit, other, 4, ticker.nanos(), 4 * TENTH);

    limit.refund(ANY, taken, stamp, 4);

    assertThat(limit.retryAfterNanos(ANY, 1, ticker.nanos())).isEqualTo(5 * TENTH);
  }

  /** What was taken ahead of time by a caller that gave up. */
  @Nested
  class Undoing {

    private final long now = ticker.nanos();
    private final long then = now + 2 * TENTH;

    @Test
    void leavesNothingOfTheTaking() {
      limit.take(ANY, 3, AnswerFactory.YES_OR_NO);
      long before = debt();
      Ledger.FutureTake taken = Ahead.taking(limit, ANY, 2, then);
      assertThat(debt()).isEqualTo(before + 2 * TENTH);

      assertThat(Ahead.undo(limit, ANY, taken)).isTrue();

      assertThat(debt()).isEqualTo(before);
    }

    @Test
    void isNotForWhatAnotherTookFromSince() {
      Ledger.FutureTake taken = Ahead.taking(limit, ANY, 2, then);
      Ahead.taking(limit, ANY, 1, then);
      long after = debt();

      assertThat(Ahead.undo(limit, ANY, taken)).isFalse();

      assertThat(debt()).isEqualTo(after);
    }

    @Test
    void isNotForWhatWasRefundedToSince() {
      long stamp = limit.stamp(ANY);
      long first = limit.take(ANY, 1, now);
      Ledger.FutureTake taken = Ahead.taking(limit, ANY, 1, then);
      limit.refund(ANY, first, stamp, 1);
      long after = debt();

      assertThat(Ahead.undo(limit, ANY, taken)).isFalse();

      assertThat(debt()).isEqualTo(after);
    }

    @Test
    void isNotForATakingBeforeAReset() {
      Ledger.FutureTake taken = Ahead.taking(limit, ANY, 2, then);
      limit.reset(ANY);
      Ahead.taking(limit, ANY, 2, then); // the same word again
      long after = debt();

      assertThat(Ahead.undo(limit, ANY, taken)).isFalse();

      assertThat(debt()).isEqualTo(after);
    }
  }

  @Nested
  class WhileItIsChanged {

    private final Deque<Runnable> whileTheClockIsRead = new ArrayDeque<>();
    private final StripedAllowance changing = new StripedAllowance(tenASecond, () -> {
      Runnable meanwhile = whileTheClockIsRead.poll();
      if (meanwhile != null) {
        meanwhile.run();
      }
      return 0;
    });

    /** Has another thread ask while the limit changes from one of four permits to one of eight. */
    private long asked(LongSupplier question) throws Exception {
      FutureTask<Long> answer = new FutureTask<>(question::getAsLong);
      whileTheClockIsRead.add(() -> Meanwhile.anotherThreadWaits(answer));
      changing.changeTo(new Gcra(RateLimit.parse("10/s burst 8")));
      long answered = answer.get();
      Meanwhile.anotherThread(() -> changing.waitOver(ANY)); // the waiter has no lock
      return answered;
    }

    @Test
    void whoLooksWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> changing.remaining(ANY, 0))).isEqualTo(8);
    }

    @Test
    void whoAsksHowLongItTakesWaitsForTheNewLimit() throws Exception {
      changing.take(ANY, 4, AnswerFactory.YES_OR_NO);

      assertThat(asked(() -> changing.retryAfterNanos(ANY, 2, 0))).isEqualTo(2 * TENTH);
    }

    @Test
    void whoTakesWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> changing.take(ANY, 6, 0))).isNotEqualTo(REJECTED);
      assertThat(changing.remaining(ANY, 0)).isEqualTo(2);
    }

    @Test
    void whoTakesAheadWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> Ahead.take(changing, ANY, 6, 0, TENTH))).isNotEqualTo(REJECTED);
      assertThat(changing.remaining(ANY, 0)).isEqualTo(1);
    }

    @Test
    void whatIsChargedIsChargedToTheNewLimit() throws Exception {
      asked(() -> {
        changing.charge(ANY, 6);
        return 0;
      });

      assertThat(changing.remaining(ANY, 0)).isEqualTo(2);
    }

    @Test
    void aFailureLeavesItAsItWas() {
      changing.take(ANY, 3, AnswerFactory.YES_OR_NO);
      whileTheClockIsRead.add(() -> {
        throw new IllegalStateException("no time");
      });

      assertThatThrownBy(() -> changing.changeTo(new Gcra(RateLimit.parse("10/s burst 8"))))
          .hasMessage("no time");

      assertThat(changing.burst()).isEqualTo(4);
      assertThat(changing.remaining(ANY, 0)).isEqualTo(1);
    }
  }

  @Test
  void rejectsWhatIsNotThere() {
    assertThat(limit.tryTake(ANY, 3)).isTrue();

    assertThat(limit.retryAfterNanos(ANY, 1, ticker.nanos())).isZero();
    assertThat(limit.retryAfterNanos(ANY, 2, ticker.nanos())).isPositive();
    assertThat(limit.tryTake(ANY, 2)).isFalse();
    assertThat(limit.tryTake(ANY, 1)).isTrue();
  }

  @Test
  void holdsNoLockWhenACallIsOver() {
    List<Runnable> calls = List.of(
        () -> limit.refund(ANY, limit.take(ANY, 1, ticker.nanos()), 0, 1),
        () -> limit.refund(ANY, limit.take(ANY, 1, ticker.nanos()), Long.MAX_VALUE, 1),
        () -> Ahead.undo(limit, ANY, Ahead.taking(limit, ANY, 1, 0)),
        () -> limit.reset(ANY),
        () -> limit.changeTo(tenASecond));

    for (Runnable call : calls) {
      call.run();
      Meanwhile.anotherThread(() -> limit.reset(ANY));
    }

    assertThat(limit.remaining(ANY, ticker.nanos())).isEqualTo(4);
  }

  @Nested
  class AheadOfTime {

    @Test
    void takesAfterTheClockCameRound() {
      Gcra odd = new Gcra(RateLimit.parse("9999991/s burst 4")); // a turn takes 6.5 days
      StripedAllowance often = new StripedAllowance(odd, ticker);
      often.take(ANY, 4, AnswerFactory.YES_OR_NO);
      ticker.advanceNanos(4 * 86_400_000_000_000L);
      long now = ticker.nanos();

      assertThat(Ahead.take(often, ANY, 1, now, 0)).isEqualTo(odd.step(odd.idle(now), now, 1));
    }

    @Test
    void rejectsMoreThanTheBurst() { // which a change made smaller meanwhile
      long overflowsToNothing = 1L << 55;
      assertThat(Ahead.take(limit, ANY, overflowsToNothing, ticker.nanos(), 1)).isEqualTo(REJECTED);
      assertThat(limit.retryAfterNanos(ANY, overflowsToNothing, ticker.nanos())).isPositive();
    }
  }

  /** All there is to know of it. */
  private long debt() {
    return limit.retryAfterNanos(ANY, 4, ticker.nanos());
  }
}
