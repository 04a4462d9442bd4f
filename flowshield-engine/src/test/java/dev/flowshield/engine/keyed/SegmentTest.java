package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.rate.Answer;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.engine.rate.Slots;
import dev.flowshield.testkit.ManualTicker;
import org.junit.jupiter.api.Test;

class SegmentTest {

  private static final int OVERFLOW_WORDS = 4;

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Gcra algorithm = new Gcra(RateLimit.parse("2/day"));
  private final Segment segment = new Segment(Buckets.none(algorithm, OVERFLOW_WORDS), ticker, 100);

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
