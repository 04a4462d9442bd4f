package dev.flowshield.engine.overload;

import static dev.flowshield.Criticality.CRITICAL;
import static dev.flowshield.Criticality.DEFAULT;
import static dev.flowshield.Criticality.SHEDDABLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The caps of the levels. */
class PriorityLevelsTest {

  private static final long LATENCY = 10_000; // ticks
  private static final int ROUNDS = 50; // until averages stand

  private final PriorityLevels levels = new PriorityLevels();

  /** Caps at a limit where so many requests of each level are offered and admitted in a window. */
  private List<Integer> caps(int limit, long[] admitted, long[] rejected) {
    int[] caps = {};
    for (int i = 0; i < ROUNDS; i++) {
      Window window = Windows.alike(100, LATENCY, 10);
      caps = levels.caps(window, new LevelDemand(admitted, rejected), LATENCY, limit);
    }
    return Arrays.stream(caps).boxed().toList();
  }

  private static long[] of(long... byLevel) {
    return Arrays.copyOf(byLevel, PriorityLevels.COUNT);
  }

  @Test
  void areOrderedByMeaningThenByClient() {
    assertThat(PriorityLevels.of(SHEDDABLE, ClientRates.BEYOND)).isZero();
    assertThat(PriorityLevels.of(SHEDDABLE, ClientRates.SMALL)).isEqualTo(2);
    assertThat(PriorityLevels.of(DEFAULT, ClientRates.BEYOND)).isEqualTo(3);
    assertThat(PriorityLevels.of(CRITICAL, ClientRates.WITHIN)).isEqualTo(7);
    assertThat(PriorityLevels.of(CRITICAL, ClientRates.SMALL)).isEqualTo(PriorityLevels.COUNT - 1);
  }

  @Test
  void haveTheWholeLimitWhereThereIsOneLevel() {
    assertThat(caps(20, of(0, 0, 0, 0, 0, 100), of(0, 0, 0, 0, 0, 900))).endsWith(20, 20, 20, 20);
  }

  @Test
  void leaveSomeFreeForTheLevelsAbove() {
    List<Integer> caps = caps(20, of(0, 0, 50, 0, 0, 0, 0, 0, 50), of(0, 0, 800));

    assertThat(caps).isSorted();
    assertThat(caps.get(0)).as("half at most").isGreaterThanOrEqualTo(10).isLessThan(20);
    assertThat(caps.get(8)).as("what the others leave free").isBetween(20, 30);
  }

  @Test
  void leaveAtMostHalfFree() {
    List<Integer> caps =
        caps(20, of(0, 0, 0, 0, 0, 0, 0, 0, 90), of(10, 0, 0, 0, 0, 0, 0, 0, 9000));

    assertThat(caps.get(0)).isEqualTo(10);
    assertThat(caps.get(8)).as("nothing is admitted below").isEqualTo(20);
  }

  @Test
  void haveAPlaceEachAtLeast() {
    assertThat(caps(1, of(0, 0, 0, 0, 0, 0, 0, 0, 50), of(50))).allMatch(cap -> cap >= 1);
  }

  @Test
  void countTheirRequestsByMeaning() {
    LevelDemand demand = new LevelDemand(of(1, 2, 3, 4), of(5, 0, 0, 12, 0, 0, 0, 0, 6));

    assertThat(demand.attempts(SHEDDABLE)).isEqualTo(11);
    assertThat(demand.attempts(DEFAULT)).isEqualTo(16);
    assertThat(demand.attempts(CRITICAL)).isEqualTo(6);
    assertThat(demand.rejectedShare(DEFAULT)).isEqualTo(0.75);
    assertThat(demand.rejectedShare(CRITICAL)).isEqualTo(1);
    assertThat(new LevelDemand(of(), of()).rejectedShare(CRITICAL)).isZero();
  }

  @Test
  void canBeAlike() {
    assertThat(PriorityLevels.alike(7)).containsOnly(7).hasSize(PriorityLevels.COUNT);
  }
}
