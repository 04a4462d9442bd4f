package dev.flowshield.engine.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.allowance.StripedAllowance;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two limits of four permits a second each. */
public class AdvanceReservationTest {

  private static final long ANY = 7;
  private static final long SECOND = 1_000_000_000;

  private final ManualTicker ticker = ManualTicker.atZero();
  private final StripedAllowance first =
      new StripedAllowance(new Gcra(RateLimit.parse("4/s")), ticker);
  private final StripedAllowance second =
      new StripedAllowance(new Gcra(RateLimit.parse("4/s")), ticker);
  private final Allowances both = new Allowances(List.of(first, second));

  @Test
  void isUndoneIfNothingElseWasDoneToItsKey() {
    AdvanceReservation turn = new AdvanceReservation(both, ANY, 3);
    assertThat(turn.takeAhead(ticker.nanos() + SECOND)).isTrue();
    assertRemaining(0, 0);

    assertThat(turn.undo()).isTrue();

    assertRemaining(4, 4);
    assertThat(turn.undo()).as("once more").isFalse();
  }

  @Test
  void isNotUndoneOnceAnotherTookBehindIt() {
    AdvanceReservation turn = new AdvanceReservation(both, ANY, 2);
    assertThat(turn.takeAhead(ticker.nanos())).isTrue();
    second.take(ANY, 1, AnswerFactory.YES_OR_NO);

    assertThat(turn.undo()).isFalse();

    assertRemaining(2, 1);
  }

  @Test
  void thatIsUndoneRefundsWhereAnotherSharesALimit() {
    AdvanceReservation turn = new AdvanceReservation(both, ANY, 2);
    assertThat(turn.takeAhead(ticker.nanos())).isTrue();
    first.take(ANY, 1, AnswerFactory.YES_OR_NO);

    assertThat(turn.undo()).isTrue();

    assertRemaining(3, 4);
  }

  @Test
  void isRefundedWhereALaterLimitRejects() {
    second.take(ANY, 4, AnswerFactory.YES_OR_NO);
    AdvanceReservation turn = new AdvanceReservation(both, ANY, 2);

    assertThat(turn.takeAhead(ticker.nanos())).isFalse();

    assertRemaining(4, 0);
    assertThat(turn.undo()).isFalse();
    assertRemaining(4, 0);
  }

  @Test
  void isNotUndercutByARefund() { // W4 of Line
    long[] before = both.rows(ANY, 4);
    assertThat(both.take(before, 0, 2, ticker.nanos())).isTrue();
    AdvanceReservation waiting = new AdvanceReservation(both, ANY, 4);
    waiting.waitUntil(ticker.nanos() + SECOND);
    assertThat(waiting.takeAhead(ticker.nanos() + SECOND)).isTrue();

    both.settle(before, 0);

    assertThat(waiting.retryAfterNanos(ticker.nanos())).as("behind it").isEqualTo(2 * SECOND);
  }

  @Test
  void isPossibleAsLongAsEachBurstIsBigEnough() {
    AdvanceReservation turn = new AdvanceReservation(both, ANY, 4);
    assertThat(turn.isPossible()).isTrue();

    second.changeTo(new Gcra(RateLimit.parse("3/s")));

    assertThat(turn.isPossible()).isFalse();
  }

  private void assertRemaining(long... expected) {
    assertThat(
            new long[] {first.remaining(ANY, ticker.nanos()), second.remaining(ANY, ticker.nanos())
            })
        .isEqualTo(expected);
  }
}
