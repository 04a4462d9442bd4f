package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.MILLI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** How many requests may be begun before it is known what they cost. */
class ProcessorBudgetTest {

  private static final double LATENCY = 1_000; // ticks: a millisecond and a little

  private long used;
  private long ended;
  private long now = Long.MAX_VALUE - MILLI; // wraps around meanwhile
  private double begun;
  private final Processors processors = new Processors(() -> used, 1);
  private final ProcessorBudget budget = new ProcessorBudget(processors);

  /** For as long, with a part of the processor used. */
  private void pass(int millis, double load, int ends, boolean isUsual) {
    now += millis * MILLI;
    used += (long) (millis * MILLI * load);
    ended += ends;
    processors.look(ended, isUsual, LATENCY, now);
  }

  /** Each request takes a millisecond of the processor: 250 in a quarter of a second. */
  private void learnCost() {
    processors.look(ended, true, LATENCY, now);
    pass(1_000, 0.5, 500, true);
    budget.begin(now);
  }

  private void begin(int more) {
    begun += more;
    budget.look(begun, LATENCY, now);
  }

  @Test
  void isWhatTheProcessorsCanWorkOffInAQuarterOfASecond() {
    learnCost();
    begin(0);
    assertThat(budget.left()).isCloseTo(250, within(1e-6));

    begin(249);
    assertThat(budget.isSpent()).isFalse();
    assertThat(budget.left()).isCloseTo(1, within(1e-6));

    begin(2);
    assertThat(budget.isSpent()).isTrue();
    assertThat(budget.left()).isZero();
  }

  @Test
  void growsByWhatTheyCanWorkOff() {
    learnCost();
    begin(0);
    begin(251);

    pass(100, 1, 100, false);
    begin(0);

    assertThat(budget.isSpent()).isFalse();
    assertThat(budget.left()).isCloseTo(99, within(0.01));
  }

  @Test
  void isNeverSpentByWhatTheyCanWorkOff() {
    learnCost();
    for (int i = 0; i < 100; i++) {
      pass(100, 1, 100, false);
      begin(100);
      assertThat(budget.isSpent()).isFalse();
    }
  }

  @Test
  void isThereAgainWhereTheyAreSeenNotToBeBusy() {
    learnCost();
    begin(0);
    begin(1_000);
    pass(50, 1, 50, false);
    begin(0);
    assertThat(budget.isSpent()).isTrue();

    pass(101, 0.5, 50, false);
    begin(0);

    assertThat(budget.isSpent()).isFalse();
    assertThat(budget.left()).isCloseTo(250, within(1e-6));
  }

  @Test
  void isNotThereAgainWhereTheyAreBusy() {
    learnCost();
    begin(0);
    begin(1_000);
    for (int i = 0; i < 5; i++) {
      pass(101, 1, 101, false);
      begin(0);
      assertThat(budget.isSpent()).isTrue();
    }
  }

  @Test
  void isNotThereAgainBeforeALatencyAsUntilThenItIsNotSeenWhatWorkCosts() {
    learnCost();
    double latency = 1_000.0 * MILLI / Window.NANOS_PER_TICK;
    budget.look(0, latency, now);
    budget.look(2_000, latency, now);

    pass(900, 0, 0, false);
    budget.look(2_000, latency, now);

    assertThat(budget.isSpent()).isTrue();
  }

  @Test
  void isSixteenAtLeastHoweverMuchARequestTakes() {
    processors.look(ended, true, LATENCY, now);
    pass(10_000, 1, 10, true);
    budget.begin(now);
    begin(0);

    begin(15);
    assertThat(budget.isSpent()).isFalse();
    begin(2);
    assertThat(budget.isSpent()).isTrue();
  }

  @Test
  void isNotSpentWhileItIsNotKnownWhatARequestTakes() {
    budget.begin(now);
    begin(1_000_000);

    assertThat(budget.isSpent()).isFalse();
  }

  @Test
  void saysWhatWasBegunAndWhatCanBeWorkedOff() {
    learnCost();
    begin(0);
    begin(100);
    pass(100, 1, 100, false);
    begin(400);

    assertThat(budget.isSpent()).isTrue();
    assertThat(budget.spending())
        .as("250, of which 100 came back")
        .isEqualTo("500 requests begun and 350 can be worked off");
  }
}
