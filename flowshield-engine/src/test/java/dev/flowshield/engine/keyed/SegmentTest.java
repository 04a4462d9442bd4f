package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.allowance.Words;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SegmentTest {

  private static final int OVERFLOW_WORDS = 4;

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Gcra algorithm = new Gcra(RateLimit.parse("2/day"));
  private final Segment segment =
      new Segment(Buckets.none(algorithm, OVERFLOW_WORDS), ticker, 100, 1, new Occupancy());

  @Test
  void letsAKeyMoveInAnArrayThatNobodyHasYet() {
    long mover = Hashes.firstInTheFirstBucket(1);
    Buckets full = Buckets.free(algorithm, OVERFLOW_WORDS, 2);
    full.put(full.place(mover, 0), mover, 6);
    for (int i = 0; i < 7; i++) {
      long key = Hashes.inTheFirstBucket(100 + i);
      full.put(full.place(key, 0), key, 4);
    }
    long last = Hashes.inTheFirstBucket(200);
    assertThat(full.place(last, 0)).isEqualTo(Buckets.NOWHERE);

    assertThat(full.putByMovingAnother(last, 8, 0)).isTrue();

    assertThat(full.word(full.find(mover))).isEqualTo(6);
    assertThat(full.word(full.find(last))).isEqualTo(8);
    assertThat(full.putByMovingAnother(Hashes.inTheFirstBucket(201), 8, 0))
        .as("no key can move any more")
        .isFalse();
  }

  @Test
  void growsByAnEighth() {
    Segment growing =
        new Segment(Buckets.none(algorithm, OVERFLOW_WORDS), ticker, 2_000, 1, new Occupancy());
    Random random = new Random(5);
    List<Integer> counts = new ArrayList<>(List.of(0));
    for (int i = 0; i < 1_000; i++) {
      growing.admitNewcomer(Hashes.any(random), 1, AnswerFactory.YES_OR_NO);
      int count = growing.buckets().count();
      if (count != counts.get(counts.size() - 1)) {
        counts.add(count);
      }
    }

    assertThat(counts)
        .startsWith(0, 1, 2, 3)
        .containsSequence(16, 18, 20, 22, 24, 27, 30, 33, 37, 41);
  }

  @Test
  void freezesEveryWordOfAnArrayThatItReplaces() { // K5: a thread that still holds the old array
    // must take nothing from it
    Buckets old = segment.buckets();
    for (long hash = 1; old.count() == 0 || old == segment.buckets(); hash++) {
      old = segment.buckets();
      segment.admitNewcomer(hash << 40 | hash, 1, AnswerFactory.YES_OR_NO);
    }

    for (int at = old.firstSlot(); at < old.end(); at += 2) {
      assertThat(old.word(at)).isEqualTo(Words.MOVING);
      assertThat(old.take(at, old.fingerprint(at), ticker, 1, AnswerFactory.YES_OR_NO))
          .isNull();
    }
  }
}
