package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.keyed.Meanwhile;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.engine.rate.SlidingWindow;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Two cells of 16 permits, 32 of the 2048 permits of the burst. The clock wraps around soon after
 * the start.
 */
public class CellsTest {

  private static final long TENTH = 100_000_000;
  private static final long ANY = 7;
  private static final long BURST = 2048;
  private static final long PREPAID = 32;

  private final Gcra tenASecond = new Gcra(RateLimit.parse("10/s burst " + BURST));
  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 2 * TENTH);
  private final StripedAllowance limit = new StripedAllowance(tenASecond, ticker, 2);

  @Test
  void areAsManyAsTheBurstAffords() { // each holds 16 permits or more, all of them a 64th part
    assertThat(cells("100/s")).isEqualTo(new Layout(0, 0));
    assertThat(cells("2047/s")).isEqualTo(new Layout(0, 0));
    assertThat(cells("2048/s")).isEqualTo(new Layout(2, 32));
    assertThat(cells("5000/s")).isEqualTo(new Layout(4, 76));
    assertThat(cells("5000/s burst 8192")).isEqualTo(new Layout(8, 128));
    assertThat(cells("5000/s burst 1000000")).isEqualTo(new Layout(8, 512));
  }

  @Test
  void areNoneForAlgorithmsThatCountInWindows() {
    assertThat(new StripedAllowance(new SlidingWindow(RateLimit.parse("100000/s"), 0), ticker, 8))
        .satisfies(plain -> assertThat(plain.striped().isPlain()).isTrue());
  }

  private record Layout(int cells, long permits) {}

  private Layout cells(String text) {
    Gcra algorithm = new Gcra(RateLimit.parse(text));
    StripedWord cells = new StripedAllowance(algorithm, ticker, 8).striped();
    long prepaid = algorithm.burst() - cells.algorithm().burst();
    return new Layout(cells.count(), prepaid);
  }

  @Test
  void startsWithTheWholeBurstAtOnce() {
    assertThat(limit.take(ANY, BURST, AnswerFactory.decision("")))
        .isEqualTo(new Decision.Admitted(0));
    assertThat(limit.take(ANY, 1, AnswerFactory.decision("")))
        .isEqualTo(new Decision.Rejected(0, TENTH, ""));
  }

  @Test
  void startsWithTheWholeBurstOneByOne() {
    for (long left = BURST - 1; left >= 0; left--) {
      assertThat(limit.take(ANY, 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Admitted(left));
    }
    assertThat(limit.take(ANY, 1, AnswerFactory.decision("")))
        .isEqualTo(new Decision.Rejected(0, TENTH, ""));
  }

  @Test
  void startsWithTheWholeBurstWhereverTheClockStands() {
    for (long start : new long[] {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 62, 3L << 61}) {
      StripedAllowance anywhere =
          new StripedAllowance(tenASecond, ManualTicker.startingAt(start), 2);
      assertThat(taken(anywhere)).isEqualTo(BURST);
    }
  }

  @Test
  void refillsWithTheTimeToTheNanosecond() {
    taken(limit);
    for (int i = 0; i < 50; i++) {
      ticker.advanceNanos(TENTH - 1);
      assertThat(limit.take(ANY, 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Rejected(0, 1, ""));
      ticker.advanceNanos(1);
      assertThat(limit.take(ANY, 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Admitted(0));
    }
  }

  @Test
  void looksAtNoClockWhileTheOwnCellHasPermits() {
    int[] readings = {0};
    StripedAllowance counted = new StripedAllowance(tenASecond, () -> readings[0]++, 2);
    int start = readings[0];

    for (int i = 0; i < PREPAID / 2; i++) {
      assertThat(counted.tryTake(ANY, 1)).isTrue();
    }

    assertThat(readings[0]).isEqualTo(start);
  }

  @Test
  void findsThePermitsOfOtherCellsBeforeItRejects() {
    assertThat(limit.tryTake(ANY, BURST - PREPAID)).as("all of the word").isTrue();

    assertThat(limit.take(ANY, PREPAID - 1, AnswerFactory.decision("")))
        .as("both cells")
        .isEqualTo(new Decision.Admitted(1));
    assertThat(limit.take(ANY, 2, AnswerFactory.decision("")))
        .isEqualTo(new Decision.Rejected(1, TENTH, ""));
    assertThat(taken(limit)).isEqualTo(1);
  }

  @Test
  void aRejectionChangesNothing() {
    limit.tryTake(ANY, BURST - PREPAID);
    limit.tryTake(ANY, PREPAID - 3);

    for (int i = 0; i < 3; i++) {
      assertThat(limit.take(ANY, 4, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Rejected(3, TENTH, ""));
      assertThat(limit.take(ANY, 4, ticker.nanos())).isEqualTo(REJECTED);
      assertThat(limit.retryAfterNanos(ANY, 3, ticker.nanos())).isZero();
    }
  }

  @Test
  void isShortOfNoMoreThanTheCellsHoldAfterARest() {
    taken(limit);
    ticker.advanceNanos(10 * BURST * TENTH);

    assertThat(limit.remaining(ANY, ticker.nanos())).isEqualTo(BURST - PREPAID);
    assertThat(limit.retryAfterNanos(ANY, BURST - PREPAID + 1, ticker.nanos())).isEqualTo(TENTH);
    assertThat(taken(limit)).isEqualTo(BURST - PREPAID);
  }

  @Test
  void admitsTheWholeBurstAfterTheTimeItTold() {
    taken(limit);
    ticker.advanceNanos(10 * BURST * TENTH);

    assertThat(limit.take(ANY, BURST, AnswerFactory.decision("")))
        .isEqualTo(new Decision.Rejected(BURST - PREPAID, PREPAID * TENTH, ""));
    ticker.advanceNanos(PREPAID * TENTH - 1);
    assertThat(limit.take(ANY, BURST, AnswerFactory.decision("")))
        .isEqualTo(new Decision.Rejected(BURST - 1, 1, ""));
    ticker.advanceNanos(1);
    assertThat(limit.take(ANY, BURST, AnswerFactory.decision("")))
        .isEqualTo(new Decision.Admitted(0));
  }

  @Test
  void aLookAheadAtTheWholeBurstComesTrueToo() {
    taken(limit);
    ticker.advanceNanos(10 * BURST * TENTH);

    long wait = limit.retryAfterNanos(ANY, BURST, ticker.nanos());
    ticker.advanceNanos(wait);

    assertThat(wait).isEqualTo(PREPAID * TENTH);
    assertThat(limit.retryAfterNanos(ANY, BURST, ticker.nanos())).isZero();
  }

  @Test
  void keepsNoPermitsWhenTheTickerFails() {
    boolean[] broken = {false};
    StripedAllowance failing = new StripedAllowance(
        tenASecond,
        () -> {
          if (broken[0]) {
            throw new IllegalStateException("no time");
          }
          return 0;
        },
        2);
    failing.tryTake(ANY, BURST / 2);
    broken[0] = true;
    assertThatThrownBy(() -> failing.tryTake(ANY, PREPAID)).hasMessage("no time");
    assertThatThrownBy(() -> failing.charge(ANY, 2 * PREPAID)).hasMessage("no time");
    assertThatThrownBy(() -> failing.changeTo(tenASecond)).hasMessage("no time");
    broken[0] = false;

    assertThat(taken(failing)).isEqualTo(BURST / 2);
  }

  @Test
  void isNotSpentWhenTheClockCameRound() {
    Gcra odd = new Gcra(RateLimit.parse("9999991/s burst 9999")); // comes round in 6.5 days
    StripedAllowance fast = new StripedAllowance(odd, ticker, 2);
    taken(fast);
    ticker.advanceNanos(5 * 86_400_000_000_000L);

    long taken = fast.take(ANY, 5, ticker.nanos());
    assertThat(taken).isNotEqualTo(REJECTED);
    assertThat(fast.remaining(ANY, ticker.nanos())).isEqualTo(9999 - 2 * 64 - 5);
    fast.refund(ANY, taken, 0, 5);
    assertThat(fast.remaining(ANY, ticker.nanos())).isEqualTo(9999 - 2 * 64);
  }

  @Test
  void givesThreadsThatCameOneAfterAnotherDifferentCells() throws Exception {
    AtomicInteger readings = new AtomicInteger();
    StripedAllowance counted = new StripedAllowance(tenASecond, readings::incrementAndGet, 2);
    int start = readings.get();
    List<Thread> threads = Stream.generate(() -> new Thread(() -> counted.tryTake(ANY, 1)))
        .limit(20)
        .toList();

    for (Thread thread : threads) {
      thread.start();
      thread.join();
    }

    assertThat(readings).as("though one cell has 16 permits").hasValue(start);
  }

  @Test
  void leavesWhatIsInTheCellsWhereItIsWhenItRejectsThoseWhoWouldWait() {
    limit.tryTake(ANY, BURST - PREPAID);
    limit.tryTake(ANY, PREPAID - 3);

    assertThat(Ahead.take(limit, ANY, 5, ticker.nanos(), TENTH)).isEqualTo(REJECTED);

    assertThat(taken(limit)).isEqualTo(3);
  }

  @Test
  void lendsNoCellForGoodToWhoeverGatheredPermits() { // H4
    limit.tryTake(ANY, BURST - PREPAID - 5);
    assertThat(limit.tryTake(ANY, PREPAID + 2))
        .as("all cells and some of the word")
        .isTrue();
    limit.reset(ANY);
    limit.tryTake(ANY, BURST - PREPAID);
    assertThat(limit.tryTake(ANY, PREPAID - 3)).as("both cells").isTrue();
    limit.reset(ANY);
    limit.charge(ANY, PREPAID + 2);

    limit.reset(ANY); // waits for every cell

    assertThat(taken(limit)).isEqualTo(BURST);
  }

  @Test
  void holdsNoLockWhenACallIsOver() {
    List<Runnable> calls = List.of(
        () -> limit.refund(ANY, limit.take(ANY, 5, ticker.nanos()), 0, 5),
        () -> limit.refund(ANY, limit.take(ANY, 5, ticker.nanos()), Long.MAX_VALUE, 5),
        () -> limit.tryTake(ANY, BURST),
        () -> limit.reset(ANY),
        () -> limit.changeTo(new Gcra(RateLimit.parse("20/s burst " + BURST))));

    for (Runnable call : calls) {
      call.run();
      Meanwhile.anotherThread(() -> limit.reset(ANY));
    }

    assertThat(taken(limit)).isEqualTo(BURST);
  }

  /** What other threads do while one looks at the clock. */
  @Nested
  class WhileTheClockIsRead {

    private final Deque<Runnable> readings = new ArrayDeque<>();
    private long time;
    private final StripedAllowance raced = new StripedAllowance(tenASecond, this::read, 2);

    private long read() {
      long before = time;
      if (!readings.isEmpty()) {
        readings.remove().run(); // after the clock was read, before its reading is used
      }
      return before;
    }

    private void takesFromOwnCell(long permits) {
      for (long i = 0; i < permits; i++) {
        assertThat(raced.tryTake(ANY, 1)).isTrue();
      }
    }

    @Test
    void aFillDoesNotBringPermitsOfATimeLongPast() { // H2
      long ofOneCell = PREPAID / 2;
      takesFromOwnCell(ofOneCell);
      readings.add(() -> {
        takesFromOwnCell(1); // by another thread, which fills the cell
        time += 2 * BURST * TENTH; // all of the word is back
        takesFromOwnCell(ofOneCell);
      });
      assertThat(raced.tryTake(ANY, 1)).as("begun long ago").isTrue();

      assertThat(ofOneCell + taken(raced)).as("since then").isLessThanOrEqualTo(BURST);
    }

    @Test
    void whatIsTakenWhileTheCellIsFilledCanBeGivenBack() {
      takesFromOwnCell(PREPAID / 2);
      long[] taken = new long[1];
      readings.add(() -> {});
      readings.add(() -> taken[0] = raced.take(ANY, 3, time)); // by another thread of that cell
      assertThat(raced.tryTake(ANY, 1)).isTrue();

      raced.refund(ANY, taken[0], 0, 3);

      assertThat(PREPAID / 2 + 1 + taken(raced)).isEqualTo(BURST);
    }

    @Test
    void whatIsGivenBackIsNotLostWhenAnotherTakesAtThatMoment() {
      takesFromOwnCell(PREPAID / 2);
      long word = raced.take(ANY, 20, time);
      readings.add(() -> raced.take(ANY, 30, time));
      raced.refund(ANY, word, 0, 20);

      assertThat(PREPAID / 2 + 30 + taken(raced)).isEqualTo(BURST);
    }

    @Test
    void aTakingIsJudgedAnewWhenTheLimitWasReset() { // H5
      assertThat(raced.tryTake(ANY, BURST)).as("on one word from now on").isTrue();
      readings.add(() -> raced.reset(ANY));

      assertThat(raced.tryTake(ANY, 1)).isTrue();

      assertThat(taken(raced)).isEqualTo(BURST - 1);
    }

    @Test
    void aChargeAndAResetComeOneAfterTheOther() throws Exception { // H5
      FutureTask<Long> reset = new FutureTask<>(() -> {
        raced.reset(ANY);
        return 0L;
      });
      readings.add(() -> Meanwhile.anotherThreadWaits(reset));

      raced.charge(ANY, BURST);
      reset.get();

      assertThat(taken(raced)).isEqualTo(BURST);
    }

    @Test
    void aCellThatIsFilledIsNotTakenFrom() { // H1
      takesFromOwnCell(PREPAID / 2 - 2);
      readings.add(() -> {});
      readings.add(() -> takesFromOwnCell(2));
      assertThat(raced.tryTake(ANY, 3)).isTrue();

      assertThat(PREPAID / 2 + 3 + taken(raced)).isEqualTo(BURST);
    }
  }

  @Nested
  class GivingBack {

    @Test
    void returnsWhatWasTakenWhileThereWasPlenty() {
      long before = limit.stamp(ANY);
      long taken = limit.take(ANY, PREPAID + 5, ticker.nanos());

      limit.refund(ANY, taken, before, PREPAID + 5);

      assertThat(taken(limit)).isEqualTo(BURST);
    }

    @Test
    void returnsWhatWasTakenFromTheCellOfAnotherThread() {
      limit.tryTake(ANY, BURST - PREPAID);
      limit.tryTake(ANY, 10); // which leaves six in the own cell
      long before = limit.stamp(ANY);
      long taken = limit.take(ANY, 12, ticker.nanos());

      limit.refund(ANY, taken, before, 12);

      assertThat(taken(limit)).isEqualTo(PREPAID - 10);
    }

    @Test
    void returnsWhatWasTaken() {
      limit.tryTake(ANY, BURST - PREPAID);
      long before = limit.stamp(ANY);
      long taken = limit.take(ANY, PREPAID, ticker.nanos());

      limit.refund(ANY, taken, before, PREPAID);

      assertThat(taken(limit)).isEqualTo(PREPAID);
    }

    @Test
    void returnsWhatWasTakenFromACell() {
      limit.tryTake(ANY, BURST / 2);
      long before = limit.stamp(ANY);
      long taken = limit.take(ANY, 5, ticker.nanos());

      limit.refund(ANY, taken, before, 5);

      assertThat(limit.remaining(ANY, ticker.nanos())).isEqualTo(BURST / 2);
      assertThat(taken(limit)).isEqualTo(BURST / 2);
    }

    @Test
    void doesNotReturnWhatHasComeBackByItself() {
      limit.tryTake(ANY, PREPAID);
      limit.tryTake(ANY, PREPAID);
      long taken = limit.take(ANY, 5, ticker.nanos());
      ticker.advanceNanos(10 * PREPAID * TENTH);
      long left = limit.remaining(ANY, ticker.nanos());

      limit.refund(ANY, taken, 0, 5);

      assertThat(limit.remaining(ANY, ticker.nanos())).isEqualTo(left);
    }
  }

  /**
   * What another thread does while the limit changes to one of twice the burst; half of it was
   * spent.
   */
  @Nested
  class WhileItIsChanged {

    private final Deque<Runnable> whileTheClockIsRead = new ArrayDeque<>();
    private final StripedAllowance changing = new StripedAllowance(
        tenASecond,
        () -> {
          Runnable meanwhile = whileTheClockIsRead.poll();
          if (meanwhile != null) {
            meanwhile.run();
          }
          return 0;
        },
        2);

    private long asked(LongSupplier question) throws Exception {
      changing.tryTake(ANY, BURST / 2);
      FutureTask<Long> answer = new FutureTask<>(question::getAsLong);
      whileTheClockIsRead.add(() -> Meanwhile.anotherThreadWaits(answer));
      changing.changeTo(new Gcra(RateLimit.parse("10/s burst " + 2 * BURST)));
      long answered = answer.get();
      Meanwhile.anotherThread(
          () -> changing.refund(ANY, 0, Long.MAX_VALUE, 1)); // the waiter has no lock
      return answered;
    }

    @Test
    void whoLooksWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> changing.remaining(ANY, 0))).isEqualTo(BURST);
    }

    @Test
    void whoAsksHowLongItTakesWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> changing.retryAfterNanos(ANY, BURST + 3, 0))).isEqualTo(3 * TENTH);
    }

    @Test
    void whoTakesWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> changing.take(ANY, BURST - 5, 0))).isNotEqualTo(REJECTED);
      assertThat(changing.remaining(ANY, 0)).isEqualTo(5);
    }

    @Test
    void whoTakesAheadWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> Ahead.take(changing, ANY, BURST + 1, 0, TENTH)))
          .isNotEqualTo(REJECTED);
      assertThat(changing.retryAfterNanos(ANY, 1, 0)).isEqualTo(2 * TENTH);
    }

    @Test
    void whatIsChargedIsChargedToTheNewLimit() throws Exception {
      asked(() -> {
        changing.charge(ANY, 5);
        return 0;
      });

      assertThat(changing.remaining(ANY, 0)).isEqualTo(BURST - 5);
    }
  }

  @Nested
  class OnOneWord {

    OnOneWord() {
      limit.tryTake(ANY, BURST);
      ticker.advanceNanos(BURST * TENTH);
    }

    @Test
    void doesNotReturnWhatCameBackEarlierThanksToAnother() { // B1
      long none = limit.stamp(ANY);
      long first = limit.take(ANY, 1, ticker.nanos());
      long second = limit.take(ANY, 1, ticker.nanos());
      limit.refund(ANY, first, none, 1);
      ticker.advanceNanos(TENTH + TENTH / 2); // the second's is back since half a tenth
      assertThat(limit.tryTake(ANY, BURST)).isTrue();

      limit.refund(ANY, second, none, 1);

      assertThat(limit.retryAfterNanos(ANY, 1, ticker.nanos())).isEqualTo(TENTH);
    }

    @Test
    void returnsAllThatWasTakenAfterOthersGaveBack() { // B1
      limit.refund(ANY, limit.take(ANY, 7, ticker.nanos()), limit.stamp(ANY), 7);
      long before = limit.stamp(ANY);
      long taken = limit.take(ANY, 5, ticker.nanos());

      limit.refund(ANY, taken, before, 5);

      assertThat(limit.remaining(ANY, ticker.nanos())).isEqualTo(BURST);
    }

    @Test
    void returnsOnlyWhatIsStillOutWhenTheCallerThatWaitsIsServed() { // W4 of Line
      long before = limit.stamp(ANY);
      long taken = limit.take(ANY, BURST, ticker.nanos());
      limit.waitUntil(ANY, ticker.nanos() + BURST * TENTH);
      Ahead.take(limit, ANY, BURST, ticker.nanos(), BURST * TENTH);

      limit.refund(ANY, taken, before, BURST);

      assertThat(limit.retryAfterNanos(ANY, 1, ticker.nanos())).isEqualTo((BURST + 1) * TENTH);
    }

    @Test
    void returnsNothingTakenBeforeAChange() {
      long before = limit.stamp(ANY);
      long taken = limit.take(ANY, BURST, ticker.nanos());
      limit.changeTo(new Gcra(RateLimit.parse("20/s burst " + BURST)));

      limit.refund(ANY, taken, before, BURST);

      assertThat(limit.remaining(ANY, ticker.nanos())).isZero();
    }

    @Test
    void undoesWhatWasTakenAhead() {
      taken(limit);
      long before = limit.retryAfterNanos(ANY, 1, ticker.nanos());
      Ledger.FutureTake taken = Ahead.taking(limit, ANY, 1, ticker.nanos() + TENTH);
      assertThat(limit.retryAfterNanos(ANY, 1, ticker.nanos())).isEqualTo(before + TENTH);

      assertThat(Ahead.undo(limit, ANY, taken)).isTrue();

      assertThat(limit.retryAfterNanos(ANY, 1, ticker.nanos())).isEqualTo(before);
    }

    @Test
    void undoesNothingOnceThereAreCellsAgain() {
      Ledger.FutureTake taken = Ahead.taking(limit, ANY, 1, ticker.nanos() + TENTH);
      limit.reset(ANY);

      assertThat(Ahead.undo(limit, ANY, taken)).isFalse();

      assertThat(taken(limit)).isEqualTo(BURST);
    }
  }

  @Nested
  class Waiting {

    @Test
    void isForPermitsThatNobodyElseThenFinds() {
      limit.tryTake(ANY, BURST - PREPAID);
      limit.tryTake(ANY, PREPAID - 3);
      long now = ticker.nanos();

      long wait = limit.retryAfterNanos(ANY, 5, now);
      assertThat(wait).isEqualTo(2 * TENTH);
      assertThat(Ahead.take(limit, ANY, 5, now, wait)).isNotEqualTo(REJECTED);

      assertThat(limit.take(ANY, 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Rejected(0, 3 * TENTH, ""));
      ticker.advanceNanos(3 * TENTH);
      assertThat(taken(limit)).isEqualTo(1);
    }

    @Test
    void isRejectedIfTheyAreNotThereThenEither() {
      taken(limit);

      assertThat(Ahead.take(limit, ANY, 2, ticker.nanos(), TENTH)).isEqualTo(REJECTED);
      assertThat(Ahead.take(limit, ANY, 2, ticker.nanos(), 2 * TENTH)).isNotEqualTo(REJECTED);
    }

    @Test
    void isForTheWholeBurstIfNeedBe() {
      taken(limit);
      long now = ticker.nanos();

      long wait = limit.retryAfterNanos(ANY, BURST, now);

      assertThat(wait).isEqualTo(BURST * TENTH);
      assertThat(Ahead.take(limit, ANY, BURST, now, wait)).isNotEqualTo(REJECTED);
    }
  }

  @Nested
  class Charging {

    @Test
    void takesTheCellsFirstAndThenTheWord() {
      limit.charge(ANY, 3);
      assertThat(limit.remaining(ANY, ticker.nanos())).isEqualTo(BURST - 3);
      limit.charge(ANY, 100);
      assertThat(limit.remaining(ANY, ticker.nanos())).isEqualTo(BURST - 103);
    }

    @Test
    void takesWhatIsNotThere() {
      limit.tryTake(ANY, BURST - PREPAID);
      limit.charge(ANY, PREPAID + 10);

      assertThat(limit.take(ANY, 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Rejected(0, 11 * TENTH, ""));
    }
  }

  @Nested
  class Changing {

    @Test
    void toANewLimitKeepsWhatWasSpentInProportion() {
      limit.tryTake(ANY, BURST / 2);
      limit.tryTake(ANY, 2);

      limit.changeTo(new Gcra(RateLimit.parse("20/s burst " + 2 * BURST)));
      assertThat(limit.remaining(ANY, ticker.nanos())).isEqualTo(BURST - 4);
      limit.changeTo(new Gcra(RateLimit.parse("20/s burst 4"))); // on one word
      assertThat(limit.remaining(ANY, ticker.nanos())).isEqualTo(1);
      assertThat(limit.burst()).isEqualTo(4);
      limit.changeTo(tenASecond);

      assertThat(taken(limit))
          .as("fractions of a permit are kept, to the nanosecond")
          .isEqualTo(BURST / 2 - 3);
      ticker.advanceNanos(BURST); // what rounding up cost
      assertThat(taken(limit)).isEqualTo(1);
    }

    @Test
    void forgivesNoDebt() {
      limit.tryTake(ANY, BURST - PREPAID);
      limit.charge(ANY, PREPAID + 10);

      limit.changeTo(new Gcra(RateLimit.parse("100/s burst " + BURST)));

      assertThat(limit.retryAfterNanos(ANY, 1, ticker.nanos())).isEqualTo(10 * TENTH + TENTH / 10);
    }

    @Test
    void orResettingLeavesNothingToGiveBackFromBefore() {
      limit.tryTake(ANY, BURST / 2);
      long before = limit.stamp(ANY);
      long taken = limit.take(ANY, 100, ticker.nanos());
      limit.reset(ANY);
      limit.tryTake(ANY, BURST / 2);

      limit.refund(ANY, taken, before, 100);

      assertThat(taken(limit)).isEqualTo(BURST / 2);
    }

    @Test
    void byResettingGivesTheWholeBurst() {
      taken(limit);

      limit.reset(ANY);

      assertThat(taken(limit)).isEqualTo(BURST);
    }
  }

  private static long taken(StripedAllowance limit) {
    long count = 0;
    while (limit.tryTake(ANY, 1)) {
      count++;
    }
    return count;
  }
}
