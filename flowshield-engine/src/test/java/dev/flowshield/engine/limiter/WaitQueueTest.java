package dev.flowshield.engine.limiter;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.keyed.Meanwhile;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class WaitQueueTest {

  private static final long ALICE = 1;
  private static final long TENTH = 100_000_000;
  private static final Decision ADMITTED = new Decision.Admitted(0);

  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 2 * TENTH);
  private final KeyTable table =
      new KeyTable(new Gcra(RateLimit.parse("10/s burst 2")), ticker, 100);
  private final WaitQueue queue = new WaitQueue(ticker, 3);

  @Test
  void hasAsManyPlacesAsItWasTold() { // Q2
    spend();
    assertThat(enter(1)).isNotNull();
    assertThat(enter(1)).isNotNull();
    assertThat(enter(1)).isNotNull();
    assertThat(enter(1)).isSameAs(WaitQueue.FULL);
  }

  @Test
  void hasAPlaceAgainForEachThatIsCancelled() { // Q3
    spend();
    CompletableFuture<Decision> first = waiting(1);
    assertThat(waiting(1)).isNotDone();
    assertThat(waiting(1)).isNotDone();

    first.cancel(false);
    first.cancel(false);

    assertThat(enter(1)).isNotSameAs(WaitQueue.FULL);
    assertThat(enter(1)).isSameAs(WaitQueue.FULL);
  }

  @Test
  void hasAPlaceAgainForEachThatWasServed() {
    spend();
    CompletableFuture<Decision> first = waiting(1);
    assertThat(waiting(1)).isNotDone();
    assertThat(waiting(1)).isNotDone();

    ticker.advanceNanos(TENTH);

    assertThat(first).isCompletedWithValue(ADMITTED);
    assertThat(enter(1)).isNotSameAs(WaitQueue.FULL);
    assertThat(enter(1)).isSameAs(WaitQueue.FULL);
  }

  @Test
  void keepsNoOtherThreadFromWaitingOnceOneWasServedOrGaveUp() {
    spend();
    CompletableFuture<Decision> first = waiting(1);
    ticker.advanceNanos(TENTH);
    assertThat(first).isDone();
    spend();

    Meanwhile.anotherThread(() -> assertThat(waiting(1)).isNotDone());
    waiting(1).cancel(false);
    Meanwhile.anotherThread(() -> assertThat(waiting(1)).isNotDone());
  }

  @Test
  void isNotForPermitsThatAreThere() {
    assertThat(enter(1)).isSameAs(WaitQueue.AVAILABLE);
    assertThat(ticker.pending()).isZero();
  }

  @Test
  void isNotForPermitsThatComeTooLate() {
    spend();
    AdvanceReservation turn = new AdvanceReservation(new Allowances(List.of(table)), ALICE, 1);
    assertThat(queue.await("alice", turn, TENTH - 1, () -> ADMITTED)).isNull();
    assertThat(ticker.pending()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void movesUpThoseBehindWhoeverGivesUp(int gone) { // Q1
    spend();
    List<CompletableFuture<Decision>> line = List.of(waiting(1), waiting(1), waiting(1));

    line.get(gone).cancel(false);

    int place = 0;
    for (CompletableFuture<Decision> waiter : line) {
      if (waiter != line.get(gone)) {
        place++;
        ticker.advanceNanos(TENTH - 1);
        assertThat(waiter).as("the one in place %s", place).isNotDone();
        ticker.advanceNanos(1);
        assertThat(waiter).isCompletedWithValue(ADMITTED);
      }
    }
    assertThat(ticker.pending()).isZero();
  }

  @Test
  void leavesNothingOfThoseWhoGiveUpInWhateverOrder() {
    for (int seed = 0; seed < 500; seed++) {
      spend();
      long alone = table.retryAfterNanos(ALICE, 1, ticker.nanos());
      Random random = new Random(seed);
      List<CompletableFuture<Decision>> line = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        line.add(waiting(1 + random.nextInt(2)));
      }
      Collections.shuffle(line, random);
      line.forEach(waiter -> waiter.cancel(false));

      assertThat(table.retryAfterNanos(ALICE, 1, ticker.nanos())).isEqualTo(alone);
      assertThat(ticker.pending()).isZero();
      ticker.advanceNanos(TENTH * random.nextInt(4));
    }
  }

  @Test
  void neverServesTwoAtATimeThatIsForOne() {
    KeyTable one = new KeyTable(new Gcra(RateLimit.parse("10/s burst 1")), ticker, 100);
    one.take(ALICE, 1, AnswerFactory.YES_OR_NO);
    CompletableFuture<Decision> first = waiting(one, 1);
    CompletableFuture<Decision> second = waiting(one, 1);
    first.cancel(false);
    CompletableFuture<Decision> third = waiting(one, 1);

    ticker.advanceNanos(TENTH);
    assertThat(second).isDone();
    assertThat(third).isNotDone();
    ticker.advanceNanos(TENTH);
    assertThat(third).isDone();
  }

  /** Takes what there is. */
  private void spend() {
    while (table.take(ALICE, 1, AnswerFactory.YES_OR_NO)) {
      // and more
    }
  }

  private CompletableFuture<Decision> waiting(long permits) {
    return waiting(table, permits);
  }

  private CompletableFuture<Decision> waiting(KeyTable from, long permits) {
    return requireNonNull(enter(from, permits));
  }

  private @Nullable CompletableFuture<Decision> enter(long permits) {
    return enter(table, permits);
  }

  private @Nullable CompletableFuture<Decision> enter(KeyTable from, long permits) {
    AdvanceReservation turn = new AdvanceReservation(new Allowances(List.of(from)), ALICE, permits);
    return queue.await("alice", turn, 3600 * 10 * TENTH, () -> ADMITTED);
  }
}
