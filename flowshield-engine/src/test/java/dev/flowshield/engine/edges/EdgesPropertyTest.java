package dev.flowshield.engine.edges;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation.Held;
import dev.flowshield.Ticker;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Whatever is done to a limiter from outside, in whatever order: the clock steps back and forth,
 * callers give up anywhere in a line and in every way a future offers, limits change to and fro,
 * and the ticker throws. No span of readings holds more than the limit; and in the end, after a
 * rest, all is there again: the burst of each key, every place to wait, and no timer is left.
 *
 * <p>A thousand tries unless {@code jqwik.tries.default} says more.
 */
class EdgesPropertyTest {

  enum Kind {
    TRY,
    STRANGERS,
    RESERVE,
    SETTLE,
    WAIT,
    GIVE_UP,
    CHANGE,
    FAIL,
    PASS,
    STEP_BACK
  }

  private static final int PLACES = 5;
  private static final long SECOND = 1_000_000_000;
  private static final List<String> KEYS = List.of("alice", "bob", "");

  // Of equal bursts, so that a change keeps the permits that are left, and the second is the
  // slower.
  private static final List<List<String>> LIMITS = List.of(
      List.of("10/s burst 4", "3/s burst 4"),
      List.of("1000/s burst 30", "7/min burst 30"),
      List.of("100000/s burst 20000", "50000/s burst 20000"));

  @Property(edgeCases = EdgeCasesMode.NONE)
  void noSpanHoldsMoreThanTheLimitAndAllComesBack(
      @ForAll("limits") int limit, @ForAll("steps") List<Step<Kind>> steps) {
    Run run = new Run(LIMITS.get(limit));
    for (Step<Kind> step : steps) {
      run.run(step);
    }
    run.assertAllIsThereAfterARest();
  }

  private record Reserved(String key, Held held) {}

  private record Waiting(String key, CompletableFuture<Decision> answer) {}

  private static final class Run {
    private final ManualTicker ticker = ManualTicker.startingAt(1000 * SECOND);
    private final Failing failing = new Failing();
    private final List<RateLimit> limits;
    private final RateLimiter limiter;
    private final Map<String, Spans> spans = new HashMap<>();
    private final List<Reserved> reserved = new ArrayList<>();
    private final List<Waiting> line = new ArrayList<>();
    private long latest = ticker.nanos();
    private long changed = latest - 100 * SECOND;
    private int strangers;

    Run(List<String> texts) {
      limits = texts.stream().map(RateLimit::parse).toList();
      limiter = RateLimiter.of(
          "token-bucket",
          LimiterSpec.of(limits.get(0))
              .withTicker(failing.ticker(ticker))
              .withInstantSource(() -> Instant.EPOCH)
              .withMaxKeys(1)
              .withMaxQueued(PLACES));
      KEYS.forEach(key -> spans.put(key, new Spans(limits.get(0))));
    }

    void run(Step<Kind> step) {
      String key = KEYS.get(step.key());
      long burst = limits.get(0).burst();
      long permits = Math.min(burst, 1 + (long) (step.share() * burst));
      switch (step.kind()) {
        case TRY -> {
          if (limiter.tryAcquire(key, permits)) {
            used(key, permits);
          }
        }
        case STRANGERS -> {
          for (int i = 0; i < 30; i++) {
            limiter.tryAcquire("stranger " + strangers++);
          }
        }
        case RESERVE -> {
          if (limiter.reserve(key, permits) instanceof Held held) {
            used(key, permits);
            reserved.add(new Reserved(key, held));
          }
        }
        case SETTLE -> settle(step, permits);
        case WAIT -> await(key, permits);
        case GIVE_UP -> {
          if (!line.isEmpty()) {
            giveUp(line.get((int) (step.share() * line.size())).answer(), step.other());
          }
        }
        case CHANGE -> change(step.other() < 0.5);
        case FAIL -> fail(key, permits, step);
        case PASS -> pass((long) (step.other() * step.other() * 5 * SECOND));
        case STEP_BACK -> stepBack((long) (step.other() * 3 * SECOND));
      }
      line.removeIf(waiting -> waiting.answer().isDone());
      spans.values().forEach(Spans::assertWithinTheLimit);
    }

    /**
     * Not while the clock is behind, nor is it set back behind a change: what is owed is scaled
     * from the reading of that moment on.
     */
    private void change(boolean toTheFirst) {
      if (ticker.nanos() == latest) {
        changed = latest;
        limiter.changeTo(List.of(limits.get(toTheFirst ? 0 : 1)));
      }
    }

    /**
     * Charges more only: what is given back is exact by the clock of that moment, and where that
     * has been ahead may pass once more, as {@link Ticker} says.
     */
    private void settle(Step<Kind> step, long permits) {
      if (!reserved.isEmpty()) {
        Reserved some = reserved.remove((int) (step.other() * reserved.size()));
        some.held().settle(some.held().permits() + permits - 1);
      }
    }

    private void await(String key, long permits) {
      CompletableFuture<Decision> answer = limiter.acquireAsync(key, permits, Duration.ofHours(1));
      CompletableFuture<Void> unused = answer.thenAccept(decision -> {
        if (decision != GIVEN_UP && decision.isAdmitted()) {
          used(key, permits);
        }
      });
      line.add(new Waiting(key, answer));
    }

    private static final Decision GIVEN_UP = new Decision.Admitted(-1);

    private static void giveUp(CompletableFuture<Decision> answer, double way) {
      if (way < 0.3) {
        answer.cancel(false);
      } else if (way < 0.5) {
        answer.complete(GIVEN_UP);
      } else if (way < 0.7) {
        answer.completeExceptionally(new IllegalStateException("given up"));
      } else if (way < 0.8) {
        CompletableFuture<Decision> unused = answer.completeAsync(() -> GIVEN_UP, Runnable::run);
      } else if (way < 0.9) {
        answer.obtrudeValue(GIVEN_UP);
      } else {
        answer.obtrudeException(new IllegalStateException("given up"));
      }
    }

    /** One operation, in which the ticker throws. */
    private void fail(String key, long permits, Step<Kind> step) {
      int kind = (int) (step.other() * 4);
      failing.failAt(1 + (int) (step.share() * 3));
      try {
        if (kind == 0 && limiter.tryAcquire(key, permits)) {
          used(key, permits);
        } else if (kind == 1) {
          await(key, permits);
        } else if (kind == 2) {
          change(step.share() < 0.5);
        } else if (kind == 3 && !line.isEmpty()) {
          line.get(0).answer().cancel(false);
        }
      } catch (IllegalStateException failure) {
        assertThat(failure).hasMessage(Failing.MESSAGE);
      } finally {
        failing.failAt(0);
      }
    }

    private void used(String key, long permits) {
      requireNonNull(spans.get(key)).admitted(ticker.nanos(), permits);
    }

    private void pass(long nanos) {
      ticker.advanceNanos(nanos);
      latest = Math.max(latest, ticker.nanos());
    }

    private void stepBack(long nanos) {
      ticker.advanceNanos(-Math.min(nanos, ticker.nanos() - changed));
    }

    void assertAllIsThereAfterARest() {
      ticker.advanceNanos(latest - ticker.nanos());
      limiter.changeTo(List.of(limits.get(0)));
      ticker.advanceNanos(Duration.ofDays(1).toNanos());
      assertThat(line).allMatch(waiting -> waiting.answer().isDone());
      assertThat(ticker.pending()).isZero();
      for (String key : KEYS) {
        long burst = limits.get(0).burst();
        long mayBeInCells = key.isEmpty() ? burst / 64 : 0; // of a limit that is hot
        assertThat(limiter.peek(key).remaining())
            .as("of '%s'", key)
            .isBetween(burst - mayBeInCells, burst);
        assertThat(limiter.tryAcquire(key, burst - mayBeInCells)).isTrue();
        while (limiter.tryAcquire(key)) {
          // and what is left
        }
        List<CompletableFuture<Decision>> all = new ArrayList<>();
        for (int place = 0; place < PLACES; place++) {
          all.add(limiter.acquireAsync(key, 1, Duration.ofHours(1)));
        }
        assertThat(all).as("places to wait").noneMatch(CompletableFuture::isDone);
        assertThat(limiter.acquireAsync(key, 1, Duration.ofHours(1))).isDone();
        ticker.advanceNanos(Duration.ofHours(1).toNanos());
        assertThat(all).allMatch(CompletableFuture::isDone);
      }
    }
  }

  @Provide
  Arbitrary<Integer> limits() {
    return Arbitraries.integers().between(0, LIMITS.size() - 1);
  }

  @Provide
  Arbitrary<List<Step<Kind>>> steps() {
    Arbitrary<Kind> kinds = Arbitraries.frequency(
        Tuple.of(6, Kind.TRY),
        Tuple.of(3, Kind.STRANGERS),
        Tuple.of(2, Kind.RESERVE),
        Tuple.of(1, Kind.SETTLE),
        Tuple.of(6, Kind.WAIT),
        Tuple.of(5, Kind.GIVE_UP),
        Tuple.of(2, Kind.CHANGE),
        Tuple.of(2, Kind.FAIL),
        Tuple.of(6, Kind.PASS),
        Tuple.of(3, Kind.STEP_BACK));
    return Step.lists(kinds, KEYS.size(), 50);
  }
}
