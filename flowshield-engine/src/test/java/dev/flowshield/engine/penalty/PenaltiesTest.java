package dev.flowshield.engine.penalty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.keyed.Meanwhile;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Three breaches in 10 s block for 1 min, 2 min, 4 min, then 5 min. One bucket of eight places,
 * unless a test needs more.
 */
class PenaltiesTest {

  private static final long ALICE = 0x1234_5678_9abc_def0L;
  private static final long BOB = 2;
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final long GRAIN = 1L << 20;
  private static final int PLACES = 8;

  private final ManualTicker ticker =
      ManualTicker.startingAt(Long.MAX_VALUE - 3 * MINUTE / 2); // wraps within most tests
  private final Penalties penalties = penalties(4);

  @Test
  void nobodyIsBlockedAtFirst() {
    assertThat(blockedFor(ALICE)).isZero();
    assertThat(offenders()).isEmpty();
    assertThat(penalties.pardon(ALICE)).isFalse();
  }

  @Test
  void onlyWhoBreachesIsBlocked() {
    assertThat(breached(ALICE)).isZero();
    assertThat(breached(BOB)).isZero();
    assertThat(breached(ALICE)).isZero();
    assertThat(breached(ALICE)).isBetween(MINUTE, MINUTE + GRAIN);

    assertThat(blockedFor(ALICE)).isBetween(MINUTE, MINUTE + GRAIN);
    assertThat(blockedFor(BOB)).isZero();
    assertThat(blockedFor(3)).isZero();
    assertThat(penalties.offenders(ticker.nanos())).containsExactly(ALICE);
  }

  @Test
  void whatABlockedKeyTriesMakesItsBlockNoLonger() {
    block(ALICE);
    ticker.advance(Duration.ofSeconds(59));
    for (int i = 0; i < 100; i++) {
      assertThat(breached(ALICE)).isZero();
    }
    ticker.advance(Duration.ofMillis(1002));

    assertThat(blockedFor(ALICE)).isZero();
    assertThat(penalties.level(ALICE, ticker.nanos())).isEqualTo(1);
  }

  @Test
  void theNextBlockIsLongerUnlessTheKeyKeptClean() {
    block(ALICE);
    ticker.advance(Duration.ofSeconds(61));
    block(ALICE);
    assertThat(blockedFor(ALICE)).isBetween(2 * MINUTE, 2 * MINUTE + GRAIN);
    ticker.advance(Duration.ofMinutes(6));
    block(ALICE);
    assertThat(blockedFor(ALICE)).isBetween(MINUTE, MINUTE + GRAIN);
  }

  @Test
  void anOperatorBlocksAKeyThatHasDoneNothing() {
    assertThat(penalties.block(ALICE, MINUTE, ticker.nanos())).isTrue();

    assertThat(blockedFor(ALICE)).isBetween(MINUTE, MINUTE + GRAIN);
    assertThat(blockedFor(BOB)).isZero();
    assertThat(penalties.offenders(ticker.nanos())).containsExactly(ALICE);
    ticker.advanceNanos(MINUTE + GRAIN);
    assertThat(blockedFor(ALICE)).isZero();
  }

  @Test
  void anOperatorBlocksNobodyInPlaceOfAnotherOffender() { // P2
    for (long key = 1; key <= PLACES; key++) {
      assertThat(penalties.block(key, MINUTE, ticker.nanos())).isTrue();
    }

    assertThat(penalties.block(99, MINUTE, ticker.nanos())).isFalse();
    assertThat(blockedFor(99)).isZero();
    assertThat(penalties.block(1, 2 * MINUTE, ticker.nanos())).isTrue();
    assertThat(blockedFor(1)).isBetween(2 * MINUTE, 2 * MINUTE + GRAIN);
  }

  @Test
  void aPardonEndsABlockAndForgetsTheOnesBefore() {
    block(ALICE);
    block(BOB);

    assertThat(penalties.pardon(ALICE)).isTrue();

    assertThat(penalties.pardon(ALICE)).isFalse();
    assertThat(blockedFor(ALICE)).isZero();
    assertThat(blockedFor(BOB)).isPositive();
    block(ALICE);
    assertThat(blockedFor(ALICE)).isBetween(MINUTE, MINUTE + GRAIN);
  }

  @Test
  void aPardonForAllForgetsEverybody() {
    Penalties many = penalties(1000);
    for (long hash : hashes(500)) {
      block(many, hash);
    }

    many.pardonAll();

    for (long hash : hashes(500)) {
      assertThat(many.blockedForNanos(hash, ticker.nanos())).isZero();
    }
    assertThat(many.offenders(ticker.nanos())).isEmpty();
  }

  @Test
  void showsWhoIsBlockedOrWasNotLongAgo() {
    breached(3);
    block(ALICE);
    ticker.advance(Duration.ofSeconds(61));
    block(BOB);
    breached(ALICE);

    assertThat(offenders()).containsExactlyInAnyOrder(ALICE, BOB);
    assertThat(penalties.level(ALICE, ticker.nanos())).isEqualTo(1);
    assertThat(penalties.level(BOB, ticker.nanos())).isEqualTo(1);
    assertThat(penalties.level(3, ticker.nanos())).isZero();
    assertThat(penalties.level(4, ticker.nanos())).isZero();
    ticker.advance(Duration.ofMinutes(3));
    assertThat(offenders()).isEmpty();
  }

  @Test
  void aFullTablePenalisesNoNewcomerAndPardonsNobody() { // P2, P3
    for (int i = 1; i <= PLACES; i++) {
      block(i);
    }
    for (long stranger : hashes(1000)) {
      for (int i = 0; i < 5; i++) {
        assertThat(breached(stranger)).isZero();
      }
      assertThat(blockedFor(stranger)).isZero();
    }
    assertThat(penalties.offenders(ticker.nanos())).hasSize(PLACES);
    for (int i = 1; i <= PLACES; i++) {
      assertThat(blockedFor(i)).isPositive();
    }

    // The blocks are over, but they still count, whichever key comes.
    ticker.advance(Duration.ofSeconds(61));
    for (long stranger : hashes(1000)) {
      assertThat(breached(stranger)).isZero();
    }
    for (int i = 1; i <= PLACES; i++) {
      block(i);
      assertThat(blockedFor(i)).isBetween(2 * MINUTE, 2 * MINUTE + GRAIN);
    }

    ticker.advance(Duration.ofMinutes(6));
    block(ALICE);
    assertThat(blockedFor(ALICE)).as("there is room again").isPositive();
  }

  @Test
  void aNewcomerTakesThePlaceOfTheOneWithTheFewestBreaches() { // P2, P3
    for (int i = 1; i <= PLACES; i++) {
      breached(i);
      if (i != 5) {
        breached(i);
      }
    }

    breached(ALICE);

    assertThat(breached(ALICE)).isZero();
    assertThat(breached(ALICE)).as("was counted").isPositive();
    assertThat(breached(4)).as("was counted on").isPositive();
    assertThat(breached(5)).isZero();
    assertThat(breached(5)).as("began again").isZero();
  }

  @Test
  void aNewcomerTakesThePlaceOfOneThatWasPardoned() { // P2
    for (int i = 1; i <= PLACES; i++) {
      block(i);
    }
    for (int i = 1; i <= PLACES; i++) {
      penalties.pardon(i);

      block(ALICE + i);

      assertThat(blockedFor(ALICE + i)).as("in the place of %s", i).isPositive();
    }
    assertThat(offenders()).hasSize(PLACES);
  }

  @Test
  void whoeverHasWrittenKeepsNoOtherThreadFromWriting() {
    block(ALICE);
    penalties.pardon(BOB);
    Meanwhile.anotherThread(() -> assertThat(penalties.pardon(ALICE)).isTrue());
    penalties.pardon(ALICE);
    Meanwhile.anotherThread(() -> breached(BOB));
    penalties.pardonAll();
    Meanwhile.anotherThread(() -> block(BOB));

    assertThat(blockedFor(BOB)).isPositive();
  }

  @Test
  void keysThatTakeTurnsArePenalisedThoughTheyAreMoreThanThePlaces() {
    long[] keys = hashes(2 * PLACES);
    int blocks = 0;
    for (int i = 0; i < 100; i++) {
      for (long key : keys) {
        blocks += breached(key) > 0 ? 1 : 0;
      }
    }
    assertThat(blocks).isGreaterThanOrEqualTo(PLACES / 2);
  }

  @Test
  void nobodyStartsWithTheBreachesOfAnother() { // P3
    SplittableRandom random = new SplittableRandom(20261124);
    for (int i = 0; i < 10_000; i++) {
      long stranger = random.nextLong() | 1;
      assertThat(breached(stranger)).isZero();
      assertThat(breached(stranger)).isZero();
    }
    assertThat(penalties.offenders(ticker.nanos())).isEmpty();
  }

  @Test
  void thereIsRoomForTheOffendersThatWereSet() { // P4
    Penalties many = penalties(10_000);
    int found = 0;
    for (long hash : hashes(10_000)) {
      block(many, hash);
      found += many.blockedForNanos(hash, ticker.nanos()) > 0 ? 1 : 0;
    }
    int still = 0;
    for (long hash : hashes(10_000)) {
      still += many.blockedForNanos(hash, ticker.nanos()) > 0 ? 1 : 0;
    }

    assertThat(found).isGreaterThan(9_800);
    assertThat(still).isEqualTo(found);
    assertThat(many.offenders(ticker.nanos())).hasSize(found);
  }

  @Test
  void aClockThatStepsBackKeepsABlockAndEndsIt() { // P5
    block(ALICE);
    ticker.advance(Duration.ofSeconds(-30));
    assertThat(blockedFor(ALICE)).isPositive();
    block(BOB);
    ticker.advance(Duration.ofSeconds(89));
    assertThat(blockedFor(ALICE)).isPositive();
    assertThat(blockedFor(BOB)).isZero();
    ticker.advance(Duration.ofSeconds(2));
    assertThat(blockedFor(ALICE)).isZero();
  }

  private long[] offenders() {
    return penalties.offenders(ticker.nanos());
  }

  private long blockedFor(long hash) {
    return penalties.blockedForNanos(hash, ticker.nanos());
  }

  private long breached(long hash) {
    return penalties.breached(hash, ticker.nanos());
  }

  private void block(long hash) {
    block(penalties, hash);
  }

  private void block(Penalties where, long hash) {
    for (int i = 0; i < 3; i++) {
      where.breached(hash, ticker.nanos());
    }
  }

  private static long[] hashes(int count) {
    return new SplittableRandom(count)
        .longs()
        .filter(hash -> hash != 0)
        .limit(count)
        .toArray();
  }

  private Penalties penalties(int maxOffenders) {
    return new Penalties(
        3, TimeUnit.SECONDS.toNanos(10), MINUTE, 5 * MINUTE, maxOffenders, ticker.nanos());
  }
}
