package dev.flowshield.engine.keyed;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.Ahead;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.allowance.Ledger;
import dev.flowshield.engine.rate.Altered;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTableTest {

  private static final long TENTH = 100_000_000;
  private static final int SLOTS_OF_THE_LEAST_TABLE = 16;
  private static final long ALICE = Hashes.inTheFirstBucket(1_000_000);
  private static final long BOB = Hashes.inTheFirstBucket(2_000_000);

  private final RateAlgorithm tenASecond = new Gcra(RateLimit.parse("10/s burst 4"));
  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 3 * TENTH);
  private final KeyTable table = new KeyTable(tenASecond, ticker, 1);

  @Test
  void tellsTheWordOfAKeyWhetherOrNotItHasASlot() {
    long now = ticker.nanos();
    assertThat(tenASecond.isIdle(table.word(ALICE, now), now)).isTrue();

    table.tryTake(ALICE, 3);

    assertThat(table.word(ALICE, now)).isEqualTo(tenASecond.step(tenASecond.idle(now), now, 3));
    assertThat(tenASecond.isIdle(table.word(BOB, now), now)).isTrue();
  }

  @Test
  void aChangeHoldsForKeysThatComeAtThatMoment() throws InterruptedException {
    for (int i = 0; i < 500; i++) {
      KeyTable changing = new KeyTable(tenASecond, ticker, 1_000);
      CountDownLatch start = new CountDownLatch(1);
      Thread first = new Thread(() -> {
        awaitUninterruptibly(start);
        changing.tryTake(ALICE, 1);
      });
      first.start();
      start.countDown();
      changing.changeTo(new Gcra(RateLimit.parse("10/s burst 8")));
      first.join();

      assertThat(changing.remaining(BOB, ticker.nanos())).isEqualTo(8);
      assertThat(changing.remaining(ALICE, ticker.nanos())).isBetween(6L, 7L);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  @Nested
  class AnEmptyTable {

    @Test
    void remembersNothing() {
      assertThat(table.remaining(ALICE, ticker.nanos())).isEqualTo(4);
      assertThat(table.tracked()).isZero();
      assertThat(table.overflowed()).isZero();
      assertThat(table.capacity()).isEqualTo(SLOTS_OF_THE_LEAST_TABLE);
    }

    @Test
    void givesEachKeyTheWholeBurst() {
      for (long key : new long[] {ALICE, BOB}) {
        for (int left = 3; left >= 0; left--) {
          assertThat(decide(key)).isEqualTo(new Decision.Admitted(left));
        }
        assertThat(decide(key)).isEqualTo(new Decision.Rejected(0, TENTH));
      }
      assertThat(table.tracked()).isEqualTo(2);
    }

    @Test
    void tellsWhatIsLeftToAKeyWithoutWriting() {
      decide(ALICE);

      assertThat(table.remaining(ALICE, ticker.nanos())).isEqualTo(3);
      assertThat(table.retryAfterNanos(ALICE, 4, ticker.nanos())).isEqualTo(TENTH);
      assertThat(table.remaining(BOB, ticker.nanos())).isEqualTo(4);
      assertThat(table.retryAfterNanos(BOB, 4, ticker.nanos())).isZero();
      assertThat(table.tracked()).isEqualTo(1);
    }
  }

  @Nested
  class AtAReadingThatTheCallerHas {

    @Test
    void takesFromAKnownKey() {
      long now = ticker.nanos();
      decide(ALICE);
      ticker.advanceNanos(TENTH / 2);

      assertThat(table.take(ALICE, 1, now))
          .as("by the older reading")
          .isEqualTo(tenASecond.step(tenASecond.idle(now), now, 2));
    }

    @Test
    void looksAtTheClockAgainBeforeItRejects() {
      long now = ticker.nanos();
      table.take(ALICE, 4, AnswerFactory.YES_OR_NO);
      ticker.advanceNanos(TENTH);

      assertThat(table.take(ALICE, 1, now)).isNotEqualTo(REJECTED);
      assertThat(table.take(ALICE, 1, now)).isEqualTo(REJECTED);
    }

    @Test
    void takesForANewcomerToo() {
      long now = ticker.nanos();

      assertThat(table.take(ALICE, 4, now))
          .isEqualTo(tenASecond.step(tenASecond.idle(now), now, 4));
    }
  }

  @Nested
  class AheadOfTime {

    private final RateAlgorithm odd = new Gcra(RateLimit.parse("9999991/s burst 4"));
    private final KeyTable often = new KeyTable(odd, ticker, 1); // a turn takes 6.5 days

    @ParameterizedTest
    @ValueSource(longs = {0, 100})
    void takesForAKeyThatWasLeftAloneUntilTheClockCameRound(long ahead) {
      often.take(ALICE, 4, AnswerFactory.YES_OR_NO);
      ticker.advance(Duration.ofDays(4));
      long now = ticker.nanos();
      assertThat(often.retryAfterNanos(ALICE, 1, now)).isZero();

      assertThat(Ahead.take(often, ALICE, 1, now, ahead))
          .isEqualTo(odd.step(odd.idle(now), now + ahead, 1));
    }

    @Test
    void takesForANewcomerAtTheTimeForWhichItWaits() {
      long now = ticker.nanos();
      ticker.advanceNanos(TENTH); // the lock was not free, say

      assertThat(Ahead.take(table, ALICE, 1, now, 3 * TENTH))
          .isEqualTo(tenASecond.step(tenASecond.idle(now), now + 3 * TENTH, 1));
      assertThat(Ahead.take(table, BOB, 1, now, TENTH / 2))
          .as("that time is over")
          .isEqualTo(tenASecond.step(tenASecond.idle(now), now + TENTH, 1));
    }

    @Test
    void isRejectedIfThePermitsAreNotThereThenEither() {
      table.take(ALICE, 4, AnswerFactory.YES_OR_NO);

      assertThat(Ahead.take(table, ALICE, 2, ticker.nanos(), 2 * TENTH - 1)).isEqualTo(REJECTED);
      assertThat(Ahead.take(table, ALICE, 2, ticker.nanos(), 2 * TENTH)).isNotEqualTo(REJECTED);
    }
  }

  @Nested
  class MorePermitsThanTheBurst {

    private static final long MANY = 1L << 55; // times the interval, this overflows to 0

    @Test
    void asAfterAChangeThatCameInBetweenAreRejected() {
      for (int known = 0; known < 2; known++) {
        long now = ticker.nanos();
        assertThat(table.retryAfterNanos(ALICE, MANY, now)).isPositive();
        assertThat(table.take(ALICE, MANY, now)).isEqualTo(REJECTED);
        assertThat(Ahead.take(table, ALICE, MANY, now, TENTH)).isEqualTo(REJECTED);
        decide(ALICE);
      }
    }
  }

  @Nested
  class AFullTable {

    @Test
    void passesOnTheSlotsOfKeysThatAreIdle() {
      fill(1);
      ticker.advanceNanos(TENTH);

      for (int i = 0; i < 8; i++) {
        assertThat(decide(Hashes.inTheFirstBucket(100 + i))).isEqualTo(new Decision.Admitted(3));
        assertThat(decide(Hashes.inTheSecondBucket(100 + i))).isEqualTo(new Decision.Admitted(3));
      }

      assertThat(table.tracked()).isEqualTo(SLOTS_OF_THE_LEAST_TABLE);
      assertThat(table.overflowed()).isZero();
    }

    @Test
    void letsNewcomersShareAnAllowance() {
      fill(4);

      assertThat(decide(ALICE)).isEqualTo(new Decision.Admitted(3));
      assertThat(decide(BOB)).isEqualTo(new Decision.Admitted(2));
      assertThat(decide(ALICE)).isEqualTo(new Decision.Admitted(1));
      assertThat(decide(BOB)).isEqualTo(new Decision.Admitted(0));
      assertThat(decide(ALICE)).isEqualTo(new Decision.Rejected(0, TENTH));
      assertThat(table.overflowed()).isEqualTo(4);
      assertThat(table.tracked()).isEqualTo(SLOTS_OF_THE_LEAST_TABLE);
    }

    @Test
    void hasManyAllowancesToShare() {
      fill(4);
      for (int overflowWord = 0; overflowWord < 64; overflowWord++) {
        long key = Hashes.inTheFirstBucket(1_000, overflowWord);
        assertThat(table.take(key, 4, AnswerFactory.YES_OR_NO)).isTrue();
        assertThat(table.take(key, 1, AnswerFactory.YES_OR_NO)).isFalse();
      }
    }

    @Test
    @Tag("slow")
    void neverTakesTheSlotOfAKeyInDebt() { // K2
      fill(4);
      Random flood = new Random(1);
      for (int i = 0; i < 100_000; i++) {
        decide(Hashes.any(flood));
      }
      ticker.advanceNanos(TENTH - 1);

      for (int i = 0; i < 8; i++) {
        Decision spent = new Decision.Rejected(0, 1);
        assertThat(decide(Hashes.inTheFirstBucket(i))).isEqualTo(spent);
        assertThat(decide(Hashes.inTheSecondBucket(i))).isEqualTo(spent);
      }
    }

    @Test
    void makesANewcomerStartWithTheDebtOfTheOverflow() { // K3
      fill(1);
      table.take(ALICE, 4, AnswerFactory.YES_OR_NO); // from the overflow
      ticker.advanceNanos(TENTH); // slots are free again

      assertThat(decide(ALICE)).isEqualTo(new Decision.Admitted(0));
      assertThat(decide(ALICE)).isEqualTo(new Decision.Rejected(0, TENTH));
      assertThat(decide(BOB)).as("who shared it").isEqualTo(new Decision.Admitted(0));
      assertThat(table.overflowed()).isEqualTo(1);
    }

    @Test
    void forgetsTheDebtOfTheOverflowOnceThatHasComeBack() {
      fill(4);
      table.take(ALICE, 4, AnswerFactory.YES_OR_NO);
      ticker.advanceNanos(4 * TENTH);

      assertThat(decide(ALICE)).isEqualTo(new Decision.Admitted(3));
    }

    @Test
    void doesNotMistakeAWordFromAnEarlierTurnOfTheClockForADebt() {
      RateAlgorithm odd = new Gcra(RateLimit.parse("9999991/s burst 4")); // a turn takes 6.5 days
      KeyTable oldTable = new KeyTable(odd, ticker, 1);
      for (int i = 0; i < 9; i++) { // the last one finds the bucket full
        oldTable.take(Hashes.inTheFirstBucket(i), 4, AnswerFactory.YES_OR_NO);
      }
      assertThat(oldTable.overflowed()).isEqualTo(1);

      ticker.advance(Duration.ofDays(4));

      for (int i = 8; i >= 0; i--) {
        assertThat(oldTable.take(Hashes.inTheFirstBucket(i), 4, AnswerFactory.YES_OR_NO))
            .as("key %s", i)
            .isTrue();
      }
    }

    private void fill(int permits) {
      for (int i = 0; i < 8; i++) {
        assertThat(table.take(Hashes.inTheFirstBucket(i), permits, AnswerFactory.YES_OR_NO))
            .isTrue();
        assertThat(table.take(Hashes.inTheSecondBucket(i), permits, AnswerFactory.YES_OR_NO))
            .isTrue();
      }
      assertThat(table.tracked()).isEqualTo(SLOTS_OF_THE_LEAST_TABLE);
    }
  }

  @Nested
  class Growth {

    @Test
    void keepsEveryDebt() { // K5
      KeyTable roomy = new KeyTable(tenASecond, ticker, 20_000);
      Random random = new Random(2);
      Map<Long, Long> model = new HashMap<>();
      for (int i = 0; i < 20_000; i++) {
        ticker.advanceNanos(random.nextInt(30_000));
        long now = ticker.nanos();
        long key = Hashes.any(random);
        long permits = 1L + random.nextInt(4);
        assertThat(roomy.take(key, permits, AnswerFactory.YES_OR_NO)).isTrue();
        model.put(key, tenASecond.step(tenASecond.idle(now), now, permits));
      }
      assertThat(roomy.overflowed()).as("so that each has a slot of its own").isZero();

      int inDebt = 0;
      for (Map.Entry<Long, Long> key : model.entrySet()) {
        if (!tenASecond.isIdle(key.getValue(), ticker.nanos())) {
          inDebt++;
          long debt = tenASecond.retryAfterNanos(key.getValue(), ticker.nanos(), 4);
          assertThat(roomy.retryAfterNanos(key.getKey(), 4, ticker.nanos())).isEqualTo(debt);
        }
      }
      assertThat(inDebt).isGreaterThan(10_000);
    }

    @Test
    void leavesBehindTheKeysThatAreIdle() {
      KeyTable roomy = new KeyTable(tenASecond, ticker, 100);
      Random random = new Random(3);
      for (int i = 0; i < 5; i++) {
        roomy.take(Hashes.any(random), 4, AnswerFactory.YES_OR_NO);
      }
      ticker.advanceNanos(4 * TENTH);
      for (int i = 0; i < 9; i++) {
        roomy.take(Hashes.any(random), 4, AnswerFactory.YES_OR_NO);
      }

      assertThat(roomy.tracked()).isEqualTo(9);
    }

    @Test
    @Tag("slow")
    void endsAtTheCapHoweverManyKeysCome() {
      KeyTable roomy = new KeyTable(tenASecond, ticker, 1_000);
      Random random = new Random(4);
      for (int i = 0; i < 200_000; i++) {
        roomy.take(Hashes.any(random), 1, AnswerFactory.YES_OR_NO);
      }

      assertThat(roomy.capacity()).isBetween(1_000L, 2_000L);
      assertThat(roomy.tracked()).isBetween(1_000L, roomy.capacity());
    }

    @Test
    void endsAtTheCapEvenWhenAllKeysWantTheSameBucket() {
      KeyTable roomy = new KeyTable(tenASecond, ticker, 100);
      int admitted = 0;
      for (int i = 0; i < 5_000; i++) {
        for (int request = 0; request < 5; request++) {
          if (roomy.take(Hashes.inTheFirstBucket(i), 1, AnswerFactory.YES_OR_NO)) {
            admitted++;
          }
        }
      }

      assertThat(admitted)
          .as("eight keys, and the one allowance all others share")
          .isEqualTo(36);
      assertThat(roomy.tracked()).isEqualTo(8);
      for (int i = 0; i < 8; i++) {
        assertThat(roomy.take(Hashes.inTheFirstBucket(i), 1, AnswerFactory.decision("")))
            .isEqualTo(new Decision.Rejected(0, TENTH));
      }
    }

    @Test
    void thatFailsMidwayLeavesTheTableAsItWas() {
      boolean[] noMemory = {false};
      RateAlgorithm failing = new Altered(tenASecond) {
        private int moved;

        @Override
        public boolean isIdle(long word, long now) {
          if (noMemory[0] && Meanwhile.in("grown") && moved++ == 3) {
            throw new OutOfMemoryError("in the midst of growth");
          }
          return super.isIdle(word, now);
        }
      };
      int[] readings = {0};
      Ticker patient = () -> {
        assertThat(readings[0]++).as("readings: it waits without end").isLessThan(1_000);
        return ticker.nanos();
      };
      KeyTable growing = new KeyTable(failing, patient, 16);
      for (int i = 0; i < 8; i++) {
        growing.take(Hashes.inTheFirstBucket(i), 3, AnswerFactory.YES_OR_NO);
      }
      long ninth = Hashes.inTheSecondBucket(0);
      noMemory[0] = true;

      assertThatThrownBy(() -> growing.take(ninth, 1, AnswerFactory.YES_OR_NO))
          .isInstanceOf(OutOfMemoryError.class);

      noMemory[0] = false;
      for (int i = 0; i < 8; i++) {
        assertThat(growing.take(Hashes.inTheFirstBucket(i), 1, AnswerFactory.decision("")))
            .isEqualTo(new Decision.Admitted(0));
        assertThat(growing.take(Hashes.inTheFirstBucket(i), 1, AnswerFactory.YES_OR_NO))
            .isFalse();
      }
      assertThat(growing.take(ninth, 1, AnswerFactory.YES_OR_NO)).isTrue();
      assertThat(growing.tracked()).isEqualTo(9);
    }
  }

  @Nested
  class AClockThatStepsBack {

    @Test
    void doesNotForgiveAKeyWhoseSlotWasPassedOn() { // K2
      table.take(ALICE, 4, AnswerFactory.YES_OR_NO);
      ticker.advanceNanos(4 * TENTH); // alice is idle, bob gets her slot
      table.take(BOB, 4, AnswerFactory.YES_OR_NO);

      ticker.advanceNanos(-4 * TENTH);
      assertThat(decide(ALICE))
          .as("four at 0, and what is known is that she was idle at 400 ms")
          .isEqualTo(new Decision.Rejected(0, TENTH));
      ticker.advanceNanos(4 * TENTH);

      assertThat(table.take(ALICE, 4, AnswerFactory.YES_OR_NO)).isTrue();
    }

    @Test
    void neverAdmitsMore() {
      table.take(ALICE, 4, AnswerFactory.YES_OR_NO);
      for (int i = 0; i < 1_000; i++) {
        ticker.advanceNanos(-TENTH);
        assertThat(decide(ALICE)).isInstanceOf(Decision.Rejected.class);
      }
    }
  }

  @Test
  void rejectsWhatIsNotThere() {
    table.take(ALICE, 3, AnswerFactory.YES_OR_NO);

    assertThat(table.retryAfterNanos(ALICE, 1, ticker.nanos())).isZero();
    assertThat(table.retryAfterNanos(ALICE, 2, ticker.nanos())).isPositive();
    assertThat(table.retryAfterNanos(BOB, 4, ticker.nanos())).isZero();
  }

  @Nested
  class Room {

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 127, 128, 1_000, 12_345, 1_000_000, 100_000_000})
    void isPromisedForTheKeysThatWereSetAndHalfAsManyAtMostBeside(int keys) {
      assertThat(new KeyTable(tenASecond, ticker, keys).capacity())
          .isBetween((long) keys, (long) (1.46 * keys) + 2_048);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1_000, 10_000, 100_000, 1_000_000})
    @Tag("slow")
    void isThereForTheKeysThatWerePromisedButAFew(int keys) {
      KeyTable promised = new KeyTable(new Gcra(RateLimit.parse("1000000/h")), ticker, keys);
      Random random = new Random(keys);
      for (int i = 0; i < keys; i++) {
        promised.take(Hashes.any(random), 1, AnswerFactory.YES_OR_NO);
      }

      assertThat(keys - promised.tracked())
          .as("who found both buckets full: 5 in 100,000, and more of a small table")
          .isLessThanOrEqualTo(8 + keys / 10_000);
      assertThat(promised.capacity()).isLessThanOrEqualTo((long) (1.46 * keys) + 2_048);
    }
  }

  @Nested
  class Charging {

    @Test
    void takesFromEachStrangerOnceWhileTheTableGrows() {
      KeyTable roomy = new KeyTable(tenASecond, ticker, 1_000);
      Random random = new Random(5);
      long[] strangers =
          LongStream.generate(() -> Hashes.any(random)).limit(500).toArray();
      for (long stranger : strangers) {
        roomy.ledger(stranger).charge(stranger, 3);
      }

      assertThat(roomy.overflowed()).isZero();
      for (long stranger : strangers) {
        assertThat(roomy.remaining(stranger, ticker.nanos())).isEqualTo(1);
      }
    }

    @Test
    void isNotLostWhenAnotherThreadTakesAtThatMoment() {
      Deque<Runnable> whileItIsCharged = new ArrayDeque<>();
      KeyTable raced = new KeyTable(
          new Altered(tenASecond) {
            @Override
            public long charge(long word, long now, long permits) {
              long next = super.charge(word, now, permits);
              if (!whileItIsCharged.isEmpty()) {
                Meanwhile.anotherThread(whileItIsCharged.remove());
              }
              return next;
            }
          },
          ticker,
          1);
      raced.take(ALICE, 1, AnswerFactory.YES_OR_NO);
      whileItIsCharged.add(() -> raced.take(ALICE, 1, AnswerFactory.YES_OR_NO));

      raced.ledger(ALICE).charge(ALICE, 1);

      assertThat(raced.remaining(ALICE, ticker.nanos())).isEqualTo(1);
    }
  }

  @Test
  void givesBackOnlyWhatIsStillOutWhenTheCallerThatWaitsIsServed() { // W4 of Line
    long before = table.ledger(ALICE).stamp(ALICE);
    long taken = table.take(ALICE, 4, ticker.nanos());
    table.ledger(ALICE).waitUntil(ALICE, ticker.nanos() + TENTH);
    Ahead.take(table, ALICE, 1, ticker.nanos(), TENTH);

    ticker.advanceNanos(1);
    table.ledger(ALICE).refund(ALICE, taken, before, 4);

    assertThat(table.remaining(ALICE, ticker.nanos())).as("all but two").isEqualTo(2);
  }

  @Test
  void givesBackAllOfItOnceNobodyWaits() { // W4 of Line
    long before = table.ledger(ALICE).stamp(ALICE);
    long taken = table.take(ALICE, 4, ticker.nanos());
    table.ledger(ALICE).waitUntil(ALICE, ticker.nanos() + TENTH);
    table.ledger(ALICE).waitOver(ALICE);

    ticker.advanceNanos(1);
    table.ledger(ALICE).refund(ALICE, taken, before, 4);

    assertThat(table.remaining(ALICE, ticker.nanos())).isEqualTo(4);
  }

  @Test
  void holdsNoLockWhenACallIsOver() {
    List<Runnable> calls = List.of(
        () -> table.take(ALICE, 1, AnswerFactory.YES_OR_NO),
        () -> table.take(BOB, 5, AnswerFactory.YES_OR_NO), // never
        () -> Ahead.take(table, BOB, 1, ticker.nanos(), TENTH),
        () -> table.ledger(BOB).refund(BOB, table.take(BOB, 1, ticker.nanos()), 0, 1),
        () -> table.ledger(BOB).refund(BOB, table.take(BOB, 1, ticker.nanos()), Long.MAX_VALUE, 1),
        () -> table.ledger(3).refund(3, 0, 0, 1), // a stranger
        () -> Ahead.undo(table, ALICE, Ahead.taking(table, ALICE, 1, 0)),
        () -> table.ledger(ALICE).charge(ALICE, 1),
        () -> table.ledger(4).charge(4, 1), // who was a stranger
        () -> table.ledger(BOB).reset(BOB),
        () -> table.ledger(5).reset(5), // a stranger
        () -> table.changeTo(tenASecond),
        () -> assertThat(table.tracked()).isPositive(),
        () -> assertThat(table.overflowed()).isZero());

    for (Runnable call : calls) {
      call.run();
      Meanwhile.anotherThread(() -> table.ledger(ALICE).reset(ALICE));
    }
  }

  /**
   * What another thread does to a key while the table's limit changes from four permits to eight.
   */
  @Nested
  class WhileItIsChanged {

    private final Deque<Runnable> whileTheClockIsRead = new ArrayDeque<>();
    private final KeyTable changing = new KeyTable(
        tenASecond,
        () -> {
          Runnable meanwhile = whileTheClockIsRead.poll();
          if (meanwhile != null) {
            meanwhile.run();
          }
          return 0;
        },
        1);

    private long asked(LongSupplier question) throws Exception {
      changing.take(ALICE, 2, AnswerFactory.YES_OR_NO);
      FutureTask<Long> answer = new FutureTask<>(question::getAsLong);
      whileTheClockIsRead.add(() -> Meanwhile.anotherThreadWaits(answer));
      changing.changeTo(new Gcra(RateLimit.parse("10/s burst 8")));
      long answered = answer.get();
      Meanwhile.anotherThread(() -> changing.tracked()); // the waiter has no lock
      return answered;
    }

    @Test
    void whoLooksWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> changing.remaining(ALICE, 0))).isEqualTo(4);
    }

    @Test
    void whoAsksHowLongItTakesWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> changing.retryAfterNanos(ALICE, 6, 0))).isEqualTo(2 * TENTH);
    }

    @Test
    void whoTakesWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> changing.take(ALICE, 3, 0))).isNotEqualTo(REJECTED);
      assertThat(changing.remaining(ALICE, 0)).isEqualTo(1);
    }

    @Test
    void whoTakesAheadWaitsForTheNewLimit() throws Exception {
      assertThat(asked(() -> Ahead.take(changing, ALICE, 5, 0, TENTH))).isNotEqualTo(REJECTED);
      assertThat(changing.retryAfterNanos(ALICE, 1, 0)).isEqualTo(2 * TENTH);
    }

    @Test
    void whatIsChargedIsChargedToTheNewLimit() throws Exception {
      asked(() -> {
        changing.ledger(ALICE).charge(ALICE, 3);
        return 0;
      });

      assertThat(changing.remaining(ALICE, 0)).isEqualTo(1);
    }

    @Test
    void aFailureLeavesEveryKeyAsItWas() {
      changing.take(ALICE, 3, AnswerFactory.YES_OR_NO);
      changing.take(BOB, 1, AnswerFactory.YES_OR_NO);
      whileTheClockIsRead.add(() -> {
        throw new IllegalStateException("no time");
      });

      assertThatThrownBy(() -> changing.changeTo(new Gcra(RateLimit.parse("10/s burst 8"))))
          .hasMessage("no time");

      assertThat(changing.remaining(ALICE, 0)).isEqualTo(1);
      assertThat(changing.remaining(BOB, 0)).isEqualTo(3);
    }
  }

  /** What was taken ahead of time by a caller that gave up. */
  @Nested
  class Undoing {

    private final long now = ticker.nanos();
    private final long then = now + 2 * TENTH;

    /** All there is to know of a key. */
    private long debt(long key) {
      return table.retryAfterNanos(key, 4, now);
    }

    @Test
    void leavesNothingOfTheTaking() {
      table.take(ALICE, 3, AnswerFactory.YES_OR_NO);
      long before = debt(ALICE);
      Ledger.FutureTake taken = Ahead.taking(table, ALICE, 2, then);
      assertThat(debt(ALICE)).isEqualTo(before + 2 * TENTH);

      assertThat(Ahead.undo(table, ALICE, taken)).isTrue();

      assertThat(debt(ALICE)).isEqualTo(before);
    }

    @Test
    void isForAKeyThatHadNoSlotBeforeToo() {
      Ledger.FutureTake taken = Ahead.taking(table, ALICE, 2, then);

      assertThat(Ahead.undo(table, ALICE, taken)).isTrue();

      assertThat(debt(ALICE)).isZero();
    }

    @Test
    void isNotForWhatAnotherTookFromSince() {
      table.take(ALICE, 1, now);
      Ledger.FutureTake taken = Ahead.taking(table, ALICE, 2, then);
      Ahead.taking(table, ALICE, 1, then + TENTH);
      long after = debt(ALICE);

      assertThat(Ahead.undo(table, ALICE, taken)).isFalse();

      assertThat(debt(ALICE)).isEqualTo(after);
    }

    @Test
    void isNotForWhatWasRefundedToSince() {
      long stamp = table.ledger(ALICE).stamp(ALICE);
      long word = table.take(ALICE, 1, now);
      Ledger.FutureTake taken = Ahead.taking(table, ALICE, 2, then);
      table.ledger(ALICE).refund(ALICE, word, stamp, 1);
      long after = debt(ALICE);

      assertThat(Ahead.undo(table, ALICE, taken)).isFalse();

      assertThat(debt(ALICE)).isEqualTo(after);
    }

    @Test
    void isNotForAWordThatCameAgainAfterARefund() {
      long stamp = table.ledger(ALICE).stamp(ALICE);
      long first = table.take(ALICE, 1, now);
      Ledger.FutureTake taken = Ahead.taking(table, ALICE, 2, then);
      table.ledger(ALICE).refund(ALICE, first, stamp, 1);
      assertThat(Ahead.take(table, ALICE, 1, now, 2 * TENTH)).isEqualTo(taken.taken());
      long after = debt(ALICE);

      assertThat(Ahead.undo(table, ALICE, taken)).isFalse();

      assertThat(debt(ALICE)).isEqualTo(after);
    }
  }

  private Decision decide(long key) {
    return table.take(key, 1, AnswerFactory.decision(""));
  }
}
