package dev.flowshield.engine.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which levels it rejects for a queue in front. */
class QueueInFrontTest {

  private static final long MILLI = 1_000_000;
  private static final long SHORT_WORK = MILLI;
  private static final int FIRST_TO_MEAN_MOST = PriorityLevels.lowest(Criticality.CRITICAL);

  private Pressure pressure = Pressure.EXTREME;
  private final QueueInFront queue = new QueueInFront();
  private long now = Long.MAX_VALUE - 100 * MILLI; // wraps around meanwhile

  /** Two of a kind. */
  private boolean sample(long waitedMillis, long latencyNanos) {
    boolean hasChanged = one(waitedMillis, latencyNanos);
    return one(waitedMillis, latencyNanos) || hasChanged;
  }

  private boolean one(long waitedMillis, long latencyNanos) {
    now += 25 * MILLI;
    return queue.waited(waitedMillis * MILLI, latencyNanos, pressure, false, now);
  }

  private int levelsWithoutSlot() {
    int[] caps = PriorityLevels.alike(7);
    queue.bound(caps);
    assertThat(Arrays.stream(caps)).allMatch(cap -> cap == 0 || cap == 7).isSorted();
    return (int) Arrays.stream(caps).filter(cap -> cap == 0).count();
  }

  @Test
  void rejectsNothingBeforeAnythingIsKnown() {
    assertThat(levelsWithoutSlot()).isZero();
    assertThat(queue.isLong()).isFalse();
  }

  @Test
  void rejectsUsualRequestsOfSmallClientsAfterMoreThan20Millis() {
    sample(23, SHORT_WORK);
    assertThat(levelsWithoutSlot())
        .isEqualTo(PriorityLevels.of(Criticality.DEFAULT, ClientRates.SMALL));
    sample(24, SHORT_WORK);
    assertThat(levelsWithoutSlot()).isEqualTo(FIRST_TO_MEAN_MOST);
    assertThat(queue.isLong()).isTrue();
  }

  @Test
  void waitsForAsLongAsLongWorkTakes() {
    sample(100, 100 * MILLI);
    assertThat(levelsWithoutSlot())
        .isEqualTo(PriorityLevels.of(Criticality.DEFAULT, ClientRates.SMALL));
    sample(120, 100 * MILLI);
    assertThat(levelsWithoutSlot()).isEqualTo(FIRST_TO_MEAN_MOST);
  }

  @ParameterizedTest
  @EnumSource(names = {"NORMAL", "ELEVATED"})
  void waitsFiveTimesAsLongUnlessThePressureIsExtreme(Pressure other) {
    pressure = other;
    sample(119, SHORT_WORK);
    assertThat(levelsWithoutSlot())
        .isEqualTo(PriorityLevels.of(Criticality.DEFAULT, ClientRates.SMALL));
    sample(120, SHORT_WORK);
    assertThat(levelsWithoutSlot()).isEqualTo(FIRST_TO_MEAN_MOST);
  }

  @Test
  void rejectsAllInTheEnd() {
    sample(36, SHORT_WORK);
    assertThat(levelsWithoutSlot()).isEqualTo(PriorityLevels.COUNT);
    sample(100_000, SHORT_WORK);
    assertThat(levelsWithoutSlot()).isEqualTo(PriorityLevels.COUNT);
  }

  @Test
  void letsAllInAgainOnceASampleHasNotWaited() {
    sample(100, SHORT_WORK);
    assertThat(one(0, SHORT_WORK)).as("has changed").isTrue();
    assertThat(levelsWithoutSlot()).isZero();
  }

  @Test
  void doesNotBelieveOneSampleAlone() {
    one(100, SHORT_WORK);
    assertThat(levelsWithoutSlot()).isZero();
    one(0, SHORT_WORK);
    one(100, SHORT_WORK);
    assertThat(levelsWithoutSlot()).isZero();
    one(30, SHORT_WORK);
    assertThat(levelsWithoutSlot()).isEqualTo(7);
  }

  @Test
  void tellsOnlyChanges() {
    assertThat(sample(100, SHORT_WORK)).isTrue();
    assertThat(sample(100, SHORT_WORK)).isFalse();
  }

  @Test
  void letsAllInAfterAPause() {
    sample(100, SHORT_WORK);
    assertThat(queue.waited(100 * MILLI, SHORT_WORK, pressure, true, now)).isTrue();
    assertThat(levelsWithoutSlot()).isZero();
  }

  @Test
  void forgetsAfterASecondWithoutSamples() {
    sample(100, SHORT_WORK);
    assertThat(queue.look(now + 999 * MILLI)).isFalse();
    assertThat(levelsWithoutSlot()).isEqualTo(PriorityLevels.COUNT);
    assertThat(queue.look(now + 1_000 * MILLI)).isTrue();
    assertThat(levelsWithoutSlot()).isZero();
  }

  @Test
  void saysTheShorterOfTheWaitsThatWereTooLongAndHowLongTheyMayBe() {
    pressure = Pressure.NORMAL;
    one(250, SHORT_WORK);
    one(180, SHORT_WORK);
    assertThat(queue.evidence())
        .isEqualTo("180 ms, where 20 to 180 ms are allowed by what they mean");

    one(0, SHORT_WORK);
    assertThat(queue.evidence()).startsWith("180 ms, ");
  }
}
