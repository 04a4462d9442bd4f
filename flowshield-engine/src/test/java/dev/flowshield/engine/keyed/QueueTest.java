package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.testkit.ManualTicker;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

public class QueueTest {

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Queue queue = new Queue(ticker, 2);
  private int givenBack;

  @Test
  void hasAsManyPlacesAsItWasTold() {
    assertThat(queue.tryEnter()).isTrue();
    assertThat(queue.tryEnter()).isTrue();
    assertThat(queue.tryEnter()).isFalse();
    queue.leave();
    assertThat(queue.tryEnter()).isTrue();
    assertThat(queue.tryEnter()).isFalse();
  }

  @Test
  void hasAPlaceAgainForEachThatIsCancelled() {
    CompletableFuture<Decision> first = enter();
    CompletableFuture<Decision> second = enter();

    first.cancel(false);

    assertThat(second).isNotDone();
    assertThat(givenBack).isOne();
    assertThat(queue.tryEnter()).isTrue();
    assertThat(queue.tryEnter()).isFalse();
  }

  @Test
  void hasAPlaceAgainForEachThatWasServed() {
    CompletableFuture<Decision> first = enter();

    ticker.advanceNanos(10);

    assertThat(first).isCompletedWithValue(new Decision.Admitted(3));
    assertThat(givenBack).isZero();
    assertThat(queue.tryEnter()).isTrue();
    assertThat(queue.tryEnter()).isTrue();
    assertThat(queue.tryEnter()).isFalse();
  }

  @Test
  void servesAtOnceWhoseTimeHasCome() {
    assertThat(queue.tryEnter()).isTrue();

    assertThat(queue.await(0, () -> new Decision.Admitted(1), () -> givenBack++))
        .isCompletedWithValue(new Decision.Admitted(1));
    assertThat(ticker.pending()).isZero();
  }

  private CompletableFuture<Decision> enter() {
    assertThat(queue.tryEnter()).isTrue();
    return queue.await(10, () -> new Decision.Admitted(3), () -> givenBack++);
  }
}
