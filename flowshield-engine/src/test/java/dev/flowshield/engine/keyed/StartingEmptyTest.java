package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A table whose keys begin with nothing, and are given permits one by one. */
class StartingEmptyTest {

  private static final int MOST_KEYS = 300;

  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 5);
  private final KeyTable table =
      new KeyTable(new Gcra(RateLimit.parse("10/day")), ticker, MOST_KEYS);

  /** The same in every run, as with some seeds one of 300 keys finds no slot of its own. */
  private static long key(int number) {
    return new SplittableRandom(number).nextLong();
  }

  private void add(int number, long permits) {
    table.ledger(key(number)).add(key(number), permits);
  }

  private long left(int number) {
    return table.remaining(key(number), ticker.nanos());
  }

  @Test
  void hasNoPermitsForAnyKey() {
    table.startEmpty();

    for (int number = 0; number < 5_000; number++) {
      assertThat(left(number)).isZero();
      assertThat(table.tryTake(key(number), 1)).isFalse();
    }
    ticker.advance(Duration.ofHours(24));
    assertThat(left(0)).isEqualTo(10);
  }

  @Test
  void givesEachKeyWhatIsAddedToItAndNoOther() {
    table.startEmpty();

    for (int number = 0; number < MOST_KEYS; number++) {
      add(number, 3);
    }

    for (int number = 0; number < MOST_KEYS; number++) {
      assertThat(left(number)).as("key %d", number).isEqualTo(3);
      assertThat(left(number + MOST_KEYS)).as("another key").isZero();
    }
    assertThat(table.tracked()).isEqualTo(MOST_KEYS);
    add(0, 2);
    assertThat(left(0)).isEqualTo(5);
    assertThat(table.take(key(0), 5, AnswerFactory.YES_OR_NO)).isTrue();
    assertThat(table.take(key(0), 1, AnswerFactory.YES_OR_NO)).isFalse();
  }

  @Test
  void leavesAKeyOnePermitShortOfTheBurstAsASlotThatOwesNothingIsFree() {
    table.startEmpty();

    add(0, 10);

    assertThat(left(0)).isEqualTo(9);
    add(0, 1);
    assertThat(left(0)).isEqualTo(10);
  }

  @Test
  void addsNothingWhereAllSlotsAreTakenByKeysInDebt() {
    table.startEmpty();
    int many = (int) table.capacity() * 2;

    for (int number = 0; number < many; number++) {
      add(number, 1);
    }

    long given = 0;
    for (int number = 0; number < many; number++) {
      assertThat(left(number)).isLessThanOrEqualTo(1);
      given += left(number);
    }
    assertThat(given).isEqualTo(table.tracked()).isBetween((long) MOST_KEYS, table.capacity());
  }

  @Test
  void addsNothingToAKeyThatOwesNothing() {
    add(0, 5);

    assertThat(left(0)).isEqualTo(10);
    assertThat(table.tracked()).isZero();
  }
}
