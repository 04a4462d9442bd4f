package dev.flowshield.engine.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Pressure;
import org.junit.jupiter.api.Test;

/** Pauses of the process, seen from requests that fail to come. */
class PauseDetectorTest {

  private static final long MILLI = 1_000_000;
  private static final double A_THOUSAND_PER_SECOND = 1024e-6; // per tick

  private long now = Long.MIN_VALUE; // the clock may be below 0
  private final PauseDetector pauses = new PauseDetector(now);

  private boolean look(long millisLater) {
    now += millisLater * MILLI;
    return pauses.look(now, Pressure.NORMAL);
  }

  @Test
  void areAsManyRequestsMoreAsHaveFailedToCome() {
    pauses.follow(A_THOUSAND_PER_SECOND);

    assertThat(look(100)).isTrue();
    assertThat(pauses.more()).isEqualTo(100);
  }

  @Test
  void countForFourTimesAsLong() {
    pauses.follow(A_THOUSAND_PER_SECOND);
    look(100);

    for (int i = 0; i < 39; i++) {
      assertThat(look(10)).isFalse();
      assertThat(pauses.more()).isEqualTo(100);
    }
    assertThat(look(10)).isTrue();
    assertThat(pauses.more()).isZero();
  }

  @Test
  void countForASecondAtMost() {
    pauses.follow(A_THOUSAND_PER_SECOND);

    assertThat(look(60_000)).isTrue();
    assertThat(pauses.more()).isEqualTo(1000);
    for (int i = 0; i < 399; i++) {
      assertThat(look(10)).isFalse();
    }
    assertThat(look(10)).isTrue();
  }

  @Test
  void areNoneWhereFewRequestsCome() {
    pauses.follow(A_THOUSAND_PER_SECOND / 20);

    assertThat(look(199)).isFalse();
    assertThat(pauses.more()).isZero();
    assertThat(look(201)).isTrue();
  }

  @Test
  void areNoneWhereTheyAreShort() {
    pauses.follow(100 * A_THOUSAND_PER_SECOND);

    assertThat(look(19)).isFalse();
    assertThat(pauses.more()).isZero();
  }

  @Test
  void areNoneBeforeAnythingIsKnown() {
    assertThat(look(10_000)).isFalse();
  }

  @Test
  void letNothingMoreInWhereTheServerCannotDoWhatComes() {
    pauses.follow(A_THOUSAND_PER_SECOND);
    now += 100 * MILLI;

    assertThat(pauses.look(now, Pressure.EXTREME)).isFalse();
    assertThat(pauses.more()).isZero();
    assertThat(pauses.hadOne()).isTrue();
  }

  @Test
  void letNothingMoreInOneAfterTheOther() { // as busy processors look that run no thread in time
    pauses.follow(A_THOUSAND_PER_SECOND);
    assertThat(look(100)).isTrue();
    for (int i = 0; i < 3; i++) {
      assertThat(look(100)).isFalse();
    }
    assertThat(look(100)).as("the first is over").isTrue();
    assertThat(pauses.more()).isZero();
    for (int i = 0; i < 9; i++) {
      assertThat(look(100)).isFalse();
      assertThat(pauses.more()).isZero();
    }

    assertThat(look(100)).as("a second later").isTrue();
    assertThat(pauses.more()).isEqualTo(100);
  }

  @Test
  void spoilOneWindowAndNotTwoInARow() {
    pauses.follow(A_THOUSAND_PER_SECOND);
    assertThat(pauses.hadOne()).isFalse();
    look(100);
    assertThat(pauses.hadOne()).isTrue();
    look(100);
    assertThat(pauses.hadOne()).as("else nothing would be learned").isFalse();
    assertThat(pauses.hadOne()).isFalse();
    look(100);
    assertThat(pauses.hadOne()).isTrue();
  }

  @Test
  void areLookedForOnceAMillisecond() {
    assertThat(pauses.isToLook(now + MILLI - 1)).isFalse();
    assertThat(pauses.isToLook(now + MILLI)).isTrue();
  }
}
