package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.flowshield.engine.RejectionEvent.Kind;
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

/**
 * Ten events of each kind a second, told by an executor that runs its tasks when the test says so.
 */
class RejectionEventsTest {

  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final Rejection REJECTION = Shed.FULL;
  private static final List<Kind> KINDS = List.of(Kind.values());

  private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 150_000_000);
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<RejectionEvent> told = new ArrayList<>();
  private final RejectionEvents events = events(told::add, tasks::add);

  @Test
  void tellsTheFirstRejectionAndCountsTheNext() { // E2, E3
    reject(3);
    run();
    assertThat(told)
        .containsExactly(new RejectionEvent(REJECTION, Kind.SHED, "000000000000cafe", 2));
    reject(4);
    assertThat(tasks).isEmpty();
    ticker.advance(INTERVAL);
    reject(1);
    run();

    assertThat(told)
        .last()
        .isEqualTo(new RejectionEvent(REJECTION, Kind.SHED, "000000000000cafe", 4));
    assertThat(events.suppressed()).isEqualTo(6);
    assertThat(events.failures()).isZero();
  }

  @Test
  void tellsNoMoreThanTenInASecond() { // E2
    for (int ms = 0; ms < 1000; ms++) {
      reject(1);
      run();
      ticker.advance(Duration.ofMillis(1));
    }
    assertThat(told).hasSize(10);
  }

  @Test
  void waitsForAListenerThatTakesItsTime() { // E1
    reject(1);
    ticker.advance(Duration.ofMinutes(1));
    reject(5);
    assertThat(tasks).hasSize(1);
    run();
    reject(1);
    run();

    assertThat(told).extracting(RejectionEvent::suppressed).containsExactly(5L, 0L);
  }

  @Test
  void aFloodOfOneKindHidesNoOtherKind() { // E2, E3
    reject(Kind.SHADOW, 1000);
    reject(Kind.BLOCK, 1);
    reject(Kind.OVER_LIMIT, 3);
    run();
    assertThat(told)
        .extracting(RejectionEvent::kind, RejectionEvent::suppressed)
        .containsExactlyInAnyOrder(
            tuple(Kind.SHADOW, 999L), tuple(Kind.BLOCK, 0L), tuple(Kind.OVER_LIMIT, 2L));

    told.clear();
    ticker.advance(INTERVAL);
    for (Kind kind : KINDS) {
      reject(kind, 2);
      run();
      reject(kind, 2);
    }
    run();

    assertThat(told).extracting(RejectionEvent::kind).containsExactly(Kind.values());
    assertThat(events.suppressed()).isEqualTo(1001 + 3 * KINDS.size());
  }

  @Test
  void oneRejectionOfEachKindWaitsUntilTheListenerReturns() { // E1, E4, E5
    List<RejectionEvents> self = new ArrayList<>();
    RejectionEvents busy = events(
        event -> {
          told.add(event);
          ticker.advance(INTERVAL);
          for (Kind kind : told.size() < 20 ? KINDS : List.<Kind>of()) {
            self.get(0).rejected(kind, REJECTION, told.size(), "", ticker.nanos());
          }
        },
        Runnable::run);
    self.add(busy);

    busy.rejected(Kind.BLOCKED, REJECTION, 0, "", ticker.nanos());

    assertThat(told)
        .extracting(RejectionEvent::kind)
        .containsExactlyInAnyOrder(Kind.values())
        .startsWith(Kind.BLOCKED);
    assertThat(told).extracting(RejectionEvent::key).last().isEqualTo("0000000000000001");
    assertThat(busy.suppressed()).isEqualTo(KINDS.size() * KINDS.size() + 1 - KINDS.size());
  }

  @Test
  void anExecutorThatRunsWhatItHasRejectedTellsNothingTwiceAndNothingAtATime() { // E1, E3
    List<RejectionEvents> self = new ArrayList<>();
    List<String> calls = new ArrayList<>();
    RejectionEvents odd = events(
        event -> {
          calls.add("begins " + event.kind() + " after " + event.suppressed());
          if (event.kind() == Kind.SHED) {
            self.get(0).rejected(Kind.BLOCK, REJECTION, 1, "", ticker.nanos());
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
    odd.rejected(Kind.SHED, REJECTION, 1, "", ticker.nanos());
    ticker.advance(INTERVAL);
    odd.rejected(Kind.SHED, REJECTION, 1, "", ticker.nanos());
    run();

    assertThat(calls)
        .containsExactly("begins SHED after 1", "ends", "begins BLOCK after 0", "ends");
    assertThat(odd.failures()).isEqualTo(1);
    assertThat(odd.suppressed()).isEqualTo(1);
  }

  @Test
  void showsKeysOnlyWhereThatWasAskedFor() {
    RejectionEvents open = new RejectionEvents(told::add, Runnable::run, true, ticker.nanos());
    open.rejected(Kind.SHED, REJECTION, 0xcafe, "alice".repeat(20), ticker.nanos());

    assertThat(told)
        .first()
        .extracting(RejectionEvent::key)
        .isEqualTo("alice".repeat(20).substring(0, 64));
  }

  @Test
  void whatTheListenerThrowsIsCountedAndGoesNoFurther() {
    List<Throwable> thrown =
        List.of(new IllegalStateException("down"), new OutOfMemoryError("of the listener"));
    ArrayDeque<Throwable> next = new ArrayDeque<>(thrown);
    RejectionEvents failing = events(
        event -> {
          told.add(event);
          RejectionEventsTest.<RuntimeException>raise(next.remove());
        },
        Runnable::run);

    for (int i = 0; i < thrown.size(); i++) {
      failing.rejected(Kind.SHED, REJECTION, 1, "", ticker.nanos());
      ticker.advance(INTERVAL);
    }

    assertThat(told).extracting(RejectionEvent::suppressed).containsExactly(0L, 0L);
    assertThat(failing.failures()).isEqualTo(2);
  }

  @Test
  void anExecutorThatRejectsLosesNoCount() { // E1, E3
    List<Throwable> thrown =
        List.of(new RejectedExecutionException("full"), new OutOfMemoryError("no more threads"));
    ArrayDeque<Throwable> next = new ArrayDeque<>(thrown);
    RejectionEvents rejected = events(told::add, task -> {
      if (next.isEmpty()) {
        task.run();
      } else {
        RejectionEventsTest.<RuntimeException>raise(next.remove());
      }
    });

    for (int i = 0; i < 3; i++) {
      rejected.rejected(Kind.SHED, REJECTION, 1, "", ticker.nanos());
      ticker.advance(INTERVAL);
    }

    assertThat(told).extracting(RejectionEvent::suppressed).containsExactly(2L);
    assertThat(rejected.failures()).isEqualTo(2);
  }

  @Test
  void whatWaitsForATaskThatIsRejectedIsCounted() { // E3, E4
    List<RejectionEvents> self = new ArrayList<>();
    RejectionEvents rejected = events(told::add, task -> {
      if (tasks.isEmpty()) {
        tasks.add(task);
        self.get(0).rejected(Kind.BLOCK, REJECTION, 1, "", ticker.nanos());
        throw new RejectedExecutionException("full");
      }
      task.run();
    });
    self.add(rejected);

    rejected.rejected(Kind.SHED, REJECTION, 1, "", ticker.nanos());
    assertThat(rejected.suppressed()).isEqualTo(2);
    assertThat(rejected.failures()).isEqualTo(1);
    ticker.advance(INTERVAL);
    rejected.rejected(Kind.SHED, REJECTION, 1, "", ticker.nanos());
    rejected.rejected(Kind.BLOCK, REJECTION, 1, "", ticker.nanos());
    run(); // what was rejected

    assertThat(told)
        .extracting(RejectionEvent::kind, RejectionEvent::suppressed)
        .containsExactly(tuple(Kind.SHED, 1L), tuple(Kind.BLOCK, 1L));
  }

  @Test
  void aRejectionThatWasToldByAnExecutorThatFailsThenIsNotCountedOnceMore() { // E3
    RejectionEvents late = events(told::add, task -> {
      task.run();
      throw new RejectedExecutionException("too late");
    });

    late.rejected(Kind.SHED, REJECTION, 1, "", ticker.nanos());

    assertThat(told).hasSize(1);
    assertThat(late.suppressed()).isZero();
    assertThat(late.failures()).isEqualTo(1);
  }

  @Test
  void aClockThatStepsBackSilencesNobody() { // E2
    reject(1);
    run();
    ticker.advance(Duration.ofHours(-1));
    reject(1);
    run();
    reject(1);

    assertThat(told).hasSize(2);
    assertThat(tasks).isEmpty();
  }

  @Test
  void aReadingThatIsALittleOldTellsNothingForTwoIntervalsAtMost() { // E2
    reject(1);
    run();
    ticker.advance(INTERVAL.negated());
    reject(1);
    run();
    assertThat(told).hasSize(1);
    ticker.advance(INTERVAL.multipliedBy(2));
    reject(1);
    run();

    assertThat(told).extracting(RejectionEvent::suppressed).containsExactly(0L, 1L);
  }

  @Test
  void theDefaultExecutorRunsWhatItGetsOnAnotherThread() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    List<Thread> caller = new ArrayList<>();
    RejectionEvents async = events(
        event -> {
          caller.add(Thread.currentThread());
          done.countDown();
        },
        RejectionEvents.defaultExecutor());

    async.rejected(Kind.SHED, REJECTION, 1, "", ticker.nanos());

    assertThat(done.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(caller).hasSize(1).doesNotContain(Thread.currentThread());
  }

  @Test
  void threadsNeitherLoseARejectionNorTellTwoAtATime() throws Exception { // E1, E3
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
    RejectionEvents raced = events(
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
          raced.rejected(mine, REJECTION, 1, "", ticker.nanos());
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
      raced.rejected(kind, REJECTION, 1, "", ticker.nanos());
    }

    assertThat(tooMany).hasValue(0);
    assertThat(suppressed.values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(raced.suppressed());
    assertThat(toldOf.values().stream().mapToLong(Long::longValue).sum()).isGreaterThan(20);
    Map<Kind, Long> rejected = new HashMap<>();
    for (int t = 0; t < threads; t++) {
      rejected.merge(kind(t), (long) calls, Long::sum);
    }
    rejected.forEach((kind, times) -> {
      long all = toldOf.getOrDefault(kind, 0L) + suppressed.getOrDefault(kind, 0L);
      assertThat(all).isEqualTo(times + 1);
    });
  }

  private static Kind kind(int thread) {
    return KINDS.get(thread % 2); // so that threads meet at a slot
  }

  private RejectionEvents events(RejectionListener listener, Executor executor) {
    return new RejectionEvents(listener, executor, false, ticker.nanos());
  }

  private void reject(int times) {
    reject(Kind.SHED, times);
  }

  private void reject(Kind kind, int times) {
    for (int i = 0; i < times; i++) {
      events.rejected(kind, REJECTION, 0xcafe, "alice", ticker.nanos());
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
