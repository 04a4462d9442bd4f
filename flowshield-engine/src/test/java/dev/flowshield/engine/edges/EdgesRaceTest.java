package dev.flowshield.engine.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation.Held;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * 64 threads do to one limiter whatever can be done, in rounds: in some the clock steps back and
 * forth while callers take, wait and are newcomers; in the others it only goes on, while callers
 * give up, give back and limits change as well. (Refunds and changes go by the reading of their
 * moment, so with a clock that is behind they are not exact.) Of each key, no more is used net of
 * what was given back than the burst and the refill of all readings; and after a rest all is there
 * again.
 *
 * <p>Lasts {@code flowshield.hammer.seconds} for each key, two unless set.
 */
@Tag("thorough")
class EdgesRaceTest {

  private static final int THREADS = 64;
  private static final int PLACES = 50;
  private static final int BURST = 100;
  private static final int PER_MILLISECOND = 1;
  private static final long MILLISECOND = 1_000_000;
  private static final long SPAN =
      500; // milliseconds between the first reading of a round and the last
  private static final int TURNS = 300; // of the clock
  private static final int ACTS_PER_TURN = 100;
  private static final long SECONDS = Long.getLong("flowshield.hammer.seconds", 2);
  private static final Decision GIVEN_UP = new Decision.Admitted(-1);

  @ParameterizedTest
  @ValueSource(strings = {"alice", ""})
  @Tag("slow")
  void neverMoreThanTheBurstAndTheRefillOfAllReadings(String key) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    long end = System.nanoTime() + SECONDS * 1000 * MILLISECOND;
    try {
      for (int round = 0; round < 4 || System.nanoTime() - end < 0; round++) {
        new Round(key, round % 2 == 0).run(threads);
      }
    } finally {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static final class Round {
    private final String key;
    private final boolean steps;
    private final ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 100 * MILLISECOND);
    private final RateLimiter limiter = RateLimiter.of(
        "token-bucket",
        LimiterSpec.of(RateLimit.parse("1000/s burst 100"))
            .withTicker(ticker)
            .withMaxKeys(200)
            .withMaxQueued(PLACES));
    private final LongAdder acts = new LongAdder();
    private final AtomicLong used = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();

    Round(String key, boolean steps) {
      this.key = key;
      this.steps = steps;
    }

    void run(ExecutorService threads) throws Exception {
      List<Future<?>> all = new ArrayList<>();
      all.add(threads.submit(this::turnTheClock));
      for (int i = 1; i < THREADS; i++) {
        int thread = i;
        all.add(threads.submit(() -> {
          while (!over.get()) {
            act(thread);
            acts.increment();
          }
        }));
      }
      for (Future<?> each : all) {
        each.get(60, TimeUnit.SECONDS);
      }
      assertThat(used.get())
          .as("%s by %s", key, steps ? "a clock that steps back" : "a clock that goes on")
          .isBetween(1L, BURST + SPAN * PER_MILLISECOND);
      assertAllIsThereAfterARest();
    }

    private void turnTheClock() {
      long at = 0;
      for (int turn = 0; turn < TURNS; turn++) {
        long to =
            steps ? ThreadLocalRandom.current().nextLong(SPAN + 1) : SPAN * (turn + 1) / TURNS;
        ticker.advanceNanos((to - at) * MILLISECOND);
        at = to;
        while (acts.sum() < (turn + 1L) * ACTS_PER_TURN) {
          Thread.onSpinWait();
        }
      }
      over.set(true);
    }

    private void act(int thread) {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      int permits = 1 + random.nextInt(5);
      switch (random.nextInt(steps ? 6 : 10)) {
        case 0, 1, 2 -> {
          if (limiter.tryAcquire(key, permits)) {
            used.addAndGet(permits);
          }
        }
        case 3 -> limiter.tryAcquire("stranger " + random.nextInt(10_000));
        case 4, 5 -> {
          CompletableFuture<Decision> unused = await(permits);
        }
        case 6, 7 -> giveUp(await(permits), random.nextInt(3));
        case 8 -> {
          if (limiter.reserve(key, permits) instanceof Held held) {
            int unused = random.nextInt(permits + 1);
            held.settle(permits - unused);
            used.addAndGet(permits - unused);
          }
        }
        default -> {
          if (thread == 1) {
            limiter.changeTo(random.nextBoolean() ? "1000/s burst 100" : "500/s burst 100");
          }
        }
      }
    }

    private CompletableFuture<Decision> await(int permits) {
      CompletableFuture<Decision> answer =
          limiter.acquireAsync(key, permits, Duration.ofMillis(SPAN));
      CompletableFuture<Void> unused = answer.thenAccept(decision -> {
        if (!over.get() && decision != GIVEN_UP && decision.isAdmitted()) {
          used.addAndGet(permits);
        }
      });
      return answer;
    }

    private static void giveUp(CompletableFuture<Decision> answer, int way) {
      if (way == 0) {
        answer.cancel(false);
      } else if (way == 1) {
        answer.complete(GIVEN_UP);
      } else {
        answer.completeExceptionally(new IllegalStateException("given up"));
      }
    }

    private void assertAllIsThereAfterARest() {
      limiter.changeTo("1000/s burst 100");
      ticker.advance(Duration.ofHours(2));
      assertThat(ticker.pending()).isZero();
      assertThat(limiter.tryAcquire(key, BURST)).isTrue();
      for (int place = 0; place < PLACES; place++) {
        assertThat(limiter.acquireAsync(key, 1, Duration.ofHours(1))).isNotDone();
      }
      assertThat(limiter.acquireAsync(key, 1, Duration.ofHours(1))).isDone();
    }
  }
}
