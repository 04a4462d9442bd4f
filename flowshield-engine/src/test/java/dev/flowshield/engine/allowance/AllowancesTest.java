package dev.flowshield.engine.allowance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.testkit.ManualTicker;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What several limits have left when one of them rejects after others were taken from, as in a race
 * that was lost.
 */
public class AllowancesTest {

  private static final long ANY = 7;

  private final ManualTicker ticker = ManualTicker.atZero();
  private final StripedAllowance first =
      new StripedAllowance(new Gcra(RateLimit.parse("4/s")), ticker);
  private final StripedAllowance second =
      new StripedAllowance(new Gcra(RateLimit.parse("4/s")), ticker);
  private final StripedAllowance spent =
      new StripedAllowance(new Gcra(RateLimit.parse("4/s")), ticker);
  private final Allowances limits = new Allowances(List.of(first, second, spent));
  private final Allowances both = new Allowances(List.of(first, second));

  public AllowancesTest() {
    spent.take(ANY, 3, AnswerFactory.YES_OR_NO);
  }

  @Test
  void givesBackWhatWasTakenBeforeOneRejected() {
    assertThat(limits.take(ANY, 2, ticker.nanos())).isFalse();

    assertRemaining(4, 4, 1);
  }

  @Test
  void givesBackWhatWasTakenBeforeOneFailed() {
    StripedAllowance failing =
        new StripedAllowance(new Gcra(RateLimit.parse("4/s")), failingTicker());
    failing.take(0, 4, 0); // so that it looks at the clock

    assertThatThrownBy(() -> new Allowances(List.of(first, failing)).take(ANY, 2, ticker.nanos()))
        .isInstanceOf(IllegalStateException.class);

    assertRemaining(4, 4, 1);
  }

  @Test
  void takesFromAllIfAllHaveIt() {
    assertThat(limits.take(ANY, 1, ticker.nanos())).isTrue();

    assertRemaining(3, 3, 0);
  }

  @Test
  void waitsForTheSlowest() {
    first.take(ANY, 4, AnswerFactory.YES_OR_NO);

    assertThat(limits.retryAfterNanos(ANY, 1, ticker.nanos())).isEqualTo(250_000_000);
    assertThat(limits.retryAfterNanos(ANY, 4, ticker.nanos())).isEqualTo(1_000_000_000);
  }

  @Test
  void givesBackWhatWasTakenByRowsBeforeOneRejected() {
    assertThat(limits.take(limits.rows(ANY, 2), 0, 3, ticker.nanos())).isFalse();

    assertRemaining(4, 4, 1);
  }

  @Test
  void takesByRowsForEachItsOwnNumber() {
    long[] rows = limits.rows();
    Allowances.row(rows, 0, ANY, 1);
    Allowances.row(rows, 1, ANY, 4);

    assertThat(limits.take(rows, 0, 2, ticker.nanos())).isTrue();

    assertRemaining(3, 0, 1);
    assertThat(Allowances.permits(rows, 1)).isEqualTo(4);
    assertThat(Allowances.hash(rows, 1)).isEqualTo(ANY);
  }

  @Test
  void settlingSetsEachAccountRightOnce() {
    long[] rows = both.rows(ANY, 3);
    assertThat(both.take(rows, 0, 2, ticker.nanos())).isTrue();
    both.settle(rows, 1);
    assertRemaining(3, 3, 1);
    both.settle(rows, 0);
    assertRemaining(3, 3, 1);

    long[] more = both.rows(ANY, 1);
    assertThat(both.take(more, 0, 2, ticker.nanos())).isTrue();
    both.settle(more, 2);
    assertRemaining(1, 1, 1);

    long[] exact = limits.rows(ANY, 1);
    assertThat(limits.take(exact, 0, 3, ticker.nanos())).isTrue();
    limits.settle(exact, 1);
    assertRemaining(0, 0, 0);
  }

  @Test
  void settlingLeavesOutWhatWasNotTaken() {
    long[] rows = both.rows(ANY, 3);
    assertThat(both.take(rows, 1, 2, ticker.nanos())).isTrue();

    both.settle(rows, 0);

    assertRemaining(4, 4, 1);
  }

  @Test
  void changesOnlyTheLimitsThatDiffer() {
    RateAlgorithm unchanged = second.algorithm();

    both.change(rates("4/s", "4/s"), rates("8/s", "4/s"), Gcra::new);

    assertThat(first.burst()).isEqualTo(8);
    assertThat(second.algorithm()).isSameAs(unchanged);
  }

  @Test
  void revertsTheChangesBeforeOneThatFails() {
    StripedAllowance failing =
        new StripedAllowance(new Gcra(RateLimit.parse("4/s")), failingTicker());
    RateAlgorithm unchanged = second.algorithm();
    Allowances three = new Allowances(List.of(first, second, failing));

    assertThatThrownBy(
            () -> three.change(rates("4/s", "4/s", "4/s"), rates("8/s", "4/s", "8/s"), Gcra::new))
        .isInstanceOf(IllegalStateException.class);

    assertThat(first.burst()).isEqualTo(4);
    assertThat(second.algorithm()).isSameAs(unchanged);
    assertRemaining(4, 4, 1);
  }

  private static List<RateLimit> rates(String... texts) {
    return Stream.of(texts).map(RateLimit::parse).toList();
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
