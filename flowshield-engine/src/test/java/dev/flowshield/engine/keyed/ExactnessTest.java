package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.allowance.StripedAllowance;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * Many threads ask for far more than the limit allows; what they get is the burst and the refill,
 * to the permit.
 *
 * <p>Each makes {@code flowshield.exactness.calls} calls, a million unless set.
 */
class ExactnessTest {

  private static final int THREADS = 64;
  private static final int CALLS =
      Integer.getInteger("flowshield.exactness.calls", 1_000_000); // of each thread
  private static final int STEPS = 1_000; // one thread turns the time as often
  private static final RateLimit LIMIT = RateLimit.parse("1000/s burst 500");
  private static final long STEP_NANOS = 10_000_000; // ten permits
  private static final long EXACTLY = 500 + STEPS * 10L;

  private final ManualTicker ticker =
      ManualTicker.startingAt(Long.MAX_VALUE - STEPS * STEP_NANOS / 2); // wraps halfway

  @Test
  void oneWordAdmitsBurstAndRefillToThePermit() throws Exception {
    Allowance limit = new StripedAllowance(new Gcra(LIMIT), ticker);
    AtomicLong admitted = new AtomicLong();

    together(thread -> {
      long mine = 0;
      for (int call = 0; call < CALLS; call++) {
        if (thread == 0 && call % (CALLS / STEPS) == 0) {
          mine += drained(() -> limit.tryTake(1, 1));
          ticker.advanceNanos(STEP_NANOS);
        }
        if (limit.tryTake(1, 1)) {
          mine++;
        }
      }
      admitted.addAndGet(mine);
    });
    admitted.addAndGet(drained(() -> limit.tryTake(1, 1)));

    assertThat(admitted.get()).isEqualTo(EXACTLY);
  }

  @Test
  void aKeyOfTheTableGetsTheSameWhileTheTableGrowsAndSlotsAreReused() throws Exception {
    KeyTable table = new KeyTable(new Gcra(LIMIT), ticker, 100_000);
    long hot = KeyTable.hashOf("hot");
    AtomicLong admitted = new AtomicLong();

    together(thread -> {
      long mine = 0;
      for (int call = 0; call < CALLS; call++) {
        if (thread == 0 && call % (CALLS / STEPS) == 0) {
          mine += drained(() -> table.take(hot, 1, AnswerFactory.YES_OR_NO));
          ticker.advanceNanos(STEP_NANOS);
        }
        if (call % 16
            == 0) { // strangers, each idle again soon: slots change hands and segments grow
          table.take(KeyTable.hashOf(thread + "-" + call), 1, AnswerFactory.YES_OR_NO);
        } else if (table.take(hot, 1, AnswerFactory.YES_OR_NO)) {
          mine++;
        }
      }
      admitted.addAndGet(mine);
    });
    admitted.addAndGet(drained(() -> table.take(hot, 1, AnswerFactory.YES_OR_NO)));

    assertThat(admitted.get()).isEqualTo(EXACTLY);
    assertThat(table.tracked()).as("segments grew").isGreaterThan(128 * 8);
  }

  /**
   * Takes until nothing is left, so that no refill is lost to a full burst when the time moves on.
   */
  private static long drained(BooleanSupplier take) {
    long count = 0;
    while (take.getAsBoolean()) {
      count++;
    }
    return count;
  }

  private interface Work {
    void run(int thread) throws Exception;
  }

  private static void together(Work work) throws InterruptedException {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      Thread thread = new Thread(() -> {
        try {
          start.await();
          work.run(number);
        } catch (Throwable thrown) {
          failure.set(thrown);
        }
      });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failure.get()).isNull();
  }
}
