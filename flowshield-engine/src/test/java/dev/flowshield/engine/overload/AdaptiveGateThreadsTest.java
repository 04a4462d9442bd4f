package dev.flowshield.engine.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Criticality;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A gate that finds its limit, between threads. */
class AdaptiveGateThreadsTest {

  private static final int THREADS = 4;
  private static final int CALLS = 200_000;
  private static final Criticality[] CRITICALITIES = Criticality.values();
  private static final Outcome[] OUTCOMES = Outcome.values();

  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
  private final AtomicLong clock = new AtomicLong();
  private final AdaptiveGate gate = new AdaptiveGate(THREADS, 0);
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger mostInside = new AtomicInteger();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** Requests of all levels, which take some microseconds of a common clock. */
  private int work(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom").create(seed);
    int admitted = 0;
    for (int i = 0; i < CALLS; i++) {
      long now = clock.addAndGet(random.nextInt(20_000));
      Criticality criticality = CRITICALITIES[random.nextInt(CRITICALITIES.length)];
      long slot = gate.tryEnter(random.nextLong(5) << 60, criticality, 0, now);
      if (slot != Gate.NO_SLOT) {
        admitted++;
        mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
        if (random.nextInt(64) == 0) {
          Thread.onSpinWait();
        }
        inside.decrementAndGet();
        Outcome outcome = OUTCOMES[random.nextInt(OUTCOMES.length)];
        gate.exit(slot, outcome, outcome == Outcome.IGNORED ? 0 : clock.get());
      }
    }
    return admitted;
  }

  private int run(Callable<Integer> beside) throws InterruptedException, ExecutionException {
    List<Callable<Integer>> all = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      long seed = i;
      all.add(() -> work(seed));
    }
    all.add(beside);
    int admitted = 0;
    for (Future<Integer> each : threads.invokeAll(all)) {
      admitted += each.get();
    }
    return admitted;
  }

  @Test
  void losesNoSlotWhileWindowsClose() throws Exception {
    int admitted = run(() -> {
      for (int i = 0; i < 10_000; i++) {
        gate.reportQueueDelay(i % 3 == 0 ? 0 : 10_000_000, clock.get());
      }
      return 0;
    });

    assertThat(gate.count()).isZero();
    assertThat(admitted).isGreaterThan(CALLS);
    assertThat(gate.reading().reason()).isNotEqualTo(LimiterState.LimitCause.NO_EVIDENCE);
  }

  @Test
  void admitsNoMoreThanANumberThatIsSet() throws Exception {
    gate.limit(2);
    run(() -> {
      for (int i = 0; i < 10_000; i++) {
        gate.limit(2);
      }
      return 0;
    });

    assertThat(mostInside).hasValueLessThanOrEqualTo(2);
    assertThat(gate.count()).isZero();
  }

  @Test
  void losesNoSlotWhileANumberIsSetAndFoundAgain() throws Exception {
    run(() -> {
      for (int i = 0; i < 10_000; i++) {
        gate.limit(1 + i % 5);
        gate.findLimit();
      }
      return 0;
    });

    assertThat(gate.count()).isZero();
    assertThat(gate.findsLimit()).isTrue();
  }
}
