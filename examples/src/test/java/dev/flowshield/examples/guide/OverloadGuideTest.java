package dev.flowshield.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Criticality;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.examples.guide.AroundMessages.Message;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The promises of docs/overload.md about its examples. */
class OverloadGuideTest {

  private final FlowShield shield =
      FlowShield.builder().perKey("100/s").inFlight(InFlightLimit.auto()).build();

  /** Returns a shield that has learned that the server does one thing at a time. */
  private void capAtOne() {
    shield.changeInFlight(1);
  }

  @Test
  void anExecutorTakesNoMoreTasksThanThereAreSlots() {
    capAtOne();
    Deque<Runnable> queue = new ArrayDeque<>();
    List<String> done = new ArrayList<>();
    Executor executor = AroundTasks.shielded(queue::add, shield);
    executor.execute(() -> done.add("first"));

    assertThatThrownBy(() -> executor.execute(() -> done.add("second")))
        .isInstanceOf(RejectedExecutionException.class);
    queue.remove().run();
    executor.execute(() -> done.add("third"));
    queue.remove().run();

    assertThat(done).containsExactly("first", "third");
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void anExecutorReleasesTheSlotsOfTasksThatFail() {
    Executor direct = AroundTasks.shielded(Runnable::run, shield);
    assertThatThrownBy(() -> direct.execute(() -> {
          throw new IllegalStateException("of the task");
        }))
        .hasMessage("of the task");
    Executor full = AroundTasks.shielded(
        task -> {
          throw new RejectedExecutionException("full");
        },
        shield);
    assertThatThrownBy(() -> full.execute(() -> {})).hasMessage("full");

    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.stats().failed()).isEqualTo(1);
    assertThat(shield.stats().ignored()).isEqualTo(1);
  }

  @Test
  void aHandlerReturnsMessagesThatItCannotProcess() {
    capAtOne();
    CompletableFuture<String> work = new CompletableFuture<>();
    CompletableFuture<Boolean> first =
        AroundMessages.handle(new Message("ann", false, "a"), text -> work, shield);
    assertThat(AroundMessages.handle(new Message("bob", true, "b"), text -> work, shield))
        .isCompletedWithValue(false);
    assertThat(shield.stats().shed(Criticality.SHEDDABLE)).isEqualTo(1);

    work.completeExceptionally(new IOException("gone"));
    assertThat(first).isCompletedWithValue(false);
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.stats().failed()).isEqualTo(1);
  }

  @Test
  void callsUseTheLastKnownPriceIfTheServiceIsBusyOrGone() throws Exception {
    assertThat(AroundCalls.price(() -> "12", "11", shield)).isEqualTo("12");
    assertThat(AroundCalls.price(
            () -> {
              throw new IOException("gone");
            },
            "11",
            shield))
        .isEqualTo("11");
    assertThat(shield.stats().failed()).isEqualTo(1);
    capAtOne();
    String inner =
        AroundCalls.price(() -> AroundCalls.price(() -> "13", "12", shield), "0", shield);
    assertThat(inner).isEqualTo("12");
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void anApplicationReducesItsWorkUnderPressure() {
    FlowShield calm = UnderPressure.shield(line -> {});

    assertThat(UnderPressure.recommendations(() -> List.of("a book"), calm))
        .containsExactly("a book");
    assertThat(UnderPressure.report(calm))
        .isEqualTo("10000: too little work has ended to know better");
    assertThat(UnderPressure.report(FlowShield.builder().inFlight(5).build()))
        .isEqualTo("a number was set");
  }
}
