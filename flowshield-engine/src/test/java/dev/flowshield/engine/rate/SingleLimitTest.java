package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.keyed.Meanwhile;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

public class SingleLimitTest {

  private static final long TENTH = 100_000_000;
  private static final long ANY = 7;

  private final Gcra tenASecond = new Gcra(RateLimit.parse("10/s burst 4"));
  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 2 * TENTH);
  private final SingleLimit limit = new SingleLimit(tenASecond, ticker);

  @Test
  void startsWithTheWholeBurst() {
    assertThat(limit.take(4, Answer.decision(""))).isEqualTo(new Decision.Admitted(0));
    assertThat(limit.take(1, Answer.decision(""))).isEqualTo(new Decision.Rejected(0, TENTH));
  }

  @Test
  void startsWithTheWholeBurstWhereverTheClockStands() {
    for (long start : new long[] {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 62, 3L << 61}) {
      SingleLimit anywhere = new SingleLimit(tenASecond, ManualTicker.startingAt(start));
      assertThat(anywhere.take(4, Answer.YES_OR_NO)).isTrue();
      assertThat(anywhere.take(1, Answer.YES_OR_NO)).isFalse();
    }
  }

  @Test
  void refillsWithTheTime() {
    limit.take(4, Answer.YES_OR_NO);
    for (int i = 0; i < 50; i++) {
      ticker.advanceNanos(TENTH - 1);
      assertThat(limit.take(1, Answer.decision(""))).isEqualTo(new Decision.Rejected(0, 1));
      ticker.advanceNanos(1);
      assertThat(limit.take(1, Answer.decision(""))).isEqualTo(new Decision.Admitted(0));
    }
  }

  @Test
  void aRejectionChangesNothing() {
    limit.take(4, Answer.YES_OR_NO);
    long word = limit.word();

    assertThat(limit.take(1, Answer.YES_OR_NO)).isFalse();
    assertThat(limit.take(ANY, 1, ticker.nanos())).isEqualTo(REJECTED);
    assertThat(limit.take(4, Answer.WORD)).isEqualTo(REJECTED);
    assertThat(limit.word()).isEqualTo(word);
  }

  @Nested
  class AtAReadingThatTheCallerHas {

    @Test
    void takesWithoutAReadingOfItsOwn() {
      int[] readings = {0};
      SingleLimit counted = new SingleLimit(tenASecond, () -> readings[0]++);

      assertThat(counted.take(ANY, 3, TENTH))
          .isEqualTo(tenASecond.step(tenASecond.idle(TENTH), TENTH, 3));
      assertThat(readings[0]).as("the one of the start").isEqualTo(1);
    }

    @Test
    void looksAtTheClockAgainBeforeItRefuses() {
      long now = ticker.nanos();
      limit.take(4, Answer.YES_OR_NO);
      ticker.advanceNanos(TENTH);

      assertThat(limit.take(ANY, 1, now)).as("by now one is back").isNotEqualTo(REJECTED);
      assertThat(limit.take(ANY, 1, now)).isEqualTo(REJECTED);
    }

    @Test
    void admitsNoMoreAtAnOldReadingThanAtANewOne() {
      long old = ticker.nanos();
      ticker.advanceNanos(10 * TENTH);
      limit.take(3, Answer.YES_OR_NO);

      assertThat(limit.take(ANY, 1, old)).isNotEqualTo(REJECTED);
      assertThat(limit.take(ANY, 1, old)).isEqualTo(REJECTED);
      assertThat(limit.take(1, Answer.YES_OR_NO)).isFalse();
    }
  }

  @Nested
  class GivingBack {

    @Test
    void returnsWhatWasTaken() {
      long taken = limit.take(ANY, 3, ticker.nanos());

      limit.giveBack(ANY, taken, 0, 3);

      assertThat(limit.take(4, Answer.decision(""))).isEqualTo(new Decision.Admitted(0));
    }

    @Test
    void doesNotReturnWhatHasComeBackByItself() {
      long taken = limit.take(ANY, 2, ticker.nanos());
      ticker.advanceNanos(2 * TENTH);
      limit.take(4, Answer.YES_OR_NO);

      limit.giveBack(ANY, taken, 0, 2);

      assertThat(limit.take(1, Answer.decision(""))).isEqualTo(new Decision.Rejected(0, TENTH));
    }

    @Test
    void readsTheClockAfterTheWordSoThatNothingIsReturnedTwice() {
      // One permit is taken at 0. While it is given back, the time comes at which it is back by
      // itself, and another thread takes all four.
      Deque<Ticker> readings = new ArrayDeque<>(List.of(() -> 0));
      SingleLimit contended =
          new SingleLimit(tenASecond, () -> readings.remove().nanos());
      long taken = contended.take(ANY, 1, 0);
      long[] others = new long[1];
      readings.add(() -> {
        others[0] = contended.take(ANY, 4, TENTH);
        return 0;
      });
      readings.add(() -> TENTH);

      contended.giveBack(ANY, taken, 0, 1);

      assertThat(others[0]).isNotEqualTo(REJECTED);
      assertThat(contended.word()).isEqualTo(others[0]);
    }

    @Test
    void knowsOfWhatFellJustBeforeTheTaking() { // B1
      // The first gives back at 0; while it does, the second takes. So the second's permit is back
      // at
      // 100 ms, not at 200.
      Deque<Ticker> readings = new ArrayDeque<>(List.of(() -> 0));
      SingleLimit contended =
          new SingleLimit(tenASecond, () -> readings.remove().nanos());
      long first = contended.take(ANY, 1, 0);
      long[] second = new long[2];
      readings.add(() -> {
        second[0] = contended.givenBack(ANY);
        second[1] = contended.take(ANY, 1, 0);
        return 0;
      });
      readings.add(() -> 0);
      contended.giveBack(ANY, first, 0, 1);
      long later = contended.take(ANY, 4, TENTH + TENTH / 2);

      readings.add(() -> TENTH + TENTH / 2);
      contended.giveBack(ANY, second[1], second[0], 1);

      assertThat(contended.word()).isEqualTo(later);
    }

    @Test
    void isNothingForWhatWasTakenBeforeAResetOrAChange() {
      long beforeReset = limit.take(ANY, 4, ticker.nanos());
      limit.reset(ANY);
      long count = limit.givenBack(ANY);
      long beforeChange = limit.take(ANY, 4, ticker.nanos());
      limit.giveBack(ANY, beforeReset, 0, 4);
      assertThat(limit.remaining(ANY, ticker.nanos())).isZero();

      limit.changeTo(new Gcra(RateLimit.parse("10/s burst 4")));
      limit.giveBack(ANY, beforeChange, count, 4);
      assertThat(limit.remaining(ANY, ticker.nanos())).isZero();
    }
  }

  /** What was taken ahead of time by somebody who gave up. */
  @Nested
  class Undoing {

    private final long now = ticker.nanos();
    private final long then = now + 2 * TENTH;

    @Test
    void leavesNothingOfTheTaking() {
      limit.take(3, Answer.YES_OR_NO);
      long before = limit.word(ANY);
      long taken = Ahead.take(limit, ANY, 2, now, 2 * TENTH);

      assertThat(limit.undo(ANY, before, taken, 2, then, limit.givenBack(ANY))).isTrue();

      assertThat(limit.word()).isEqualTo(before);
    }

    @Test
    void isNotForWhatSomebodyTookFromSince() {
      long before = limit.word(ANY);
      long taken = Ahead.take(limit, ANY, 2, now, 2 * TENTH);
      long after = Ahead.take(limit, ANY, 1, now, 2 * TENTH);

      assertThat(limit.undo(ANY, before, taken, 2, then, limit.givenBack(ANY))).isFalse();

      assertThat(limit.word()).isEqualTo(after);
    }

    @Test
    void isNotForWhatSomebodyGaveBackTo() {
      long first = limit.take(ANY, 1, now);
      long count = limit.givenBack(ANY);
      long before = limit.word(ANY);
      Ahead.take(limit, ANY, 1, now, 2 * TENTH);
      limit.giveBack(ANY, first, count, 1);
      long taken = limit.word();

      assertThat(limit.undo(ANY, before, taken, 1, then, count)).isFalse();

      assertThat(limit.word()).isEqualTo(taken);
    }

    @Test
    void isNotForATakingOfAnotherTime() {
      long before = limit.word(ANY);
      long taken = Ahead.take(limit, ANY, 2, now, 2 * TENTH);

      assertThat(limit.undo(ANY, before, taken, 2, then - TENTH, limit.givenBack(ANY)))
          .isFalse();

      assertThat(limit.word()).isEqualTo(taken);
    }
  }

  @Nested
  class WhileItIsChanged {

    private final Deque<Runnable> whileTheClockIsRead = new ArrayDeque<>();
    private final SingleLimit changing = new SingleLimit(tenASecond, () -> {
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
      Meanwhile.anotherThread(
          () -> changing.undo(ANY, 0, 0, 1, 0, 0)); // whoever waited has no lock
      return answered;
    }

    @Test
    void whoLooksWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> changing.remaining(ANY, 0))).isEqualTo(8);
    }

    @Test
    void whoAsksHowLongItTakesWaitsForTheNewLimit() throws Exception {
      changing.take(4, Answer.YES_OR_NO);

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
      changing.take(3, Answer.YES_OR_NO);
      whileTheClockIsRead.add(() -> {
        throw new IllegalStateException("no time");
      });

      assertThatThrownBy(() -> changing.changeTo(new Gcra(RateLimit.parse("10/s burst 8"))))
          .hasMessage("no time");

      assertThat(changing.maxPermits()).isEqualTo(4);
      assertThat(changing.remaining(ANY, 0)).isEqualTo(1);
    }
  }

  @Test
  void rejectsWhatIsNotThere() {
    assertThat(limit.tryTake(ANY, 3)).isTrue();

    assertThat(limit.rejects(ANY, 1, ticker.nanos())).isFalse();
    assertThat(limit.rejects(ANY, 2, ticker.nanos())).isTrue();
    assertThat(limit.tryTake(ANY, 2)).isFalse();
    assertThat(limit.tryTake(ANY, 1)).isTrue();
  }

  @Test
  void holdsNoLockWhenACallIsOver() {
    List<Runnable> calls = List.of(
        () -> limit.giveBack(ANY, limit.take(ANY, 1, ticker.nanos()), 0, 1),
        () -> limit.giveBack(ANY, limit.take(ANY, 1, ticker.nanos()), Long.MAX_VALUE, 1),
        () -> limit.undo(ANY, 0, 0, 1, 0, 0),
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
      SingleLimit often = new SingleLimit(odd, ticker);
      often.take(4, Answer.YES_OR_NO);
      ticker.advanceNanos(4 * 86_400_000_000_000L);
      long now = ticker.nanos();

      assertThat(Ahead.take(often, ANY, 1, now, 0)).isEqualTo(odd.step(odd.idle(now), now, 1));
    }

    @Test
    void refusesMoreThanTheBurst() { // which a change made smaller meanwhile
      long overflowsToNothing = 1L << 55;
      assertThat(Ahead.take(limit, ANY, overflowsToNothing, ticker.nanos(), 1)).isEqualTo(REJECTED);
      assertThat(limit.retryAfterNanos(ANY, overflowsToNothing, ticker.nanos())).isPositive();
    }
  }
}
