package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.rate.Altered;
import dev.flowshield.engine.rate.Answer;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.engine.rate.Slots;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SegmentTest {

  private static final int OVERFLOW_WORDS = 4;
  private static final long MOVER = Hashes.firstInTheFirstBucket(1);

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Gcra algorithm = new Gcra(RateLimit.parse("2/day"));
  private Segment segment = new Segment(Buckets.none(algorithm, OVERFLOW_WORDS), ticker, 100);

  @Test
  void freezesAKeyThatMovesOver() { // K8: nothing may be taken from the slot that it leaves
    List<Long> words = new ArrayList<>();
    Segment crowded = crowded(() -> words.add(wordOfTheMover()));

    crowded.admitNewcomer(Hashes.inTheFirstBucket(107), 1, Answer.YES_OR_NO);

    assertThat(crowded.overflowed()).isZero();
    assertThat(words).containsExactly(Slots.MOVING);
  }

  @Test
  void leavesAKeyWhereItWasIfMovingOverFails() { // K8
    Segment crowded = crowded(() -> {
      throw new IllegalStateException("somebody's algorithm");
    });
    long word = wordOfTheMover();

    assertThatThrownBy(
            () -> crowded.admitNewcomer(Hashes.inTheFirstBucket(107), 1, Answer.YES_OR_NO))
        .hasMessage("somebody's algorithm");

    assertThat(wordOfTheMover()).isEqualTo(word);
  }

  @Test
  void movesAKeyOverElsewhereIfTheOwnerOfTheOtherSlotComesBackFirst() { // K8, S2
    int theirs = OVERFLOW_WORDS + 2 * Buckets.SLOTS + (int) (MOVER % Buckets.SLOTS * 2);
    Segment crowded = crowded(() -> {
      long[] slots = segment.buckets().slots();
      Slots.tryTake(slots, theirs, Slots.fingerprint(slots, theirs), algorithm, ticker.nanos(), 1);
    });
    long owner = Slots.fingerprint(crowded.buckets().slots(), theirs);
    long word = wordOfTheMover();

    crowded.admitNewcomer(Hashes.inTheFirstBucket(107), 1, Answer.YES_OR_NO);

    assertThat(crowded.overflowed()).isZero();
    assertThat(Slots.fingerprint(crowded.buckets().slots(), theirs)).isEqualTo(owner);
    assertThat(wordOfTheMover()).isEqualTo(word);
  }

  @Test
  void growsByAnEighth() {
    Segment growing = new Segment(Buckets.none(algorithm, OVERFLOW_WORDS), ticker, 2_000);
    Random random = new Random(5);
    List<Integer> counts = new ArrayList<>(List.of(0));
    for (int i = 0; i < 1_000; i++) {
      growing.admitNewcomer(Hashes.any(random), 1, Answer.YES_OR_NO);
      int count = growing.buckets().count();
      if (count != counts.get(counts.size() - 1)) {
        counts.add(count);
      }
    }

    assertThat(counts)
        .startsWith(0, 1, 2, 3)
        .containsSequence(16, 18, 20, 22, 24, 27, 30, 33, 37, 41);
  }

  /** Its first bucket is full, and one of the keys there has room in the second, if it claims the slot of one that is idle. */
  private Segment crowded(Runnable whileASlotIsClaimed) {
    RateAlgorithm watched = new Altered(algorithm) {
      @Override
      public boolean isIdle(long word, long now) {
        if (Meanwhile.in("move") && Meanwhile.in("claim")) {
          whileASlotIsClaimed.run();
        }
        return super.isIdle(word, now);
      }
    };
    segment = new Segment(Buckets.none(watched, OVERFLOW_WORDS), ticker, 1);
    for (int i = 0; i < 8; i++) {
      segment.admitNewcomer(Hashes.inTheSecondBucket(i), 1, Answer.YES_OR_NO);
    }
    segment.admitNewcomer(Hashes.inTheFirstBucket(0), 1, Answer.YES_OR_NO);
    ticker.advance(Duration.ofDays(1));
    segment.admitNewcomer(MOVER, 1, Answer.YES_OR_NO);
    for (int i = 0; i < 7; i++) {
      segment.admitNewcomer(Hashes.inTheFirstBucket(100 + i), 1, Answer.YES_OR_NO);
    }
    return segment;
  }

  private long wordOfTheMover() {
    Buckets buckets = segment.buckets();
    return Slots.word(buckets.slots(), buckets.find(MOVER));
  }

  @Test
  void freezesEveryWordOfAnArrayThatItReplaces() { // K5: a thread that still holds the old array
    // must take nothing from it
    long[] old = {};
    for (long hash = 1; old == segment.buckets().slots() || old.length == 0; hash++) {
      old = segment.buckets().slots();
      segment.admitNewcomer(hash << 40 | hash, 1, Answer.YES_OR_NO);
    }

    assertThat(segment.buckets().slots()).isNotSameAs(old);
    for (int at = OVERFLOW_WORDS; at < old.length; at += 2) {
      assertThat(Slots.word(old, at)).isEqualTo(Slots.MOVING);
      assertThat(Slots.<Boolean>take(
              old, at, Slots.fingerprint(old, at), algorithm, ticker, 1, Answer.YES_OR_NO))
          .isNull();
    }
  }
}
