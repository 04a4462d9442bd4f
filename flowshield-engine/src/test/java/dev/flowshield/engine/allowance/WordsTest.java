package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Altered;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * One slot and one thread; what other threads do in between is done by the ticker, which is read in
 * the middle of a take.
 */
public class WordsTest {

  private static final int AT = 2;
  private static final long OWNER = 0x5EED;
  private static final long STRANGER = 0xBAD;

  private final RateAlgorithm oneASecond = new Gcra(RateLimit.parse("1/s"));
  private final long[] longs = {0, 0, OWNER, oneASecond.idle(0)};
  private final Words slots = words(oneASecond);

  private Words words(RateAlgorithm algorithm) {
    return new Words(algorithm, longs);
  }

  @Test
  void takesFromTheSlotOfTheKey() {
    assertThat(decide(() -> 10)).isEqualTo(new Decision.Admitted(0));
    assertThat(slots.word(AT)).isEqualTo(oneASecond.step(oneASecond.idle(10), 10, 1));
  }

  @Test
  void aRejectionWritesNothing() {
    decide(() -> 10);
    long[] before = longs.clone();

    assertThat(decide(() -> 11)).isEqualTo(new Decision.Rejected(0, 999_999_999));
    assertThat(longs).isEqualTo(before);
  }

  @Nested
  class ASlotThatIsNotTheKeys {

    @Test
    void isLeftAloneWhenItBelongsToAStranger() { // S1
      slots.fingerprint(AT, STRANGER);
      long[] before = longs.clone();

      assertThat(decide(() -> 10)).isNull();
      assertThat(slots.tryTake(AT, OWNER, 10, 1)).isEqualTo(Words.MOVING);
      assertThat(longs).isEqualTo(before);
    }

    @Test
    void isLeftAloneWhileItMoves() { // S2
      slots.freeze(AT);
      long[] before = longs.clone();

      assertThat(decide(() -> 10)).isNull();
      assertThat(slots.tryTake(AT, OWNER, 10, 1)).isEqualTo(Words.MOVING);
      assertThat(longs).isEqualTo(before);
    }

    @Test
    void isLeftAloneWhenItWasPassedOnSinceTheFirstLook() { // S3
      long strangersWord = oneASecond.step(oneASecond.idle(20), 20, 1);
      Ticker passesTheSlotOn = () -> {
        slots.freeze(AT);
        slots.fingerprint(AT, STRANGER);
        slots.word(AT, strangersWord);
        return 20;
      };

      assertThat(decide(passesTheSlotOn)).isNull();
      assertThat(longs).containsExactly(0, 0, STRANGER, strangersWord);
    }

    @Test
    void isLeftAloneWhenItBeginsToMoveWhileTheClockIsRead() { // S2
      Ticker freezes = () -> {
        slots.freeze(AT);
        return 10;
      };

      assertThat(decide(freezes)).isNull();
      assertThat(longs).containsExactly(0, 0, OWNER, Words.MOVING);
    }

    @Test
    void isLeftAloneWhenItBeginsToMoveWhileItIsJudged() { // S2
      RateAlgorithm freezes = new Altered(oneASecond) {
        @Override
        public long step(long word, long now, long permits) {
          long next = super.step(word, now, permits);
          slots.freeze(AT);
          return next;
        }
      };

      assertThat(words(freezes).take(AT, OWNER, () -> 10, 1, AnswerFactory.YES_OR_NO))
          .isNull();
      assertThat(longs).containsExactly(0, 0, OWNER, Words.MOVING);
    }
  }

  @Nested
  class ARewrite {

    @Test
    void isMadeAgainWhenAnotherThreadTookMeanwhile() {
      RateAlgorithm two = new Gcra(RateLimit.parse("1/s burst 2"));
      slots.word(AT, two.step(two.idle(0), 0, 1));
      Deque<Runnable> meanwhile = new ArrayDeque<>();
      meanwhile.add(() -> slots.word(AT, two.step(slots.word(AT), 0, 1)));

      boolean changed = words(two).rewrite(AT, () -> 0, (algorithm, word, now) -> {
        if (!meanwhile.isEmpty()) {
          meanwhile.remove().run();
        }
        return algorithm.charge(word, now, 1);
      });

      assertThat(changed).isTrue();
      assertThat(slots.word(AT)).isEqualTo(two.charge(two.idle(0), 0, 3));
    }

    @Test
    void ofAWordToItselfIsNoChange() {
      long[] before = longs.clone();

      assertThat(slots.rewrite(AT, () -> 10, (algorithm, word, now) -> word)).isFalse();
      assertThat(longs).isEqualTo(before);
    }

    @Test
    void thatDecreasesTheWordIsSeenByThreadsThatReadItBefore() { // S4
      long spent = oneASecond.step(oneASecond.idle(10), 10, 1);
      slots.word(AT, spent);

      assertThat(slots.rewrite(AT, () -> 10, (algorithm, word, now) -> algorithm.idle(now)))
          .isTrue();
      assertThat(longs).containsExactly(2, 0, OWNER, oneASecond.idle(10));
    }
  }

  @Nested
  class ARejection {

    @Test
    void isJudgedAnewWhenTheWordChangedMeanwhile() {
      RateAlgorithm two = new Gcra(RateLimit.parse("1/s burst 2"));
      slots.word(AT, two.step(two.idle(0), 0, 1));
      Deque<Ticker> readings = new ArrayDeque<>();
      readings.add(
          () -> { // at 1 another thread takes the second one
            slots.word(AT, two.step(slots.word(AT), 1, 1));
            return 1;
          });
      readings.add(() -> 1_000_000_001L); // and by now one is back

      assertThat(words(two)
              .take(AT, OWNER, () -> readings.remove().nanos(), 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Admitted(0));
    }

    @Test
    void doesNotOutliveTheWordThatRejected() { // another thread takes, and gives back again
      RateAlgorithm two = new Gcra(RateLimit.parse("1/s burst 2"));
      long oneTaken = two.step(two.idle(0), 0, 1);
      slots.word(AT, oneTaken);
      Deque<Ticker> readings = new ArrayDeque<>();
      readings.add(() -> {
        slots.word(AT, two.step(oneTaken, 0, 1));
        return 0;
      });
      readings.add(() -> 0);
      RateAlgorithm givesBack = new Altered(two) {
        @Override
        public long step(long word, long now, long permits) {
          long next = super.step(word, now, permits);
          if (next == REJECTED) {
            slots.word(AT, oneTaken);
          }
          return next;
        }
      };

      assertThat(words(givesBack)
              .take(AT, OWNER, () -> readings.remove().nanos(), 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Admitted(0));
    }

    @Test
    void ofAnIdleKeyStaysARejection() { // the law: of an idle word, step answers as of idle(now)
      RateAlgorithm closed = new Altered(oneASecond) {
        @Override
        public long step(long word, long now, long permits) {
          return REJECTED;
        }
      };
      long[] before = longs.clone();

      assertThat(words(closed).take(AT, OWNER, () -> 10, 1, AnswerFactory.YES_OR_NO))
          .isFalse();
      assertThat(longs).isEqualTo(before);
    }
  }

  @Nested
  class AWordFromAnEarlierTurnOfTheClock {

    private final RateAlgorithm odd = new Gcra(RateLimit.parse("9999991/s burst 3"));
    private final long longAgo =
        5L << 46; // ns: shifted by 15 bits, five eighths of all words, 4 days

    @Test
    void isIdleSoThatTheKeyIsAdmitted() {
      slots.word(AT, odd.step(odd.idle(0), 0, 3));

      assertThat(odd.step(slots.word(AT), longAgo, 1)).as("by itself").isEqualTo(REJECTED);
      assertThat(words(odd).take(AT, OWNER, () -> longAgo, 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Admitted(2));
    }

    @Test
    void isNotRenewedWhenAnotherRenewedItFirst() {
      slots.word(AT, odd.step(odd.idle(0), 0, 3));
      RateAlgorithm overtaken = new Altered(odd) {
        private boolean done;

        @Override
        public boolean isIdle(long word, long now) {
          boolean idle = super.isIdle(word, now);
          if (!done) { // another thread takes two of the three permits first
            done = true;
            slots.word(AT, super.step(super.idle(now), now, 2));
          }
          return idle;
        }
      };

      assertThat(words(overtaken).take(AT, OWNER, () -> longAgo, 1, AnswerFactory.decision("")))
          .isEqualTo(new Decision.Admitted(0));
    }
  }

  private @Nullable Decision decide(Ticker ticker) {
    return words(oneASecond).take(AT, OWNER, ticker, 1, AnswerFactory.decision(""));
  }
}
