package dev.flowshield.engine.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whether memory is short, and what may be in flight then. */
class MemoryShortageTest {

  private static final long MILLI = 1_000_000;
  private static final long LOOK = 500 * MILLI;

  private long now = Long.MAX_VALUE - LOOK; // wraps around meanwhile
  private double used;
  private long collecting = 7;
  private int reads;
  private final MemoryShortage memory = new MemoryShortage(this::read, () -> collecting, now);

  private double read() {
    reads++;
    return used;
  }

  /** Half a second in which collections took a part of the time, and left a part of the heap. */
  private boolean look(double part, double left, int inFlight, boolean isPressed) {
    now += LOOK;
    collecting += (long) (part * LOOK);
    used = left;
    return memory.look(inFlight, isPressed, now);
  }

  private void looks(int count, double part, double left, int inFlight, boolean isPressed) {
    for (int i = 0; i < count; i++) {
      look(part, left, inFlight, isPressed);
    }
  }

  private void runShort(int inFlight) {
    looks(2, 0.5, 0.9, inFlight, false);
  }

  @Test
  void isShortIfCollectionsTakeLongAndLeaveLittleFreeTwiceInARow() {
    assertThat(look(0.4, 0.9, 80, false)).isFalse();
    assertThat(memory.isShort()).isFalse();
    assertThat(memory.most()).isEqualTo(MemoryShortage.NO_CAP);

    assertThat(look(0.4, 0.9, 80, false)).isTrue();
    assertThat(memory.isShort()).isTrue();
    assertThat(memory.most()).isEqualTo(10);
  }

  @Test
  void isNotShortWhereALargeCacheLeavesLittleFree() {
    looks(1000, 0.25, 0.97, 80, false);

    assertThat(memory.isShort()).isFalse();
  }

  @Test
  void isNotShortWhereASmallHeapIsCollectedAllTheTime() {
    looks(1000, 0.95, 0.75, 80, false);

    assertThat(memory.isShort()).isFalse();
  }

  @Test
  void isNotShortAfterOneLongCollection() {
    look(0, 0.7, 80, false);
    look(1, 0.95, 80, false);
    looks(10, 0.02, 0.95, 80, false);

    assertThat(memory.isShort()).isFalse();
  }

  @Test
  void theLatestCollectionMayHaveComeWhenWorkHadJustEnded() {
    look(0.8, 0.9, 80, false);
    look(0.8, 0.3, 80, false);

    assertThat(memory.isShort()).isTrue();
  }

  @Test
  void looksTwiceASecond() {
    for (int i = 0; i < 5000; i++) {
      now += MILLI;
      memory.look(1, false, now);
    }
    assertThat(reads).isEqualTo(10);
  }

  @Test
  void aLongTimeWithoutRequestsSaysLittle() {
    look(0.8, 0.9, 80, false);
    now += 100 * LOOK;
    look(1, 0.9, 80, false);

    assertThat(memory.isShort()).isFalse();
  }

  @Test
  void admitsAnEighthOfThatWhereItIsStillShort() {
    runShort(200);
    assertThat(memory.most()).isEqualTo(25);
    look(0.5, 0.9, 180, true);
    assertThat(memory.most()).isEqualTo(25);
    look(0.5, 0.9, 160, true);
    assertThat(memory.most()).isEqualTo(3);
    looks(2, 0.5, 0.9, 140, true);
    assertThat(memory.most()).isEqualTo(2);
    looks(20, 0.5, 0.9, 120, true);
    assertThat(memory.most()).isEqualTo(2);
  }

  @Test
  void admitsAFifthMoreAtEachLookWhileMemoryIsFree() {
    runShort(40);

    assertThat(IntStream.range(0, 8).map(i -> {
          look(0.2, 0.6, memory.most(), true);
          return memory.most();
        }))
        .containsExactly(6, 8, 10, 12, 15, 18, 22, 27);
  }

  @Test
  void memoryIsFreeWhereItIsSeldomCollected() {
    runShort(40);
    look(0.05, 0.9, 6, true);

    assertThat(memory.most()).isEqualTo(6);
  }

  @Test
  void admitsNoMoreWhereMemoryIsNeitherShortNorFree() {
    runShort(40);
    looks(100, 0.2, 0.75, 5, true);
    looks(100, 0.6, 0.6, 5, true);

    assertThat(memory.most()).isEqualTo(5);
  }

  @Test
  void isOverAfterFiveSecondsInWhichMemoryIsFreeAndNextToNoneRejected() {
    runShort(40);
    looks(9, 0.05, 0.6, 3, false);
    assertThat(memory.most()).isEqualTo(5);
    look(0.2, 0.75, 3, false); // not free
    looks(9, 0.05, 0.6, 3, false);
    assertThat(memory.isShort()).isTrue();

    assertThat(look(0.05, 0.6, 3, false)).isTrue();
    assertThat(memory.isShort()).isFalse();
  }

  @Test
  void isOverInTheEndWhereRequestsAreRejectedForOtherReasons() {
    runShort(40);
    looks(200, 0.05, 0.6, 3, true);

    assertThat(memory.isShort()).isFalse();
  }

  @Test
  void givesUpWhereItDoesNotHelp() {
    runShort(40);
    looks(2, 0.2, 0.9, 5, true); // collected, and left no more
    look(0, 0.9, 4, true); // not collected: not known
    assertThat(memory.isShort()).isTrue();

    assertThat(look(0.2, 0.9, 5, true)).isTrue();
    assertThat(memory.isShort()).isFalse();
    looks(119, 0.5, 0.95, 40, true);
    assertThat(reads).as("for a minute").isEqualTo(6);
  }

  @Test
  void givesUpForTwiceAsLongEachTime() {
    runShort(40);
    looks(3, 0.2, 0.9, 5, true);
    now += 120 * LOOK;
    looks(3, 0.5, 0.9, 40, false); // the first one is about the whole minute
    assertThat(memory.isShort()).isTrue();
    looks(3, 0.2, 0.9, 5, true);
    assertThat(memory.isShort()).isFalse();

    int before = reads;
    looks(239, 0.5, 0.95, 40, true);
    assertThat(reads).isEqualTo(before);
    look(0.5, 0.95, 40, true);
    assertThat(reads).isEqualTo(before + 1);
  }

  @Test
  void doesNotGiveUpBeforeACollectionNorBeforeWorkHasEnded() {
    runShort(40);
    looks(100, 0.2, 0.9, 6, true); // one more than may be
    assertThat(memory.isShort()).isTrue();
    assertThat(memory.most()).isEqualTo(5);

    look(0, 0.9, 5, true);
    assertThat(memory.isShort()).isTrue();
  }

  @Test
  void theCapsOfLevelsKeepTheirProportionsAndLeaveOutWhatCanBeShed() {
    runShort(40);

    assertThat(memory.caps(new int[] {20, 20, 20, 24, 28, 30, 36, 38, 40}, 40))
        .containsExactly(0, 0, 0, 3, 4, 4, 5, 5, 5);
    assertThat(memory.caps(new int[] {1, 1, 1, 2, 2, 2, 3, 3, 3}, 3))
        .containsExactly(0, 0, 0, 2, 2, 2, 3, 3, 3);
  }

  @Test
  void saysWhatWasSeenWhenItWasCut() {
    look(0.35, 0.9, 80, false);
    look(0.45, 0.85, 80, false);
    look(0.01, 0.4, 80, false);

    assertThat(memory.evidence())
        .isEqualTo("collections took 45 % of the time and left 90 % of the heap in use");
  }
}
