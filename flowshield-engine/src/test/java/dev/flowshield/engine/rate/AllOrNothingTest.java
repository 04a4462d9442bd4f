package dev.flowshield.engine.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.testkit.ManualTicker;
import org.junit.jupiter.api.Test;

/** What several limits have left when one of them refuses after others were taken from, as in a race that was lost. */
public class AllOrNothingTest {

  private static final long ANY = 7;

  private final ManualTicker ticker = ManualTicker.atZero();
  private final SingleLimit first = new SingleLimit(new Gcra(RateLimit.parse("4/s")), ticker);
  private final SingleLimit second = new SingleLimit(new Gcra(RateLimit.parse("4/s")), ticker);
  private final SingleLimit spent = new SingleLimit(new Gcra(RateLimit.parse("4/s")), ticker);
  private final Allowances[] limits = {first, second, spent};

  public AllOrNothingTest() {
    spent.take(3, Answer.YES_OR_NO);
  }

  @Test
  void givesBackWhatWasTakenBeforeOneRefused() {
    assertThat(AllOrNothing.take(limits, ANY, 2, ticker.nanos())).isFalse();

    assertRemaining(4, 4, 1);
  }

  @Test
  void givesBackWhatWasTakenBeforeOneFailed() {
    SingleLimit failing = new SingleLimit(new Gcra(RateLimit.parse("4/s")), failingTicker());
    failing.take(0, 4, 0); // so that it looks at the clock

    assertThatThrownBy(
            () -> AllOrNothing.take(new Allowances[] {first, failing}, ANY, 2, ticker.nanos()))
        .isInstanceOf(IllegalStateException.class);

    assertRemaining(4, 4, 1);
  }

  @Test
  void takesFromAllIfAllHaveIt() {
    assertThat(AllOrNothing.take(limits, ANY, 1, ticker.nanos())).isTrue();

    assertRemaining(3, 3, 0);
  }

  @Test
  void waitsForTheSlowest() {
    first.take(4, Answer.YES_OR_NO);

    assertThat(AllOrNothing.retryAfterNanos(limits, ANY, 1, ticker.nanos())).isEqualTo(250_000_000);
    assertThat(AllOrNothing.retryAfterNanos(limits, ANY, 4, ticker.nanos()))
        .isEqualTo(1_000_000_000);
  }

  @Test
  void aLeaseGivesBackWhatWasTakenBeforeOneRefused() {
    Lease lease = new Lease(limits, ANY, 2);

    assertThat(lease.take(ticker.nanos())).isFalse();

    assertRemaining(4, 4, 1);
  }

  @Test
  void aLeaseThatIsSettledSetsEachAccountRight() {
    Lease lease = new Lease(new Allowances[] {first, second}, ANY, 3);
    assertThat(lease.take(ticker.nanos())).isTrue();
    lease.settle(1);
    assertRemaining(3, 3, 1);

    Lease more = new Lease(new Allowances[] {first, second}, ANY, 1);
    assertThat(more.take(ticker.nanos())).isTrue();
    more.settle(2);
    assertRemaining(1, 1, 1);

    Lease exact = new Lease(limits, ANY, 1);
    assertThat(exact.take(ticker.nanos())).isTrue();
    exact.settle(1);
    assertRemaining(0, 0, 0);
  }

  @Test
  void aLeaseIsUndoneIfNothingElseWasDoneToItsKey() {
    Lease lease = new Lease(new Allowances[] {first, second}, ANY, 3);
    assertThat(lease.takeAhead(ticker.nanos() + 1_000_000_000)).isTrue();
    assertRemaining(0, 0, 1);

    assertThat(lease.undo()).isTrue();

    assertRemaining(4, 4, 1);
  }

  @Test
  void aLeaseIsNotUndoneOnceAnotherTookBehindIt() {
    Lease lease = new Lease(new Allowances[] {first, second}, ANY, 2);
    assertThat(lease.takeAhead(ticker.nanos())).isTrue();
    second.take(1, Answer.YES_OR_NO);

    assertThat(lease.undo()).isFalse();

    assertRemaining(2, 1, 1);
  }

  @Test
  void aLeaseThatIsUndoneGivesBackWhereAnotherSharesALimit() {
    Lease lease = new Lease(new Allowances[] {first, second}, ANY, 2);
    assertThat(lease.takeAhead(ticker.nanos())).isTrue();
    first.take(1, Answer.YES_OR_NO);

    assertThat(lease.undo()).isTrue();

    assertRemaining(3, 4, 1);
  }

  @Test
  void aLeaseThatWaitsIsNotUndercutByARefund() { // W4 of Line
    Lease before = new Lease(new Allowances[] {first, second}, ANY, 4);
    assertThat(before.take(ticker.nanos())).isTrue();
    Lease waiting = new Lease(new Allowances[] {first, second}, ANY, 4);
    waiting.waitUntil(ticker.nanos() + 1_000_000_000);
    assertThat(waiting.takeAhead(ticker.nanos() + 1_000_000_000)).isTrue();

    before.settle(0);

    assertThat(waiting.retryAfterNanos(ticker.nanos())).as("behind it").isEqualTo(2_000_000_000);
  }

  @Test
  void aLeaseThatWasTakenNowIsNotUndone() {
    Lease lease = new Lease(new Allowances[] {first, second}, ANY, 1);
    assertThat(lease.take(ticker.nanos())).isTrue();

    assertThat(lease.undo()).isFalse();
  }

  @Test
  void aLeaseIsPossibleAsLongAsEachBurstIsBigEnough() {
    Lease lease = new Lease(new Allowances[] {first, second}, ANY, 4);
    assertThat(lease.isPossible()).isTrue();

    second.changeTo(new Gcra(RateLimit.parse("3/s")));

    assertThat(lease.isPossible()).isFalse();
  }

  private static Ticker failingTicker() {
    int[] readings = {0};
    return () -> {
      if (readings[0]++ > 0) {
        throw new IllegalStateException("no time today");
      }
      return 0;
    };
  }

  private void assertRemaining(long... expected) {
    assertThat(new long[] {
          first.remaining(ANY, ticker.nanos()),
          second.remaining(ANY, ticker.nanos()),
          spent.remaining(ANY, ticker.nanos())
        })
        .isEqualTo(expected);
  }
}
