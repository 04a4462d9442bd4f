package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.MILLI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** How busy the processors are, and how much of them a request takes. */
class ProcessorsTest {

  private static final int COUNT = 4;
  private static final double LATENCY = 1_000; // ticks: a millisecond and a little

  private long used = Long.MAX_VALUE - MILLI; // wraps around meanwhile, as the clock does
  private long now = Long.MAX_VALUE - MILLI;
  private long ended = 1_000;
  private final Processors processors = new Processors(() -> used, COUNT);

  private void look(boolean isUsual) {
    processors.look(ended, isUsual, LATENCY, now);
  }

  /** For as long, with a part of all processors used, and so many requests that end. */
  private void pass(int millis, double load, int ends, boolean isUsual) {
    now += millis * MILLI;
    used += (long) (millis * MILLI * COUNT * load);
    ended += ends;
    look(isUsual);
  }

  @Test
  void areBusyWhereNearlyAllAreUsed() {
    look(true);
    assertThat(processors.areBusy()).isFalse();

    pass(100, 0.85, 10, true);
    assertThat(processors.areBusy()).isFalse();

    pass(100, 0.95, 10, true);
    assertThat(processors.areBusy()).isTrue();

    pass(100, 0.85, 10, true);
    assertThat(processors.areBusy()).isFalse();
  }

  @Test
  void areBusySinceAnInstantIfTheLookBeganAfterIt() {
    look(true);
    long begun = now;
    pass(100, 1, 10, true);

    assertThat(processors.areBusySince(begun)).isTrue();
    assertThat(processors.isSampleSince(begun)).isTrue();
    assertThat(processors.areBusySince(begun + 1)).isFalse();
    assertThat(processors.isSampleSince(begun + 1)).isFalse();
  }

  @Test
  void areLookedAtFortyTimesASecondAtMost() {
    assertThat(processors.isToLook(now)).isTrue();
    look(true);
    assertThat(processors.isToLook(now + 25 * MILLI - 1)).isFalse();
    assertThat(processors.isToLook(now + 25 * MILLI)).isTrue();
    assertThat(processors.isToLookEarly(now + 12 * MILLI)).isFalse();
    assertThat(processors.isToLookEarly(now + 13 * MILLI)).isTrue();
  }

  @Test
  void areLookedAtRarelyWhereThereIsOneAsAJdkCountsInSteps() {
    Processors one = new Processors(() -> used, 1);
    one.look(0, true, LATENCY, now);

    assertThat(one.isToLook(now + 100 * MILLI - 1)).isFalse();
    assertThat(one.isToLook(now + 100 * MILLI)).isTrue();
  }

  @Test
  void knowWhatARequestTakesFromUsualTimes() {
    look(true);
    assertThat(processors.isCostKnown()).isFalse();
    pass(100, 1, 100, false);
    assertThat(processors.isCostKnown()).as("not usual").isFalse();

    pass(100, 0.5, 100, true); // two milliseconds each

    assertThat(processors.isCostKnown()).isTrue();
    assertThat(processors.perTick()).isCloseTo(Server.perTick(2), within(1e-9));
    assertThat(processors.atOnce()).isCloseTo(500, within(1e-6));
  }

  @Test
  void doNotKnowItFromFewRequestsNorFromHardlyAnyUse() {
    look(true);
    pass(100, 1, 7, true);
    assertThat(processors.isCostKnown()).isFalse();

    Processors idle = new Processors(() -> used, COUNT);
    idle.look(ended, true, LATENCY, now);
    now += 100 * MILLI;
    used += 49 * MILLI;
    ended += 1_000;
    idle.look(ended, true, LATENCY, now);
    assertThat(idle.isCostKnown()).isFalse();
  }

  @Test
  void doNotKnowItWhereMostOfTheirUseMayBeOfOtherWork() {
    look(true);
    for (int i = 0; i < 10; i++) {
      pass(100, 0.19, 10, true);
    }
    assertThat(processors.isCostKnown()).isFalse();

    for (int i = 0; i < 10; i++) {
      pass(100, 0.22, 10, true);
    }
    assertThat(processors.isCostKnown()).isTrue();
  }

  @Test
  void learnNothingFromWorkThatEndsAfterACutAndWasWorkedAtBefore() {
    double latency = 250 * MILLI / (double) Window.NANOS_PER_TICK;
    look(true);
    pass(100, 0.5, 100, true); // two milliseconds each
    now += 1_000 * MILLI;
    used += 2_000 * MILLI;
    ended += 1_000;
    processors.look(ended, true, latency, now);

    now += 100 * MILLI;
    ended += 100; // which took nothing now
    processors.look(ended, false, latency, now);

    assertThat(processors.perTick()).isCloseTo(Server.perTick(2), within(1e-9));
  }

  @Test
  void areInUseIfMostOfThemAreUsed() {
    look(true);
    pass(100, 0.69, 10, true);
    assertThat(processors.areInUse()).isFalse();

    pass(100, 0.7, 10, true);
    assertThat(processors.areInUse()).isTrue();
  }

  @Test
  void idleIfHardlyAnyWereUsedSinceTheMark() {
    look(true);
    processors.mark();
    assertThat(processors.haveIdled()).as("nothing was seen since").isFalse();

    pass(100, 0.6, 10, true);
    pass(100, 0.2, 10, true);
    assertThat(processors.areIdle()).isTrue();
    assertThat(processors.haveIdled()).isFalse();
    assertThat(processors.isMarkedFor(200 * MILLI)).isTrue();
    assertThat(processors.isMarkedFor(200 * MILLI + 1)).isFalse();

    processors.mark();
    pass(100, 0.34, 10, true);
    assertThat(processors.haveIdled()).isTrue();
  }

  @Test
  void learnFromAnyTimeThatRequestsTakeMuchLess() {
    look(true);
    pass(100, 0.5, 100, true);
    pass(100, 1, 100, false); // twice as much, as where it waits
    assertThat(processors.perTick()).isCloseTo(Server.perTick(2), within(1e-9));

    pass(100, 1, 1_000, false);

    assertThat(processors.perTick()).isCloseTo(Server.perTick(10), within(1e-9));
  }

  @Test
  void areNeverBusyNorLookedAtWhereNothingIsSeenOfThem() {
    Processors unseen = Processors.unseen();

    assertThat(unseen.areSeen()).isFalse();
    assertThat(unseen.isToLook(now)).isFalse();
    assertThat(unseen.areBusy()).isFalse();
    assertThat(processors.areSeen()).isTrue();
    assertThat(processors.count()).isEqualTo(COUNT);
  }

  @Test
  void sayHowMuchOfThemWasUsedAtTheLastLook() {
    look(true);
    pass(100, 0.3, 10, true);
    pass(80, 0.97, 10, true);

    assertThat(processors.use()).isEqualTo("97 % of 4 used for 80 ms");
  }
}
