package dev.flowshield.engine.keyed;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.rate.Altered;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/**
 * The races that the invariants of {@link Segment} and of the slots are about, each written down as
 * one order of steps: what other threads do is done while this one reads the clock, or while it
 * asks whether a word is idle. In each, two permits of a key may pass at one instant, and ten a
 * second.
 */
class KeyTableInterleavingTest {

  private static final long TENTH = 100_000_000;
  private static final int BURST = 2;
  private static final long ALICE = Hashes.inTheFirstBucket(1_000);
  private static final long BOB = Hashes.inTheFirstBucket(2_000);
  private static final long CAROL = Hashes.inTheFirstBucket(3_000);

  private final ManualTicker time = ManualTicker.atZero();
  private final Deque<Runnable> whileTheClockIsRead = new ArrayDeque<>();
  private final Deque<Runnable> whileASlotIsClaimed = new ArrayDeque<>();
  private final Deque<Runnable> whileATakingIsJudged = new ArrayDeque<>();
  private final KeyTable table = new KeyTable(algorithm(), clock(), 1);

  @Test
  void aPermitIsNotTakenFromAnArrayThatWasReplaced() { // K5
    for (int i = 0; i < 7; i++) {
      take(Hashes.inTheFirstBucket(i));
    }
    int admitted = take(ALICE);
    whileTheClockIsRead.add(() -> take(Hashes.inTheSecondBucket(0))); // grows

    admitted += takeAtASecondLook(ALICE);
    admitted += take(ALICE);

    assertThat(table.tracked()).as("it has grown").isEqualTo(9);
    assertThat(admitted).isEqualTo(BURST);
  }

  @Test
  void aPermitIsNotTakenFromASlotThatWasPassedOn() { // S1
    take(ALICE);
    time.advanceNanos(TENTH);
    whileTheClockIsRead.add(() -> take(BOB)); // gets the slot, as alice is idle

    int admitted = takeAtASecondLook(ALICE);
    admitted += takeAll(ALICE);

    assertThat(admitted).isEqualTo(BURST);
    assertThat(takeAll(BOB)).as("one was taken").isEqualTo(BURST - 1);
  }

  @Test
  void aPermitIsNotTakenFromAStrangerWhoseWordIsWhatTheKeysWordWas() { // S4
    Taken taken = taken(ALICE);
    whileATakingIsJudged.add(() -> {
      refund(ALICE, taken); // alice is idle
      take(BOB); // gets the slot, and the word that alice's thread has seen
    });

    int admitted = take(ALICE);
    admitted += takeAll(ALICE);

    assertThat(admitted).isEqualTo(BURST);
    assertThat(takeAll(BOB)).as("what is left after alice's mistake").isZero();
  }

  @Test
  void aNewcomerThatAnotherThreadPutInIsNotPutInTwice() { // K1
    growToTheCap();
    int[] theirs = {0};
    whileTheClockIsRead.add(() -> theirs[0] = take(ALICE));

    int ours = takeAtASecondLook(ALICE);
    ours += takeAll(ALICE);

    assertThat(theirs[0] + ours).isEqualTo(BURST);
  }

  @Test
  void aNewcomerIsJudgedByAReadingMadeUnderTheLock() { // K2
    growToTheCap();
    int[] theirs = {0};
    whileTheClockIsRead.add(() -> {
      theirs[0] = takeAll(ALICE);
      time.advanceNanos(BURST * TENTH); // alice is idle, and her slot is passed on
      take(BOB);
      take(CAROL);
    });

    int ours = takeAtASecondLook(ALICE);
    ours += takeAll(ALICE);

    assertThat(theirs[0]).isEqualTo(BURST);
    assertThat(ours).as("what came back since").isEqualTo(BURST);
  }

  @Test
  void aSlotIsNotPassedOnWhenItsOwnerComesBackFirst() { // S2
    take(ALICE);
    time.advanceNanos(TENTH);
    int[] admitted = {0};
    whileASlotIsClaimed.add(() -> admitted[0] = take(ALICE));

    assertThat(take(BOB)).isOne();

    assertThat(admitted[0]).isOne();
    assertThat(takeAll(ALICE)).isEqualTo(BURST - 1);
    assertThat(takeAll(BOB)).isEqualTo(BURST - 1);
  }

  @Test
  void aKeyFromTheOverflowBringsItsDebtAlong() { // K3
    growToTheCap();
    for (int i = 0; i < 8; i++) {
      take(Hashes.inTheFirstBucket(i));
    }
    int admitted = takeAll(ALICE); // from the overflow
    time.advanceNanos(TENTH); // there are slots again

    admitted += takeAll(ALICE);

    assertThat(table.overflowed()).isEqualTo(BURST);
    assertThat(admitted).as("the burst, and what came back").isEqualTo(BURST + 1);
  }

  @Test
  void aRejectedStrangerOfAFullTableNeedsNoLock() { // K4
    growToTheCap();
    for (int i = 0; i < 8; i++) {
      take(Hashes.inTheFirstBucket(i));
    }
    takeAll(ALICE); // all that the overflow has
    whileASlotIsClaimed.add(() -> Meanwhile.anotherThread(
        () -> { // this thread has the lock
          assertThat(decide(BOB)).isEqualTo(new Decision.Rejected(0, TENTH - 1));
          assertThat(decide(ALICE)).isEqualTo(new Decision.Rejected(0, TENTH - 1));
        }));
    time.advanceNanos(1);
    take(Hashes.inTheSecondBucket(100));

    assertThat(whileASlotIsClaimed).as("all that was to be done meanwhile").isEmpty();
  }

  @Test
  void aKnownKeyNeedsNoLock() { // K4
    growToTheCap();
    take(ALICE);
    whileASlotIsClaimed.add(() -> Meanwhile.anotherThread(
        () -> { // this thread has the lock
          assertThat(take(ALICE)).isOne();
          assertThat(take(ALICE)).isZero();
        }));
    take(Hashes.inTheSecondBucket(100));

    assertThat(whileASlotIsClaimed).as("all that was to be done meanwhile").isEmpty();
  }

  @Test
  void aClockThatStepsBackDoesNotForgiveAKeyWhoseSlotWasPassedOn() { // K2
    int admitted = takeAll(ALICE);
    time.advanceNanos(BURST * TENTH);
    take(BOB);

    time.advanceNanos(-BURST * TENTH);
    admitted += takeAll(ALICE);
    time.advanceNanos(BURST * TENTH);
    admitted += takeAll(ALICE);

    assertThat(admitted).as("in two tenths of a second").isEqualTo(BURST + BURST);
  }

  @Test
  void aTakingBehindPermitsThatFallJustThenKnowsOfTheFall() { // B1
    Taken first = taken(ALICE);
    Taken[] second = new Taken[1];
    whileTheClockIsRead.add(() -> second[0] = taken(ALICE)); // stands behind the first
    refund(ALICE, first);
    time.advanceNanos(TENTH + TENTH / 2); // so the second's permit is back since half a tenth
    int admitted = takeAll(ALICE);

    refund(ALICE, second[0]);
    time.advanceNanos(TENTH / 2);
    admitted += takeAll(ALICE);

    assertThat(admitted).as("in half a tenth").isEqualTo(BURST);
  }

  @Test
  void aTakingBehindPermitsThatWereGivenBackIsBackTheEarlier() { // B1
    Taken first = taken(ALICE);
    Taken second = taken(ALICE);
    refund(ALICE, first);
    time.advanceNanos(TENTH + TENTH / 2);
    int admitted = takeAll(ALICE);

    refund(ALICE, second);
    time.advanceNanos(TENTH / 2);
    admitted += takeAll(ALICE);

    assertThat(admitted).as("in half a tenth").isEqualTo(BURST);
  }

  @Test
  void whatIsGivenBackIsJudgedByAReadingMadeAfterTheWordWasRead() {
    Taken early = taken(ALICE);
    int[] theirs = {0};
    whileTheClockIsRead.add(() -> {
      time.advanceNanos(TENTH); // the permit has come back by itself
      theirs[0] = takeAll(ALICE);
    });

    refund(ALICE, early);

    assertThat(theirs[0] + takeAll(ALICE)).isEqualTo(BURST);
  }

  @Test
  void aWordIsNotGivenBackToWhatAnOwnerBeforeLeftThere() { // K6, S4
    take(ALICE);
    time.advanceNanos(TENTH); // alice's word is idle, and is this instant
    whileATakingIsJudged.add(() -> refund(BOB, taken(BOB)));

    int admitted = take(ALICE); // must not take from the slot that is bob's by now
    admitted += takeAll(ALICE);

    assertThat(admitted).isEqualTo(BURST);
    time.advanceNanos(1);
    assertThat(takeAll(BOB)).as("not given back at that reading").isEqualTo(BURST - 1);
  }

  @Test
  void aPermitIsNotTakenFromAnArrayWhoseLimitWasChanged() { // K5, K7
    int admitted = take(ALICE);
    whileTheClockIsRead.add(() -> table.changeTo(new Gcra(RateLimit.parse("10/s burst " + BURST))));

    admitted += takeAtASecondLook(ALICE);
    admitted += takeAll(ALICE);

    assertThat(admitted).isEqualTo(BURST);
  }

  @Test
  void aChangeCountsWhatIsOwedInTheNewLimit() { // K7
    take(ALICE);

    table.changeTo(new Gcra(RateLimit.parse("5/s burst 4")));

    assertThat(table.remaining(ALICE, time.nanos())).as("half, as before").isEqualTo(2);
  }

  @Test
  void whatWasTakenBeforeAChangeIsNotGivenBackAfterIt() { // K7
    Taken before = taken(ALICE);
    table.changeTo(new Gcra(RateLimit.parse("10/s burst " + BURST)));

    refund(ALICE, before);

    assertThat(takeAll(ALICE)).isEqualTo(BURST - 1);
  }

  @Test
  void whatWasTakenWhileTheLimitChangesIsNotGivenBackBeforeTheChangeHasEnded() { // K7
    KeyTable wide = new KeyTable(new Gcra(RateLimit.parse("10/s burst 2")), clock(), 128);
    long inTheLast = ALICE | 1L << 56;
    wide.take(ALICE, 1, AnswerFactory.YES_OR_NO);
    wide.take(inTheLast, 1, AnswerFactory.YES_OR_NO);
    Taken[] meanwhile = new Taken[1];
    whileTheClockIsRead.add(
        () -> { // the first segment is being changed
          long before = wide.ledger(inTheLast).stamp(inTheLast);
          meanwhile[0] = new Taken(wide.take(inTheLast, 1, time.nanos()), before);
        });
    whileTheClockIsRead.add(
        () -> { // the last one is
        });
    wide.changeTo(new Gcra(RateLimit.parse("10/s burst 2")));

    wide.ledger(inTheLast).refund(inTheLast, meanwhile[0].word(), meanwhile[0].before(), 1);

    assertThat(wide.remaining(inTheLast, time.nanos())).isZero();
  }

  @Test
  void whatWasResetIsNotGivenBackOnceMore() {
    Taken before = taken(ALICE);
    table.ledger(ALICE).reset(ALICE);
    int admitted = takeAll(ALICE);

    refund(ALICE, before);

    assertThat(admitted + takeAll(ALICE)).isEqualTo(BURST);
  }

  /**
   * Nine keys of the second bucket and one of the first, so that no array is replaced any more; all
   * of them idle.
   */
  private void growToTheCap() {
    for (int i = 0; i < 8; i++) {
      take(Hashes.inTheSecondBucket(i));
    }
    take(Hashes.inTheFirstBucket(0));
    time.advanceNanos(TENTH);
    assertThat(table.tracked()).isEqualTo(9);
    assertThat(table.capacity()).isEqualTo(16);
  }

  /** A permit that may be given back: the word after it, and the count before it. */
  private record Taken(long word, long before) {}

  private Taken taken(long key) {
    long before = table.ledger(key).stamp(key);
    return new Taken(table.take(key, 1, time.nanos()), before);
  }

  private void refund(long key, Taken taken) {
    table.ledger(key).refund(key, taken.word(), taken.before(), 1);
  }

  /** Takes one permit, and tells how many were admitted. */
  private int take(long key) {
    return table.take(key, 1, AnswerFactory.YES_OR_NO) ? 1 : 0;
  }

  /**
   * As {@link #take}, where the first look, by a reading of long ago, rejected the permit: so there
   * is a clock to be read once more.
   */
  private int takeAtASecondLook(long key) {
    long longAgo = time.nanos() - 1_000 * TENTH;
    return table.take(key, 1, longAgo) != REJECTED ? 1 : 0;
  }

  /** Takes until it is rejected. */
  private int takeAll(long key) {
    for (int admitted = 0; admitted < 100; admitted++) {
      if (take(key) == 0) {
        return admitted;
      }
    }
    throw new AssertionError("it is never rejected");
  }

  private Decision decide(long key) {
    return table.take(key, 1, AnswerFactory.decision(""));
  }

  /** A thread that reads it reads first, and gets the reading after what is done meanwhile. */
  private Ticker clock() {
    return () -> {
      long reading = time.nanos();
      Runnable meanwhile = whileTheClockIsRead.poll();
      if (meanwhile != null) {
        Meanwhile.anotherThread(meanwhile);
      }
      return reading;
    };
  }

  private RateAlgorithm algorithm() {
    return new Altered(new Gcra(RateLimit.parse("10/s burst " + BURST))) {
      @Override
      public boolean isIdle(long word, long now) {
        boolean idle = super.isIdle(word, now);
        if (!whileASlotIsClaimed.isEmpty() && Meanwhile.in("claim")) {
          Meanwhile.anotherThread(whileASlotIsClaimed.remove());
        }
        return idle;
      }

      @Override
      public long step(long word, long now, long permits) {
        long next = super.step(word, now, permits);
        if (!whileATakingIsJudged.isEmpty() && Meanwhile.in("tryTake")) {
          Meanwhile.anotherThread(whileATakingIsJudged.remove());
        }
        return next;
      }
    };
  }
}
