package dev.flowshield.engine.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flowshield.RateLimit;
import dev.flowshield.spi.RateAlgorithm;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;

/** What a key owes that an earlier process saved. */
class SavedWordsTest {

  private static final long SECOND = 1_000_000_000;
  private static final long NOW = 1_000 * SECOND;

  private final Gcra bucket = new Gcra(RateLimit.parse("10/s burst 4"));
  private final FixedWindow fixed = new FixedWindow(
      RateLimit.parse("10/min"), OffsetDateTime.parse("2026-11-24T08:00:00Z"), NOW - 70 * SECOND);
  private final SlidingWindow sliding = new SlidingWindow(RateLimit.parse("10/min"), NOW);

  @Test
  void isKnownByTheKindOfItsLimit() {
    assertThat(SavedWords.kind(bucket)).isEqualTo("token-bucket");
    assertThat(SavedWords.kind(fixed)).isEqualTo("fixed-window");
    assertThat(SavedWords.kind(sliding)).isEqualTo("sliding-window");
  }

  @Test
  void namesAnAlgorithmThatCannotBeSaved() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SavedWords.kind(new Custom()))
        .withMessageMatching("algorithm of a snapshot must be token-bucket, fixed-window or"
            + " sliding-window, got .*Custom.*: leave the limit out of the snapshot");
  }

  @Test
  void hasAPhaseOnlyIfItsWindowsFollowNoCalendar() {
    assertThat(SavedWords.phase(sliding, NOW + 7)).isEqualTo(7);
    assertThat(SavedWords.phase(fixed, NOW + 7)).isZero();
    assertThat(SavedWords.phase(bucket, NOW + 7)).isZero();
  }

  @Test
  void owesADistanceFromTheIdleWord() {
    long word = bucket.step(bucket.idle(NOW), NOW, 3);

    assertThat(SavedWords.owed(bucket, word, NOW)).isEqualTo(word - bucket.idle(NOW));
    assertThat(SavedWords.owed(bucket, bucket.idle(NOW), NOW)).isZero();
  }

  @Test
  void ofATokenBucketIsLessWhatCameBackMeanwhile() {
    long owed = SavedWords.owed(bucket, bucket.step(bucket.idle(0), 0, 4), 0);

    assertThat(remaining(new SavedWords(bucket, 0, 0, NOW), owed, bucket)).isZero();
    assertThat(remaining(new SavedWords(bucket, 0, SECOND / 10, NOW), owed, bucket))
        .isOne();
    assertThat(remaining(new SavedWords(bucket, 0, SECOND, NOW), owed, bucket)).isEqualTo(4);
    // Were the whole turn of its clock taken for a debt, it would owe again.
    assertThat(remaining(new SavedWords(bucket, 0, Long.MAX_VALUE / 2, NOW), owed, bucket))
        .isEqualTo(4);
  }

  @Test
  void ofAFixedWindowIsOverWithTheWindow() {
    long then = NOW - 5 * SECOND; // in the window that began 10 s before NOW
    long owed = SavedWords.owed(fixed, fixed.step(fixed.idle(then), then, 3), then);

    assertThat(remaining(new SavedWords(fixed, 0, 5 * SECOND, NOW), owed, fixed))
        .isEqualTo(7);
    assertThat(remaining(new SavedWords(fixed, 0, 65 * SECOND, NOW), owed, fixed))
        .isEqualTo(10);
    assertThat(remaining(new SavedWords(fixed, 0, 1_000_000 * SECOND, NOW), owed, fixed))
        .isEqualTo(10);
  }

  @Test
  void ofASlidingWindowFadesFromThePhaseOfTheSave() {
    long then = 20 * SECOND; // by the ticker of another process, whose windows begin at 0
    SlidingWindow before = new SlidingWindow(RateLimit.parse("10/min"), 0);
    long owed = SavedWords.owed(before, before.step(before.idle(then), then, 8), then);
    long phase = SavedWords.phase(before, then);

    // 70 s later, half of them have faded: 30 s into the next window.
    SavedWords earlier = new SavedWords(sliding, phase, 70 * SECOND, NOW);
    assertThat(remaining(earlier, owed, sliding)).isBetween(6L - 1, 6L);
    assertThat(remaining(new SavedWords(sliding, phase, 0, NOW), owed, sliding)).isEqualTo(2);
    assertThat(remaining(new SavedWords(sliding, phase, 1_000_000 * SECOND, NOW), owed, sliding))
        .isEqualTo(10);
  }

  @Test
  void isOverForATokenBucketOnceTheDebtHasPassed() {
    long owed = 200; // units of half a nanosecond
    assertThat(bucket.isOver(owed, 100)).isFalse();
    assertThat(bucket.isOver(owed, 101)).isTrue();
    assertThat(bucket.isOver(0, 0)).isTrue();
  }

  @Test
  void isOverForWindowsOnceTheLastIsPast() {
    Windows windows = new Windows(0, SECOND, 30);
    assertThat(windows.isOver(3L << 30, 5 * SECOND - 1)).isFalse();
    assertThat(windows.isOver(3L << 30, 5 * SECOND)).isTrue();
    assertThat(fixed.isOver(0, 119 * SECOND)).isFalse();
    assertThat(fixed.isOver(0, 120 * SECOND)).isTrue();
    assertThat(sliding.isOver(0, 119 * SECOND)).isFalse();
    assertThat(sliding.isOver(0, 120 * SECOND)).isTrue();
  }

  private static long remaining(SavedWords earlier, long owed, RateAlgorithm next) {
    return next.remaining(earlier.word(owed, next), NOW);
  }

  /** A formula of a user's own. */
  private static final class Custom implements RateAlgorithm {

    @Override
    public long idle(long now) {
      return 0;
    }

    @Override
    public boolean isIdle(long word, long now) {
      return word == 0;
    }

    @Override
    public long step(long word, long now, long permits) {
      return word;
    }

    @Override
    public long refund(long word, long taken, long refunded, long now, long permits) {
      return word;
    }

    @Override
    public long add(long word, long now, long permits) {
      return word;
    }

    @Override
    public long charge(long word, long now, long permits) {
      return word;
    }

    @Override
    public long remaining(long word, long now) {
      return 1;
    }

    @Override
    public long retryAfterNanos(long word, long now, long permits) {
      return 1;
    }

    @Override
    public long burst() {
      return 1;
    }
  }
}
