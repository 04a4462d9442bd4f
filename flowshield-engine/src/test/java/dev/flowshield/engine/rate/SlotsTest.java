package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.spi.RateAlgorithm;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** One slot and one thread; what other threads do in between is done by the ticker, which is read in the middle of a take. */
public class SlotsTest {

  private static final int AT = 2;
  private static final long OWNER = 0x5EED;
  private static final long STRANGER = 0xBAD;

  private final RateAlgorithm oneASecond = new Gcra(RateLimit.parse("1/s"));
  private final long[] slots = {0, 0, OWNER, oneASecond.idle(0)};

  @Test
  void takesFromTheSlotOfTheKey() {
    assertThat(decide(() -> 10)).isEqualTo(new Decision.Admitted(0));
    assertThat(Slots.word(slots, AT)).isEqualTo(oneASecond.step(oneASecond.idle(10), 10, 1));
  }

  @Test
  void aRejectionWritesNothing() {
    decide(() -> 10);
    long[] before = slots.clone();

    assertThat(decide(() -> 11)).isEqualTo(new Decision.Rejected(0, 999_999_999));
    assertThat(slots).isEqualTo(before);
  }

  @Nested
  class ASlotThatIsNotTheKeys {

    @Test
    void isLeftAloneWhenItBelongsToAStranger() { // S1
      Slots.fingerprint(slots, AT, STRANGER);
      long[] before = slots.clone();

      assertThat(decide(() -> 10)).isNull();
      assertThat(Slots.tryTake(slots, AT, OWNER, oneASecond, 10, 1)).isEqualTo(Slots.MOVING);
      assertThat(slots).isEqualTo(before);
    }

    @Test
    void isLeftAloneWhileItMoves() { // S2
      Slots.freeze(slots, AT);
      long[] before = slots.clone();

      assertThat(decide(() -> 10)).isNull();
      assertThat(Slots.tryTake(slots, AT, OWNER, oneASecond, 10, 1)).isEqualTo(Slots.MOVING);
      assertThat(slots).isEqualTo(before);
    }

    @Test
    void isLeftAloneWhenItWasPassedOnSinceTheFirstLook() { // S3
      long strangersWord = oneASecond.step(oneASecond.idle(20), 20, 1);
      Ticker passesTheSlotOn = () -> {
        Slots.freeze(slots, AT);
        Slots.fingerprint(slots, AT, STRANGER);
        Slots.word(slots, AT, strangersWord);
        return 20;
      };

      assertThat(decide(passesTheSlotOn)).isNull();
      assertThat(slots).containsExactly(0, 0, STRANGER, strangersWord);
    }

    @Test
    void isLeftAloneWhenItMovesAgainThoughItMovedAtTheFirstLookToo() { // S2
      long spent = oneASecond.step(oneASecond.idle(10), 10, 1);
      Slots.freeze(slots, AT); // a newcomer gets it
      Ticker endsTheMove = () -> {
        Slots.word(slots, AT, spent);
        return 10;
      };
      RateAlgorithm growsAfterARefusal = new Altered(oneASecond) {
        @Override
        public long step(long word, long now, long permits) {
          long next = super.step(word, now, permits);
          if (next == REJECTED) {
            Slots.freeze(slots, AT);
          }
          return next;
        }
      };

      assertThat(Slots.take(slots, AT, OWNER, growsAfterARefusal, endsTheMove, 1, Answer.YES_OR_NO))
          .as("the frozen word says nothing of the key")
          .isNull();
      assertThat(slots).containsExactly(0, 0, OWNER, Slots.MOVING);
    }
  }

  @Nested
  class AheadOfTime {

    @Test
    void aSlotThatMovesMeanwhileIsLeftAlone() { // S2
      long word = oneASecond.idle(10);
      Slots.word(slots, AT, word);
      RateAlgorithm movesMeanwhile = new Altered(oneASecond) {
        @Override
        public long step(long word, long now, long permits) {
          Slots.freeze(slots, AT);
          return super.step(word, now, permits);
        }
      };

      assertThat(Slots.takeAhead(slots, AT, OWNER, movesMeanwhile, () -> 10, 1, 11, word))
          .isEqualTo(Slots.MOVING);
      assertThat(slots).containsExactly(0, 0, OWNER, Slots.MOVING);
    }
  }

  @Nested
  class ARefusal {

    @Test
    void isJudgedAnewWhenTheWordChangedMeanwhile() {
      RateAlgorithm two = new Gcra(RateLimit.parse("1/s burst 2"));
      Slots.word(slots, AT, two.step(two.idle(0), 0, 1));
      Deque<Ticker> readings = new ArrayDeque<>();
      readings.add(
          () -> { // at 1 another thread takes the second one
            Slots.word(slots, AT, two.step(Slots.word(slots, AT), 1, 1));
            return 1;
          });
      readings.add(() -> 1_000_000_001L); // and by now one is back

      assertThat(Slots.take(
              slots, AT, OWNER, two, () -> readings.remove().nanos(), 1, Answer.decision("")))
          .isEqualTo(new Decision.Admitted(0));
    }

    @Test
    void doesNotOutliveTheWordThatRefused() { // another thread takes, and gives back again
      RateAlgorithm two = new Gcra(RateLimit.parse("1/s burst 2"));
      long oneTaken = two.step(two.idle(0), 0, 1);
      Slots.word(slots, AT, oneTaken);
      Ticker takes = () -> {
        Slots.word(slots, AT, two.step(oneTaken, 0, 1));
        return 0;
      };
      RateAlgorithm givesBack = new Altered(two) {
        @Override
        public long step(long word, long now, long permits) {
          long next = super.step(word, now, permits);
          if (next == REJECTED) {
            Slots.word(slots, AT, oneTaken);
          }
          return next;
        }
      };

      assertThat(Slots.take(slots, AT, OWNER, givesBack, takes, 1, Answer.decision("")))
          .isEqualTo(new Decision.Admitted(0));
    }

    @Test
    void ofAnIdleKeyStaysARefusal() { // the law: of an idle word, step answers as of idle(now)
      RateAlgorithm closed = new Altered(oneASecond) {
        @Override
        public long step(long word, long now, long permits) {
          return REJECTED;
        }
      };
      long[] before = slots.clone();

      assertThat(Slots.take(slots, AT, OWNER, closed, () -> 10, 1, Answer.YES_OR_NO))
          .isFalse();
      assertThat(slots).isEqualTo(before);
    }
  }

  @Nested
  class AWordFromAnEarlierTurnOfTheClock {

    private final RateAlgorithm odd = new Gcra(RateLimit.parse("9999991/s burst 3"));
    private final long longAgo =
        5L << 46; // ns: shifted by 15 bits, five eighths of all words, 4 days

    @Test
    void isIdleSoThatTheKeyIsAdmitted() {
      Slots.word(slots, AT, odd.step(odd.idle(0), 0, 3));

      assertThat(odd.step(Slots.word(slots, AT), longAgo, 1)).as("by itself").isEqualTo(REJECTED);
      assertThat(Slots.take(slots, AT, OWNER, odd, () -> longAgo, 1, Answer.decision("")))
          .isEqualTo(new Decision.Admitted(2));
    }

    @Test
    void isNotRenewedWhenAnotherRenewedItFirst() {
      Slots.word(slots, AT, odd.step(odd.idle(0), 0, 3));
      RateAlgorithm overtaken = new Altered(odd) {
        private boolean done;

        @Override
        public boolean isIdle(long word, long now) {
          boolean idle = super.isIdle(word, now);
          if (!done) { // another thread takes two of the three permits first
            done = true;
            Slots.word(slots, AT, super.step(super.idle(now), now, 2));
          }
          return idle;
        }
      };

      assertThat(Slots.take(slots, AT, OWNER, overtaken, () -> longAgo, 1, Answer.decision("")))
          .isEqualTo(new Decision.Admitted(0));
    }
  }

  private @Nullable Decision decide(Ticker ticker) {
    return Slots.take(slots, AT, OWNER, oneASecond, ticker, 1, Answer.decision(""));
  }
}
