package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.flowshield.engine.RefusalEvent.Kind;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Ten events of each kind a second, told by an executor that runs its tasks when the test says so. */
class RefusalEventsTest {

  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final Refusal REFUSAL = Shed.FULL;
  private static final List<Kind> KINDS = List.of(Kind.values());

  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 150_000_000);
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<RefusalEvent> told = new ArrayList<>();
  private final RefusalEvents events = events(told::add, tasks::add);

  @Test
  void tellsTheFirstRefusalAndCountsTheNext() { // E2, E3
    refuse(3);
    run();
    assertThat(told).containsExactly(new RefusalEvent(REFUSAL, Kind.SHED, "000000000000cafe", 2));
    refuse(4);
    assertThat(tasks).isEmpty();
    ticker.advance(INTERVAL);
    refuse(1);
    run();

    assertThat(told).last().isEqualTo(new RefusalEvent(REFUSAL, Kind.SHED, "000000000000cafe", 4));
    assertThat(events.suppressed()).isEqualTo(6);
    assertThat(events.failures()).isZero();
  }

  @Test
  void tellsNoMoreThanTenInASecond() { // E2
    for (int ms = 0; ms < 1000; ms++) {
      refuse(1);
      run();
      ticker.advance(Duration.ofMillis(1));
    }
    assertThat(told).hasSize(10);
  }

  @Test
  void waitsForAListenerThatTakesItsTime() { // E1
    refuse(1);
    ticker.advance(Duration.ofMinutes(1));
    refuse(5);
    assertThat(tasks).hasSize(1);
    run();
    refuse(1);
    run();

    assertThat(told).extracting(RefusalEvent::suppressed).containsExactly(5L, 0L);
  }

  @Test
  void aFloodOfOneKindHidesNoOtherKind() { // E2, E3
    refuse(Kind.SHADOW, 1000);
    refuse(Kind.BLOCK, 1);
    refuse(Kind.OVER_LIMIT, 3);
    run();
    assertThat(told)
        .extracting(RefusalEvent::kind, RefusalEvent::suppressed)
        .containsExactlyInAnyOrder(
            tuple(Kind.SHADOW, 999L), tuple(Kind.BLOCK, 0L), tuple(Kind.OVER_LIMIT, 2L));

    told.clear();
    ticker.advance(INTERVAL);
    for (Kind kind : KINDS) {
      refuse(kind, 2);
      run();
      refuse(kind, 2);
    }
    run();

    assertThat(told).extracting(RefusalEvent::kind).containsExactly(Kind.values());
    assertThat(events.suppressed()).isEqualTo(1001 + 3 * 5);
  }

  @Test
  void oneRefusalOfEachKindWaitsUntilTheListenerReturns() { // E1, E4, E5
    List<RefusalEvents> self = new ArrayList<>();
    RefusalEvents busy = events(
        event -> {
          told.add(event);
          ticker.advance(INTERVAL);
          for (Kind kind : told.size() < 20 ? KINDS : List.<Kind>of()) {
            self.get(0).refused(kind, REFUSAL, told.size(), "", ticker.nanos());
          }
        },
        Runnable::run);
    self.add(busy);

    busy.refused(Kind.BLOCKED, REFUSAL, 0, "", ticker.nanos());

    assertThat(told)
        .extracting(RefusalEvent::kind)
        .containsExactlyInAnyOrder(Kind.values())
        .startsWith(Kind.BLOCKED);
    assertThat(told).extracting(RefusalEvent::client).last().isEqualTo("0000000000000001");
    assertThat(busy.suppressed()).isEqualTo(5 * 5 + 1 - 5);
  }

  @Test
  void anExecutorThatRunsWhatItHasRejectedTellsNothingTwiceAndNothingAtATime() { // E1, E3
    List<RefusalEvents> self = new ArrayList<>();
    List<String> calls = new ArrayList<>();
    RefusalEvents odd = events(
        event -> {
          calls.add("begins " + event.kind() + " after " + event.suppressed());
          if (event.kind() == Kind.SHED) {
            self.get(0).refused(Kind.BLOCK, REFUSAL, 1, "", ticker.nanos());
            run(); // what was left of the rejected one
          }
          calls.add("ends");
        },
        task -> {
          tasks.add(task);
          if (tasks.size() == 1) {
            throw new OutOfMemoryError("no more threads");
          }
        });
    self.add(odd);
    odd.refused(Kind.SHED, REFUSAL, 1, "", ticker.nanos());
    ticker.advance(INTERVAL);
    odd.refused(Kind.SHED, REFUSAL, 1, "", ticker.nanos());
    run();

    assertThat(calls)
        .containsExactly("begins SHED after 1", "ends", "begins BLOCK after 0", "ends");
    assertThat(odd.failures()).isEqualTo(1);
    assertThat(odd.suppressed()).isEqualTo(1);
  }

  @Test
  void showsKeysOnlyWhereThatWasAskedFor() {
    RefusalEvents open = new RefusalEvents(told::add, Runnable::run, true, ticker.nanos());
    open.refused(Kind.SHED, REFUSAL, 0xcafe, "alice".repeat(20), ticker.nanos());

    assertThat(told)
        .first()
        .extracting(RefusalEvent::client)
        .isEqualTo("alice".repeat(20).substring(0, 64));
  }

  @Test
  void whatTheListenerThrowsIsCountedAndGoesNoFurther() {
    List<Throwable> thrown =
        List.of(new IllegalStateException("down"), new OutOfMemoryError("of the listener"));
    ArrayDeque<Throwable> next = new ArrayDeque<>(thrown);
    RefusalEvents failing = events(
        event -> {
          told.add(event);
          RefusalEventsTest.<RuntimeException>raise(next.remove());
        },
        Runnable::run);

    for (int i = 0; i < thrown.size(); i++) {
      failing.refused(Kind.SHED, REFUSAL, 1, "", ticker.nanos());
      ticker.advance(INTERVAL);
    }

    assertThat(told).extracting(RefusalEvent::suppressed).containsExactly(0L, 0L);
    assertThat(failing.failures()).isEqualTo(2);
  }

  @Test
  void anExecutorThatRejectsLosesNoCount() { // E1, E3
    List<Throwable> thrown =
        List.of(new RejectedExecutionException("full"), new OutOfMemoryError("no more threads"));
    ArrayDeque<Throwable> next = new ArrayDeque<>(thrown);
    RefusalEvents rejected = events(told::add, task -> {
      if (next.isEmpty()) {
        task.run();
      } else {
        RefusalEventsTest.<RuntimeException>raise(next.remove());
      }
    });

    for (int i = 0; i < 3; i++) {
      rejected.refused(Kind.SHED, REFUSAL, 1, "", ticker.nanos());
      ticker.advance(INTERVAL);
    }

    assertThat(told).extracting(RefusalEvent::suppressed).containsExactly(2L);
    assertThat(rejected.failures()).isEqualTo(2);
  }

  @Test
  void whatWaitsForATaskThatIsRejectedIsCounted() { // E3, E4
    List<RefusalEvents> self = new ArrayList<>();
    RefusalEvents rejected = events(told::add, task -> {
      if (tasks.isEmpty()) {
        tasks.add(task);
        self.get(0).refused(Kind.BLOCK, REFUSAL, 1, "", ticker.nanos());
        throw new RejectedExecutionException("full");
      }
      task.run();
    });
    self.add(rejected);

    rejected.refused(Kind.SHED, REFUSAL, 1, "", ticker.nanos());
    assertThat(rejected.suppressed()).isEqualTo(2);
    assertThat(rejected.failures()).isEqualTo(1);
    ticker.advance(INTERVAL);
    rejected.refused(Kind.SHED, REFUSAL, 1, "", ticker.nanos());
    rejected.refused(Kind.BLOCK, REFUSAL, 1, "", ticker.nanos());
    run(); // what was rejected

    assertThat(told)
        .extracting(RefusalEvent::kind, RefusalEvent::suppressed)
        .containsExactly(tuple(Kind.SHED, 1L), tuple(Kind.BLOCK, 1L));
  }

  @Test
  void aRefusalThatWasToldByAnExecutorThatFailsThenIsNotCountedOnceMore() { // E3
    RefusalEvents late = events(told::add, task -> {
      task.run();
      throw new RejectedExecutionException("too late");
    });

    late.refused(Kind.SHED, REFUSAL, 1, "", ticker.nanos());

    assertThat(told).hasSize(1);
    assertThat(late.suppressed()).isZero();
    assertThat(late.failures()).isEqualTo(1);
  }

  @Test
  void aClockThatStepsBackSilencesNobody() { // E2
    refuse(1);
    run();
    ticker.advance(Duration.ofHours(-1));
    refuse(1);
    run();
    refuse(1);

    assertThat(told).hasSize(2);
    assertThat(tasks).isEmpty();
  }

  @Test
  void aReadingThatIsALittleOldTellsNothingForTwoIntervalsAtMost() { // E2
    refuse(1);
    run();
    ticker.advance(INTERVAL.negated());
    refuse(1);
    run();
    assertThat(told).hasSize(1);
    ticker.advance(INTERVAL.multipliedBy(2));
    refuse(1);
    run();

    assertThat(told).extracting(RefusalEvent::suppressed).containsExactly(0L, 1L);
  }

  @Test
  void theDefaultExecutorRunsWhatItGetsOnAnotherThread() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    List<Thread> caller = new ArrayList<>();
    RefusalEvents async = events(
        event -> {
          caller.add(Thread.currentThread());
          done.countDown();
        },
        RefusalEvents.defaultExecutor());

    async.refused(Kind.SHED, REFUSAL, 1, "", ticker.nanos());

    assertThat(done.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(caller).hasSize(1).doesNotContain(Thread.currentThread());
  }

  @Test
  void threadsNeitherLoseARefusalNorTellTwoAtATime() throws Exception { // E1, E3
    int threads = 8;
    int calls = 50_000;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger tooMany = new AtomicInteger();
    Map<Kind, Long> toldOf = new HashMap<>(); // plain: one call sees what the one before did
    Map<Kind, Long> suppressed = new HashMap<>();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    AtomicInteger handed = new AtomicInteger();
    Executor mostlyTheCaller = task -> { // or nearly all calls would have to wait for the pool
      if (handed.incrementAndGet() % 64 == 0) {
        pool.execute(task);
      } else {
        task.run();
      }
    };
    RefusalEvents raced = events(
        event -> {
          if (inside.incrementAndGet() != 1) {
            tooMany.incrementAndGet();
          }
          toldOf.merge(event.kind(), 1L, Long::sum);
          suppressed.merge(event.kind(), event.suppressed(), Long::sum);
          inside.decrementAndGet();
        },
        mostlyTheCaller);
    CyclicBarrier start = new CyclicBarrier(threads);
    ExecutorService callers = Executors.newFixedThreadPool(threads);
    List<Future<?>> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Kind mine = kind(t);
      running.add(callers.submit(() -> {
        start.await();
        for (int i = 0; i < calls; i++) {
          ticker.advanceNanos(INTERVAL.toNanos() / 20);
          raced.refused(mine, REFUSAL, 1, "", ticker.nanos());
        }
        return null;
      }));
    }
    for (Future<?> each : running) {
      each.get();
    }
    end(callers);
    end(pool);
    handed.set(0);
    ticker.advance(INTERVAL);
    for (Kind kind : KINDS) { // collects what is left
      raced.refused(kind, REFUSAL, 1, "", ticker.nanos());
    }

    assertThat(tooMany).hasValue(0);
    assertThat(suppressed.values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(raced.suppressed());
    assertThat(toldOf.values().stream().mapToLong(Long::longValue).sum()).isGreaterThan(20);
    Map<Kind, Long> refused = new HashMap<>();
    for (int t = 0; t < threads; t++) {
      refused.merge(kind(t), (long) calls, Long::sum);
    }
    refused.forEach((kind, times) -> {
      long all = toldOf.getOrDefault(kind, 0L) + suppressed.getOrDefault(kind, 0L);
      assertThat(all).isEqualTo(times + 1);
    });
  }

  private static Kind kind(int thread) {
    return KINDS.get(thread % 2); // so that threads meet at a slot
  }

  private RefusalEvents events(RefusalListener listener, Executor executor) {
    return new RefusalEvents(listener, executor, false, ticker.nanos());
  }

  private void refuse(int times) {
    refuse(Kind.SHED, times);
  }

  private void refuse(Kind kind, int times) {
    for (int i = 0; i < times; i++) {
      events.refused(kind, REFUSAL, 0xcafe, "alice", ticker.nanos());
    }
  }

  private void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private static void end(ExecutorService pool) throws InterruptedException {
    pool.shutdown();
    assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void raise(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
