package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.flowshield.Criticality;
import dev.flowshield.Decision;
import dev.flowshield.Ticker;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A request that waits until its shield admits it. */
class FlowShieldWaitTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  /** A ticker whose timers do not come by themselves: the test completes the last one. */
  private static final class LateTimer implements Ticker {

    private final ManualTicker time = ManualTicker.atZero();
    private CompletableFuture<Void> timer = new CompletableFuture<>();

    @Override
    public long nanos() {
      return time.nanos();
    }

    @Override
    public CompletableFuture<Void> after(long nanos) {
      timer = new CompletableFuture<>();
      return timer;
    }
  }

  private final ManualTicker ticker = ManualTicker.atZero();

  private FlowShieldBuilder shield() {
    return FlowShield.builder().ticker(ticker);
  }

  private static CompletableFuture<Admission> await(FlowShield shield, String key) {
    return await(shield, key, LONG);
  }

  private static CompletableFuture<Admission> await(
      FlowShield shield, String key, Duration maxWait) {
    return shield.admitAsync(Request.of(key), maxWait);
  }

  private void second() {
    ticker.advance(Duration.ofSeconds(1));
  }

  /** Two requests that came one after the other have waited for so long. */
  private static void waitInFront(FlowShield shield, Duration time) {
    shield.reportQueueDelay(time.toNanos());
    shield.reportQueueDelay(time.toNanos());
  }

  private static void assertAdmitted(CompletableFuture<Admission> answer) {
    assertThat(answer).isCompletedWithValueMatching(each -> each instanceof Admitted);
    close(answer.join());
  }

  @Nested
  class ForItsLimits {

    @Test
    void isAdmittedAtOnceIfItNeedNotWait() throws Exception {
      FlowShield shield = shield().perKey("2/s").build();

      assertAdmitted(await(shield, "alice"));
      assertThat(shield.admit(Request.of("alice"), LONG)).isInstanceOf(Admitted.class);
      assertThat(ticker.pending()).isZero();
    }

    @Test
    void isAdmittedAsSoonAsTheLimitAdmitsIt() {
      FlowShield shield = shield().perKey("1/s").build();
      shield.admit("alice");

      CompletableFuture<Admission> waiting = await(shield, "alice");
      assertThat(waiting).isNotDone();
      assertThat(shield.stats().waiting()).isOne();
      ticker.advance(Duration.ofMillis(999));
      assertThat(waiting).isNotDone();
      ticker.advance(Duration.ofMillis(1));

      assertAdmitted(waiting);
      ShieldStats stats = shield.stats();
      assertThat(stats.waiting()).isZero();
      assertThat(stats.admitted()).isEqualTo(2);
      assertThat(stats.overLimit()).isZero();
      assertThat(ticker.pending()).isZero();
    }

    @Test
    void isCountedWithItsWaitWhetherAdmittedRejectedOrGivenUp() {
      FlowShield shield = shield().perKey("1/s").build();
      assertAdmitted(await(shield, "alice")); // at once: that is no wait
      CompletableFuture<Admission> admitted = await(shield, "alice");
      CompletableFuture<Admission> givenUp = await(shield, "alice");
      second();
      assertAdmitted(admitted);
      assertThat(shield.stats().waited()).isOne();
      assertThat(shield.stats().longestWait()).isEqualTo(Duration.ofSeconds(1));
      ticker.advance(Duration.ofMillis(500));
      givenUp.cancel(false);

      ShieldStats stats = shield.stats();
      assertThat(stats.waited()).isEqualTo(2);
      assertThat(stats.totalWait()).isEqualTo(Duration.ofMillis(2_500));
      assertThat(stats.longestWait()).isEqualTo(Duration.ofMillis(1_500));
      assertThat(stats.toString()).contains("waited=2, totalWait=PT2.5S, longestWait=PT1.5S");
    }

    @Test
    void isServedInTheOrderInWhichItCame() {
      FlowShield shield = shield().perKey("1/s").build();
      shield.admit("alice");
      List<Integer> served = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int number = i;
        CompletableFuture<?> unused =
            await(shield, "alice").thenAccept(admission -> served.add(number));
      }

      second();
      assertThat(served).containsExactly(0);
      second();
      second();
      assertThat(served).containsExactly(0, 1, 2);
    }

    @Test
    void holdsNothingBackAtItsOtherLimits() {
      FlowShield shield = shield().limit("3/s").perKey("1/min").build();
      shield.admit("alice");
      CompletableFuture<Admission> alice = await(shield, "alice");
      CompletableFuture<Admission> again = await(shield, "alice");

      assertThat(shield.admit("bob")).isInstanceOf(Admitted.class);
      assertThat(shield.admit("carol")).isInstanceOf(Admitted.class);
      assertThat(alice).isNotDone();
      assertThat(again).isNotDone();
    }

    @Test
    void isNotOvertakenAtALimitThatAllShare() {
      FlowShield shield = shield().limit("1/s").perKey("9/s").build();
      shield.admit("dave");
      CompletableFuture<Admission> alice = await(shield, "alice");
      CompletableFuture<Admission> bob = await(shield, "bob");

      second();
      assertAdmitted(alice);
      assertThat(bob).isNotDone();
      second();
      assertAdmitted(bob);
    }

    @Test
    void isNotOvertakenByARequestThatDoesNotWait() {
      LateTimer late = new LateTimer();
      FlowShield shield =
          FlowShield.builder().ticker(late).limit("1/s burst 2").perKey("9/s").build();
      shield.admit("dave", 2);
      CompletableFuture<Admission> alice = shield.admitAsync(Request.of("alice", 2), LONG);
      late.time.advance(Duration.ofMillis(2_500));

      // The permits of alice are there, and half a permit more, but the timer is late.
      assertThat(shield.admit("bob"))
          .isInstanceOfSatisfying(
              OverLimit.class, over -> assertThat(over.retryAfter()).isPositive());
      late.time.advance(Duration.ofMillis(500));
      late.timer.complete(null);

      assertAdmitted(alice);
      assertThat(shield.admit("bob")).isInstanceOf(OverLimit.class); // no permit is left
      late.time.advance(Duration.ofSeconds(1));
      assertThat(shield.admit("bob")).isInstanceOf(Admitted.class);
    }

    @Test
    void isRejectedAtOnceIfItWouldWaitTooLong() {
      FlowShield shield = shield().perKey("1/s").build();
      shield.admit("alice");

      CompletableFuture<Admission> answer = await(shield, "alice", Duration.ofMillis(999));

      assertThat(answer).isCompletedWithValueMatching(each -> each instanceof OverLimit);
      assertThat(shield.stats().overLimit()).isOne();
      assertThat(await(shield, "alice", Duration.ofSeconds(1))).isNotDone();
      assertThat(await(shield, "alice", Duration.ofMillis(1_999))).isDone();
      assertThat(await(shield, "alice", Duration.ofSeconds(0))).isDone();
    }

    @Test
    void isRejectedWhenTheTimeIsOver() {
      FlowShield shield = shield().perKey("1/s").build();
      shield.admit("alice");
      CompletableFuture<Admission> waiting = await(shield, "alice", Duration.ofSeconds(2));
      shield.change(Map.of("key", "1/min"));

      ticker.advance(Duration.ofMillis(1_999));
      assertThat(waiting).isNotDone();
      ticker.advance(Duration.ofMillis(1));

      assertThat(waiting).isCompletedWithValueMatching(each -> each instanceof OverLimit);
      assertThat(shield.stats().overLimit()).isOne();
      assertThat(shield.stats().waiting()).isZero();
      ticker.advance(LONG);
      assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
    }

    @Test
    void isServedSoonerIfTheLimitIsRaised() {
      FlowShield shield = shield().perKey("1/min").build();
      shield.admit("alice");
      CompletableFuture<Admission> waiting = await(shield, "alice");
      shield.change(Map.of("key", "1/s"));

      second();

      assertAdmitted(waiting);
    }

    @Test
    void isServedIfItsKeyIsReset() {
      FlowShield shield = shield().perKey("1/min").build();
      shield.admit("alice");
      CompletableFuture<Admission> waiting = await(shield, "alice");

      shield.reset("key", "alice");

      assertAdmitted(waiting);
    }

    @Test
    void isRejectedIfAChangeMakesItImpossible() {
      FlowShield shield = shield().perKey("5/s").build();
      shield.admit("alice", 5);
      CompletableFuture<Admission> waiting = shield.admitAsync(Request.of("alice", 5), LONG);
      CompletableFuture<Admission> behind = await(shield, "alice");

      shield.change(Map.of("key", "4/s"));

      assertThat(waiting).isCompletedWithValueMatching(each -> each instanceof OverLimit);
      second();
      assertAdmitted(behind);
    }

    @Test
    void leavesWhenItsCallerDoesAndThoseBehindMoveUp() {
      FlowShield shield = shield().perKey("1/s").build();
      shield.admit("alice");
      CompletableFuture<Admission> first = await(shield, "alice");
      CompletableFuture<Admission> next = await(shield, "alice");

      first.cancel(false);
      second();

      assertAdmitted(next);
      assertThat(shield.stats().admitted()).isEqualTo(2);
      second();
      assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
    }

    @Test
    void chargesWhatItNamesAndCanBeSettled() {
      FlowShield shield = shield()
          .named(Limit.each("tenant", "4/s"))
          .named(Limit.together("all", "8/s"))
          .build();
      Request request =
          Request.of(Charge.of("tenant", "acme", 4), Charge.of("all", 4)).reserved();
      close(shield.admit(request));

      CompletableFuture<Admission> waiting = shield.admitAsync(request, LONG);
      second();

      Admitted admitted = (Admitted) waiting.join();
      assertThat(shield.peek("tenant", "acme").remaining()).isZero();
      admitted.settle(1);
      admitted.close();
      assertThat(shield.peek("tenant", "acme").remaining()).isEqualTo(3);
    }

    @Test
    void isRejectedAtOnceIfItsKeyIsBlocked() {
      FlowShield shield = shield()
          .limit(Limit.each("key", "1/s").withPenalty(Penalty.after(1, LONG)))
          .build();
      shield.admit("alice");
      shield.admit("alice");

      assertThat(await(shield, "alice"))
          .isCompletedWithValueMatching(each -> each instanceof Blocked);
    }

    @Test
    void isRejectedAtOnceIfTooManyWait() {
      FlowShield shield = shield().perKey("1/s").maxQueued(1).build();
      shield.admit("alice");
      CompletableFuture<Admission> waiting = await(shield, "alice");

      assertThat(await(shield, "alice"))
          .isCompletedWithValueMatching(each -> each instanceof OverLimit);
      assertAdmitted(await(shield, "bob")); // it need not wait
      assertThat(shield.stats().queueFull()).isOne();
      second();
      assertAdmitted(waiting);
      assertThat(await(shield, "alice")).isNotDone();
    }
  }

  @Nested
  class ForAPlace {

    @Test
    void isShedAtOnceUnlessItIsAskedFor() {
      FlowShield shield = shield().inFlight(1).build();
      shield.admit("alice");

      assertThat(await(shield, "bob")).isCompletedWithValueMatching(each -> each instanceof Shed);
      assertThat(shield.stats().shed()).isOne();
    }

    @Test
    void isAdmittedWhenOneBecomesFreeInTheOrderInWhichItCame() {
      FlowShield shield = shield().inFlight(1).queueForSlots().build();
      Admission held = shield.admit("alice");
      CompletableFuture<Admission> bob = await(shield, "bob");
      CompletableFuture<Admission> carol = await(shield, "carol");
      assertThat(shield.admit("dave")).isInstanceOf(Shed.class);

      close(held);
      assertThat(bob).isDone();
      assertThat(carol).isNotDone();
      close(bob.join());
      assertAdmitted(carol);

      assertThat(shield.admit("dave")).isInstanceOf(Admitted.class);
      assertThat(shield.stats().shed()).isOne();
      assertThat(ticker.pending()).isZero();
    }

    @Test
    void isShedWhenTheTimeIsOver() {
      FlowShield shield = shield().inFlight(1).queueForSlots().build();
      Admission held = shield.admit("alice");
      CompletableFuture<Admission> waiting = await(shield, "bob", Duration.ofSeconds(1));

      second();

      assertThat(waiting).isCompletedWithValueMatching(each -> each instanceof Shed);
      assertThat(shield.stats().shed()).isOne();
      close(held);
      assertThat(shield.stats().inFlight()).isZero();
      assertThat(shield.admit("bob")).isInstanceOf(Admitted.class);
    }

    @Test
    void takesNoPermitMeanwhile() {
      FlowShield shield = shield().perKey("1/min").inFlight(1).queueForSlots().build();
      Admission held = shield.admit("alice");
      CompletableFuture<Admission> waiting = await(shield, "bob");

      assertThat(shield.peek("key", "bob").remaining()).isOne();
      close(held);

      assertAdmitted(waiting);
      assertThat(shield.peek("key", "bob").remaining()).isZero();
    }

    @Test
    void isAdmittedWhenTheCapIsRaised() {
      FlowShield shield = shield().inFlight(1).queueForSlots().build();
      shield.admit("alice");
      CompletableFuture<Admission> waiting = await(shield, "bob");

      shield.changeInFlight(2);

      assertAdmitted(waiting);
    }

    @Test
    void keepsNoOtherFromTheSlotsOnceACapHasRisen() {
      LateTimer late = new LateTimer();
      FlowShield shield = FlowShield.builder()
          .ticker(late)
          .inFlight(InFlightLimit.auto())
          .queueForSlots()
          .build();
      waitInFront(shield, LONG);
      CompletableFuture<Admission> waiting = await(shield, "bob");
      assertThat(waiting).isNotDone();
      assertThat(shield.admit("carol")).isInstanceOf(Shed.class);

      late.time.advance(Duration.ofSeconds(1)); // none waits in front any more

      assertThat(shield.admit("carol")).isInstanceOf(Admitted.class);
      assertThat(waiting).isDone(); // before her
    }

    @Test
    void isAdmittedOnceACapHasRisenThoughNoOtherComes() {
      FlowShield shield =
          shield().inFlight(InFlightLimit.auto()).queueForSlots().build();
      waitInFront(shield, LONG);
      CompletableFuture<Admission> waiting = await(shield, "bob");

      ticker.advance(Duration.ofMillis(900));
      assertThat(waiting).isNotDone();
      ticker.advance(Duration.ofMillis(200));

      assertAdmitted(waiting);
      assertThat(ticker.pending()).isZero();
    }

    @Test
    void isAdmittedAsSoonAsItIsSaidThatOthersWaitForLess() {
      FlowShield shield =
          shield().inFlight(InFlightLimit.auto()).queueForSlots().build();
      waitInFront(shield, LONG);
      CompletableFuture<Admission> waiting = await(shield, "bob");

      shield.reportQueueDelay(0);

      assertAdmitted(waiting);
    }

    @Test
    void keepsNoOtherThatMeansMoreFromTheSlots() {
      FlowShield shield =
          shield().inFlight(InFlightLimit.auto()).queueForSlots().build();
      waitInFront(shield, Duration.ofMillis(60)); // too long for what can be shed alone
      Request sheddable = Request.of("bob").withCriticality(Criticality.SHEDDABLE);
      CompletableFuture<Admission> waiting = shield.admitAsync(sheddable, LONG);
      assertThat(waiting).isNotDone();

      assertThat(shield.admit("carol")).isInstanceOf(Admitted.class);
      assertAdmitted(await(shield, "dave"));
      assertThat(shield.admit(sheddable)).isInstanceOf(Shed.class);
      assertThat(waiting).isNotDone();
    }

    @Test
    void isAdmittedIfAnotherHasHadItsSlotInVain() {
      List<CompletableFuture<Admission>> waiting = new ArrayList<>();
      AtomicReference<FlowShield> shield = new AtomicReference<>();
      shield.set(shield()
          .named(Limit.each("elsewhere", "1/s").withLimiter((key, permits) -> {
            waiting.add(
                shield.get().admitAsync(Request.of("bob"), LONG)); // while the slot is taken
            return new Decision.Rejected(0, 1);
          }))
          .perKey("9/s")
          .inFlight(1)
          .queueForSlots()
          .build());

      assertThat(shield.get().admit(Charge.of("elsewhere", "alice"))).isInstanceOf(OverLimit.class);

      assertThat(waiting).hasSize(1);
      assertAdmitted(waiting.get(0));
    }

    @Test
    void isServedWithThousandOthersThatAreClosedInTheirStages() {
      FlowShield shield = shield().inFlight(1).queueForSlots().build();
      Admission held = shield.admit("alice");
      List<Integer> served = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        int number = i;
        CompletableFuture<?> unused = await(shield, "bob").thenAccept(admission -> {
          served.add(number);
          close(admission);
        });
      }

      close(held);

      assertThat(served).hasSize(1_000).isSorted();
      assertThat(shield.stats().waiting()).isZero();
      assertThat(shield.stats().inFlight()).isZero();
    }

    @Test
    void isToldAtOnceIfItBlocksTheStageOfAnother() {
      FlowShield shield = shield().inFlight(1).queueForSlots().build();
      Admission held = shield.admit("alice");
      CompletableFuture<Admission> inner = await(shield, "bob").thenApply(admission -> {
        close(admission);
        try {
          return shield.admit(Request.of("carol"), LONG);
        } catch (InterruptedException impossible) {
          throw new IllegalStateException(impossible);
        }
      });

      assertTimeoutPreemptively(Duration.ofSeconds(20), () -> close(held));

      assertAdmitted(inner);
    }

    @Test
    void isToldWithinTheStageOfAnotherThatClosesAndThenWaitsForIt() {
      FlowShield shield = shield().inFlight(1).queueForSlots().build();
      Admission held = shield.admit("alice");
      CompletableFuture<Admission> first = await(shield, "bob");
      CompletableFuture<Admission> second = await(shield, "carol");
      CompletableFuture<Admission> waitsForSecond = first.thenApply(admission -> {
        close(admission);
        return second.join();
      });

      assertTimeoutPreemptively(Duration.ofSeconds(20), () -> close(held));

      assertAdmitted(waitsForSecond);
    }

    /** Has two slots, and none for a client that sends more than its share. */
    private static final class WithAShare implements Gate {

      private int taken;
      private long lastHash;
      private long heavy = -1;
      private int asked; // by the heavy one

      @Override
      public boolean readsTime() {
        return false;
      }

      @Override
      public long tryEnter(long hash, Criticality criticality, int route, long now) {
        lastHash = hash;
        asked += hash == heavy ? 1 : 0;
        return taken == 2 || hash == heavy ? NO_SLOT : taken++;
      }

      @Override
      public void release(long slot) {
        taken--;
      }

      @Override
      public boolean isBeyondLimit(long slot) {
        return false;
      }

      @Override
      public int count() {
        return taken;
      }

      @Override
      public int limit() {
        return 2;
      }

      @Override
      public void limit(int newLimit) {
        throw new UnsupportedOperationException();
      }
    }

    @Test
    void leavesTheSlotToOthersWhileItsClientSendsMoreThanItsShare() {
      WithAShare gate = new WithAShare();
      FlowShield shield = shield().perKey("100/s").gate(gate).queueForSlots().build();
      close(shield.admit("mallory"));
      gate.heavy = gate.lastHash;
      CompletableFuture<Admission> waiting = await(shield, "mallory");
      int before = gate.asked;

      for (int i = 0; i < 50; i++) {
        close(shield.admit("alice" + i));
      }
      assertThat(gate.asked).as("for the one that waits").isEqualTo(before);
      assertThat(waiting).isNotDone();

      gate.heavy = -1;
      second();
      assertAdmitted(waiting);
    }

    @Test
    void leavesTheSlotToOthersWhileItsLimitsMakeItWait() {
      FlowShield shield = shield().perKey("1/s").inFlight(1).queueForSlots().build();
      close(shield.admit("alice"));
      CompletableFuture<Admission> waiting = await(shield, "alice");

      close(shield.admit("bob"));
      second();

      assertAdmitted(waiting);
    }
  }

  @Nested
  class OnAThread {

    @Test
    void blocksUntilItIsAdmitted() throws Exception {
      FlowShield shield = shield().perKey("1/s").build();
      shield.admit("alice");
      FutureTask<Admission> waiting =
          new FutureTask<>(() -> shield.admit(Request.of("alice"), LONG));
      Thread thread = new Thread(waiting);
      thread.start();
      ticker.awaitPending(1);

      second();

      assertThat(waiting.get()).isInstanceOf(Admitted.class);
      thread.join();
    }

    @Test
    void leavesAndTakesNothingIfItIsInterrupted() throws Exception {
      FlowShield shield = shield().perKey("1/s").build();
      shield.admit("alice");
      FutureTask<Admission> waiting =
          new FutureTask<>(() -> shield.admit(Request.of("alice"), LONG));
      Thread thread = new Thread(waiting);
      thread.start();
      ticker.awaitPending(1);

      thread.interrupt();

      assertThatThrownBy(waiting::get).hasCauseInstanceOf(InterruptedException.class);
      thread.join();
      assertThat(shield.stats().waiting()).isZero();
      second();
      assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
    }
  }

  @Nested
  class WhateverFails {

    @Test
    void saysWhatIsNoTimeToWait() {
      FlowShield shield = shield().perKey("1/s").build();

      assertThatThrownBy(() -> await(shield, "alice", Duration.ofNanos(-1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("maxWait must be 0 to 1 hour, got PT-0.000000001S");
      assertThatThrownBy(() -> shield().maxQueued(-1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("maxQueued must be 0 to 10,000, got -1");
    }

    @Test
    void tellsTheWaiterIfTheTickerHasNoTimers() {
      FlowShield shield = FlowShield.builder()
          .ticker(new Ticker() {
            @Override
            public long nanos() {
              return 0;
            }

            @Override
            public CompletableFuture<Void> after(long nanos) {
              return CompletableFuture.completedFuture(null);
            }
          })
          .perKey("1/s")
          .build();
      shield.admit("alice");

      CompletableFuture<Admission> waiting =
          assertTimeoutPreemptively(Duration.ofSeconds(20), () -> await(shield, "alice"));

      assertThatThrownBy(waiting::join)
          .isInstanceOf(CompletionException.class)
          .hasRootCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("correct the ticker");
      assertThat(shield.stats().waiting()).isZero();
    }

    @Test
    void tellsTheWaiterIfATimerFails() {
      LateTimer late = new LateTimer();
      FlowShield shield = FlowShield.builder().ticker(late).perKey("1/s").build();
      shield.admit("alice");
      CompletableFuture<Admission> first = await(shield, "alice");
      CompletableFuture<Admission> next = await(shield, "alice");

      late.timer.completeExceptionally(new IllegalStateException("no timer"));

      assertThatThrownBy(first::join).hasRootCauseMessage("no timer");
      assertThat(next).isNotDone();
      assertThat(late.timer).isNotDone(); // another one
    }

    @Test
    void servesOthersWhileWhatDependsOnOneIsSlow() throws Exception {
      FlowShield shield = shield().perKey("1/s").build();
      shield.admit("alice");
      shield.admit("bob");
      CompletableFuture<Admission> alice = await(shield, "alice");
      CompletableFuture<Boolean> wasServed = alice.thenApply(admission -> {
        CompletableFuture<Admission> other = await(shield, "carol");
        return other.isDone();
      });

      second();

      assertThat(wasServed.get()).isTrue();
    }

    @Test
    void bearsAListenerThatAsksAtOnce() {
      AtomicReference<FlowShield> shield = new AtomicReference<>();
      List<CompletableFuture<Admission>> asked = new ArrayList<>();
      shield.set(shield()
          .perKey("1/s")
          .limit(Limit.each("shadow", "1/h").shadow())
          .onRejection(
              event -> asked.add(shield.get().admitAsync(Request.of("bob"), LONG)), Runnable::run)
          .build());
      shield.get().admit("alice");
      CompletableFuture<Admission> waiting = await(shield.get(), "alice");

      second();

      assertAdmitted(waiting);
      assertThat(asked).hasSize(1);
      assertAdmitted(asked.get(0));
    }
  }
}
