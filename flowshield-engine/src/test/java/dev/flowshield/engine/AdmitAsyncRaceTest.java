package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.together;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/**
 * A million admissions with limiters that answer now, later, never or with a failure, and callers
 * that leave.
 */
class AdmitAsyncRaceTest {

  private static final int THREADS = 4;
  private static final int CALLS = 250_000; // each thread
  private static final int SOME = 100; // how many depends on how the threads take turns
  private static final long BURST = 2_000_000;
  private static final long PREPAID = BURST / 4;

  private final Elsewhere before = new Elsewhere(EnumSet.of(RateLimiter.Capability.RESERVE));
  private final Elsewhere last = new Elsewhere(EnumSet.noneOf(RateLimiter.Capability.class));
  private final FlowShield shield = FlowShield.builder()
      .limit(BURST + "/day")
      .limit(Limit.each("own", BURST + "/day"))
      .limit(Limit.each("before", "1/s").withLimiter(before))
      .limit(Limit.each("last", "1/s").withLimiter(last))
      .limit(Limit.each("shadow", BURST + "/day").shadow())
      .inFlight(50)
      .ticker(ManualTicker.atZero())
      .build();

  private final Queue<CompletableFuture<Admission>> waiting = new ConcurrentLinkedQueue<>();
  private final LongAdder closed = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder failed = new LongAdder();

  @Test
  void losesNoPermitAndNoSlotAndGivesNoneBackTwice() throws InterruptedException {
    // What is given back stands behind a debt from before all threads, so that none of it can have
    // come back another way (ADR 32).
    prepay(Charge.of("everyone", PREPAID));
    prepay(Charge.of("own", "alice", PREPAID));
    prepay(Charge.of("shadow", "alice", PREPAID));
    AtomicBoolean over = new AtomicBoolean();
    Thread answering = new Thread(() -> {
      for (int i = 0; !over.get(); i++) {
        before.answerOne();
        last.answerOne();
        if (i % 16 == 0) {
          leaveOne();
        }
      }
    });
    answering.start();
    together(THREADS, () -> {
      for (int i = 0; i < CALLS; i++) {
        call(ThreadLocalRandom.current());
      }
    });
    over.set(true);
    answering.join();
    while (before.answerOne() || last.answerOne() || leaveOne()) {
      // those that are left
    }

    ShieldStats stats = shield.stats();
    assertThat(stats.waiting()).isZero();
    assertThat(closed.sum() + rejected.sum() + failed.sum()).isEqualTo((long) THREADS * CALLS);
    assertThat(closed.sum()).as("admitted").isGreaterThan(SOME);
    assertThat(failed.sum()).as("failed, or left").isGreaterThan(SOME);
    assertThat(stats.inFlight()).isZero();
    assertThat(stats.admitted()) // some leave at the moment of their admission
        .isBetween(3 + closed.sum(), 3 + closed.sum() + failed.sum());
    assertThat(before.taken.sum()).isEqualTo(closed.sum());
    assertThat(last.taken.sum()).isGreaterThanOrEqualTo(closed.sum());
    long rest = BURST - PREPAID - closed.sum();
    for (String limit : new String[] {"own", "shadow"}) {
      assertThat(shield.peek(limit, "alice").remaining()).isEqualTo(rest);
    }
    // in cells a part may not be back yet
    assertThat(shield.peek("everyone", "").remaining()).isBetween(rest - BURST / 64, rest);
  }

  private void prepay(Charge charge) {
    ((Admitted) shield.admit(charge)).close();
  }

  private void call(ThreadLocalRandom random) {
    CompletableFuture<Admission> answer = random.nextInt(16) == 0
        ? shield.admitAsync(Request.of("alice"), Duration.ofHours(1))
        : shield.admitAsync(Request.of("alice"));
    CompletableFuture<Void> counted = answer.handle((admission, failure) -> {
      if (admission instanceof Admitted admitted) {
        admitted.close();
        closed.increment();
      } else {
        (failure == null ? rejected : failed).increment();
      }
      return null;
    });
    if (random.nextInt(4) == 0) {
      for (int i = random.nextInt(100); i > 0; i--) {
        Thread.onSpinWait();
      }
      answer.cancel(false);
    }
    if (!counted.isDone()) {
      waiting.add(answer);
    }
  }

  /** The caller that waits for longest leaves. */
  private boolean leaveOne() {
    CompletableFuture<Admission> oldest = waiting.poll();
    while (oldest != null && !oldest.cancel(false)) {
      oldest = waiting.poll();
    }
    return oldest != null;
  }

  /**
   * Keeps a count. What it is asked it answers at once, later, with a failure, or never, by chance.
   */
  private static final class Elsewhere implements RateLimiter {

    private final Set<Capability> capabilities;
    private final LongAdder taken = new LongAdder();
    private final Queue<CompletableFuture<Reservation>> asked = new ConcurrentLinkedQueue<>();

    Elsewhere(Set<Capability> capabilities) {
      this.capabilities = capabilities;
    }

    @Override
    public Decision decide(String key, long permits) {
      throw new AssertionError("a caller would wait");
    }

    @Override
    public CompletionStage<Reservation> reserveAsync(String key, long permits) {
      CompletableFuture<Reservation> answer = new CompletableFuture<>();
      int chance = ThreadLocalRandom.current().nextInt(30);
      if (chance < 10) {
        answer(answer);
      } else if (chance < 29) {
        asked.add(answer);
      } // else never
      return answer;
    }

    @Override
    public CompletionStage<Decision> decideAsync(String key, long permits) {
      return reserveAsync(key, permits)
          .thenApply(answer -> answer instanceof Reservation.Held held
              ? held.decision()
              : ((Reservation.Rejected) answer).decision());
    }

    @Override
    public Set<Capability> capabilities() {
      return capabilities;
    }

    boolean answerOne() {
      CompletableFuture<Reservation> answer = asked.poll();
      if (answer != null) {
        answer(answer);
      }
      return answer != null;
    }

    private void answer(CompletableFuture<Reservation> answer) {
      int chance = ThreadLocalRandom.current().nextInt(10);
      if (chance == 0) {
        answer.complete(new Reservation.Rejected(new Decision.Rejected(0, 1)));
      } else if (chance == 1) {
        answer.completeExceptionally(new IllegalStateException("down"));
      } else {
        taken.increment();
        answer.complete(
            new Reservation.Held(1, new Decision.Admitted(1), used -> taken.add(used - 1)));
      }
    }
  }
}
