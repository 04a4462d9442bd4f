package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.together;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Threads that wait for permits and slots, beside others that do not, and callers that leave. */
class FlowShieldWaitRaceTest {

  private static final int THREADS = 8;
  private static final int CALLS = 5_000; // each thread
  private static final int CAP = 3;

  private final FlowShield shield = FlowShield.builder()
      .limit("20000/s burst 20")
      .perKey("10000/s burst 5")
      .inFlight(CAP)
      .queueForSlots()
      .build();

  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final LongAdder admitted = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder left = new LongAdder();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  @Test
  void holdNoMoreSlotsThanThereAreAndLoseNone() throws InterruptedException {
    together(THREADS, () -> {
      for (int i = 0; i < CALLS; i++) {
        call(ThreadLocalRandom.current());
      }
    });
    while (shield.stats().waiting() > 0) {
      Thread.onSpinWait(); // the timer thread rejects those that are left
    }

    assertThat(failures).isEmpty();
    assertThat(most.get()).isLessThanOrEqualTo(CAP);
    assertThat(admitted.sum() + rejected.sum() + left.sum()).isEqualTo((long) THREADS * CALLS);
    assertThat(admitted.sum()).isGreaterThan(CALLS);
    ShieldStats stats = shield.stats();
    assertThat(stats.inFlight()).isZero();
    assertThat(stats.admitted()) // some leave at the moment of their admission
        .isBetween(admitted.sum(), admitted.sum() + left.sum());
    for (int i = 0; i < CAP; i++) {
      assertThat(shield.admit("key " + i)).isInstanceOf(Admitted.class);
    }
  }

  private void call(ThreadLocalRandom random) {
    Request request = Request.of("key " + random.nextInt(4));
    int dice = random.nextInt(8);
    if (dice < 2) {
      end(shield.admit(request));
    } else if (dice < 6) {
      try {
        end(shield.admit(request, Duration.ofMillis(1 + random.nextInt(20))));
      } catch (InterruptedException impossible) {
        failures.add(impossible);
      }
    } else {
      CompletableFuture<Admission> later = shield.admitAsync(request, Duration.ofMillis(20));
      CompletableFuture<?> unused = later.whenComplete((admission, failure) -> {
        if (admission != null) {
          end(admission);
        } else {
          left.increment();
        }
      });
      if (dice == 7) {
        later.cancel(false);
      }
    }
  }

  private void end(Admission admission) {
    if (admission instanceof Admitted work) {
      int now = inFlight.incrementAndGet();
      most.accumulateAndGet(now, Math::max);
      admitted.increment();
      Thread.onSpinWait();
      inFlight.decrementAndGet();
      work.close();
    } else {
      rejected.increment();
    }
  }
}
