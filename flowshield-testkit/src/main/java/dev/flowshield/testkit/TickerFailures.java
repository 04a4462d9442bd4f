package dev.flowshield.testkit;

import static dev.flowshield.testkit.Capabilities.has;
import static dev.flowshield.testkit.Capabilities.test;
import static dev.flowshield.testkit.Waiting.HOUR;
import static dev.flowshield.testkit.Waiting.acquire;
import static dev.flowshield.testkit.Waiting.requireAdmitted;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Reservation;
import dev.flowshield.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/** What holds when the ticker throws once: the limiter stays usable, and admits no more. */
final class TickerFailures {

  private static final List<String> KEYS = List.of("alice", "");
  private static final int READINGS = 6;

  /**
   * A call for a key, in which the ticker throws at this reading; 0 for a call in which it does
   * not.
   */
  @FunctionalInterface
  private interface Call {
    void of(TickerFailures test, String key, int failingReading);
  }

  private record Operation(String name, @Nullable Capability needs, Call call) {}

  private static final List<Operation> OPERATIONS = List.of(
      new Operation("decide", null, TickerFailures::decide),
      new Operation("tryAcquire", null, TickerFailures::tryAcquire),
      new Operation("acquireAsync", Capability.ACQUIRE, TickerFailures::acquireAsync),
      new Operation("wakingAWaiter", Capability.ACQUIRE, TickerFailures::wake),
      new Operation("givingUp", Capability.ACQUIRE, TickerFailures::giveUp),
      new Operation("reserve", Capability.RESERVE, TickerFailures::reserve),
      new Operation("settle", Capability.RESERVE, (test, key, at) -> test.settle(key, at, 2)),
      new Operation("cancel", Capability.RESERVE, (test, key, at) -> test.settle(key, at, 0)),
      new Operation("peek", Capability.PEEK, TickerFailures::peek),
      new Operation("reset", Capability.RESET, TickerFailures::reset),
      new Operation("changeTo", Capability.CHANGE, TickerFailures::changeTo));

  /** A ticker that throws once, at a reading or when it is asked for a future. */
  private static final class Failing implements Ticker {
    private final Ticker ticker;
    private volatile int left; // readings up to the one that throws; 0 if none does

    Failing(Ticker ticker) {
      this.ticker = ticker;
    }

    void failAt(int reading) {
      left = reading;
    }

    @Override
    public long nanos() {
      count();
      return ticker.nanos();
    }

    @Override
    public CompletableFuture<Void> after(long nanos) {
      count();
      return ticker.after(nanos);
    }

    private void count() {
      int before = left;
      failAt(Math.max(0, before - 1));
      if (before == 1) {
        throw new IllegalStateException("the ticker throws, this once");
      }
    }
  }

  private final List<Failing> tickers = new ArrayList<>(1);
  private final List<CompletableFuture<Decision>> waiting = new ArrayList<>();
  private final Trial trial;

  private TickerFailures(RateLimiterContract contract, RateLimit limit) {
    trial = new Trial(contract, limit, 0, spec -> {
      tickers.add(new Failing(spec.ticker()));
      return spec.withTicker(tickers.get(0)).withMaxQueued(2);
    });
  }

  static Stream<DynamicTest> of(RateLimiterContract contract) {
    return OPERATIONS.stream()
        .filter(operation -> operation.needs == null || has(contract, operation.needs))
        .map(operation -> test(
            operation.name + "WorksAfterTheTickerHasThrown",
            operation.needs == Capability.ACQUIRE
                ? Capabilities.soonBack(contract)
                : Limits.of(contract),
            limit -> worksAfterwards(contract, limit, operation)));
  }

  private static void worksAfterwards(
      RateLimiterContract contract, RateLimit limit, Operation operation) throws Exception {
    for (String key : KEYS) {
      for (int reading = 1; reading <= READINGS; reading++) {
        for (boolean spent : new boolean[] {false, true}) {
          TickerFailures test = new TickerFailures(contract, limit);
          if (spent) {
            test.trial.spend(key);
          }
          test.worksAfterwards(operation, key, reading);
        }
      }
    }
  }

  private void worksAfterwards(Operation operation, String key, int reading) throws Exception {
    trial.step(operation.name + ", and the ticker throws at reading " + reading);
    try {
      operation.call.of(this, key, reading);
    } catch (RuntimeException thrown) {
      trial.step("it threw " + thrown);
    }
    ticker().failAt(0);
    waiting.forEach(future -> future.cancel(false));
    waiting.clear();

    requireWorks(operation, key);
    operation.call.of(this, key, 0); // on this thread too

    trial.takeAll(key);
    trial.requireWorstCase();
    trial.turn(8 * trial.idleNanos());
    waiting.forEach(
        future -> requireAdmitted(trial, future, "all permits have come back long ago"));
    trial.turn(4 * trial.idleNanos());
    trial.hasExactly(
        key, trial.limit().burst(), "a key that is as good as new has its whole burst");
  }

  private void requireWorks(Operation operation, String key) throws Exception {
    Throwable failure;
    try {
      Races.run(List.of(() -> {
        operation.call.of(this, key, 0);
        return true;
      }));
      return;
    } catch (ExecutionException thrown) {
      if (thrown.getCause() instanceof AssertionError fault) {
        throw fault;
      }
      failure = thrown.getCause();
    } catch (TimeoutException hangs) {
      failure = hangs;
    }
    throw trial.fault(
        operation.name + " on another thread, after the ticker has thrown in it",
        "an answer within " + Races.PATIENCE_SECONDS + " s",
        failure,
        "unlock in a finally block, and take nothing before the ticker was read");
  }

  private void decide(String key, int failingReading) {
    ticker().failAt(failingReading);
    trial.decide(key, 1);
  }

  private void tryAcquire(String key, int failingReading) {
    ticker().failAt(failingReading);
    if (trial.limiter().tryAcquire(key, 1)) {
      trial.use(key, 1);
    }
  }

  private void acquireAsync(String key, int failingReading) {
    ticker().failAt(failingReading);
    waiting.add(acquire(trial, key, 1, HOUR));
  }

  /** The waiter may fail, and must not wait without end. */
  private void wake(String key, int failingReading) {
    trial.takeAll(key);
    CompletableFuture<Decision> future = acquire(trial, key, 1, HOUR);
    ticker().failAt(failingReading);
    trial.turn(2 * trial.idleNanos());
    ticker().failAt(0);
    trial.turn(2 * trial.idleNanos());
    if (!future.isDone()) {
      throw trial.fault(
          "a waiter after all permits have come back",
          "served, or failed if the ticker has thrown",
          "still waiting",
          "a failure to wake a waiter must not lose it");
    }
    if (failingReading == 0) {
      requireAdmitted(trial, future, "all permits have come back long ago");
    }
  }

  private void giveUp(String key, int failingReading) {
    trial.takeAll(key);
    CompletableFuture<Decision> first = acquire(trial, key, trial.limit().burst(), HOUR);
    CompletableFuture<Decision> second = acquire(trial, key, 1, HOUR);
    ticker().failAt(failingReading);
    first.cancel(false);
    ticker().failAt(0);
    trial.turn(4 * trial.idleNanos());
    if (!second.isDone()) {
      throw trial.fault(
          "a waiter behind one that gave up",
          "served, or failed if the ticker has thrown",
          "still waiting",
          "a failure to move a waiter up must not lose it");
    }
    if (failingReading == 0) {
      requireAdmitted(trial, second, "all permits have come back long ago");
    }
  }

  private void reserve(String key, int failingReading) {
    ticker().failAt(failingReading);
    if (trial.limiter().reserve(key, 1).isHeld()) {
      trial.use(key, 1);
    }
  }

  private void settle(String key, int failingReading, long used) {
    if (trial.limiter().reserve(key, 1) instanceof Reservation.Held held) {
      if (used > 0) {
        trial.use(key, 1);
      }
      ticker().failAt(failingReading);
      held.settle(used);
    }
  }

  private void peek(String key, int failingReading) {
    ticker().failAt(failingReading);
    trial.step("peek('" + key + "'): " + trial.limiter().peek(key));
  }

  /** Of another key, as a reset gives permits. */
  private void reset(String key, int failingReading) {
    ticker().failAt(failingReading);
    trial.limiter().reset("not " + key);
  }

  /** To half the rate and back, so that the limit of the trial stands in the end. */
  private void changeTo(String key, int failingReading) {
    RateLimit limit = trial.limit();
    ticker().failAt(failingReading);
    trial
        .limiter()
        .changeTo(
            List.of(new RateLimit(limit.permits(), limit.period().multipliedBy(2), limit.burst())));
    trial.limiter().changeTo(List.of(limit));
  }

  private Failing ticker() {
    return tickers.get(0);
  }
}
