package dev.flowshield.testkit;

import static dev.flowshield.testkit.CapabilityChecks.has;
import static dev.flowshield.testkit.CapabilityChecks.test;
import static dev.flowshield.testkit.PendingAcquires.HOUR;
import static dev.flowshield.testkit.PendingAcquires.acquire;
import static dev.flowshield.testkit.PendingAcquires.requireAdmitted;

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

/** Checks of a ticker that throws once: the limiter must stay usable and must not admit more. */
final class TickerFailureChecks {

  private static final List<String> KEYS = List.of("alice", "");
  private static final int READINGS = 6;

  /** A call for a key, during which the ticker throws at the given reading; 0 for no exception. */
  @FunctionalInterface
  private interface Call {
    void of(TickerFailureChecks test, String key, int failingReading);
  }

  private record Operation(String name, @Nullable Capability needs, Call call) {}

  private static final List<Operation> OPERATIONS = List.of(
      new Operation("decide", null, TickerFailureChecks::decide),
      new Operation("tryAcquire", null, TickerFailureChecks::tryAcquire),
      new Operation("acquireAsync", Capability.ACQUIRE, TickerFailureChecks::acquireAsync),
      new Operation("wakingAWaiter", Capability.ACQUIRE, TickerFailureChecks::wake),
      new Operation("givingUp", Capability.ACQUIRE, TickerFailureChecks::giveUp),
      new Operation("reserve", Capability.RESERVE, TickerFailureChecks::reserve),
      new Operation("settle", Capability.RESERVE, (test, key, at) -> test.settle(key, at, 2)),
      new Operation("cancel", Capability.RESERVE, (test, key, at) -> test.settle(key, at, 0)),
      new Operation("peek", Capability.PEEK, TickerFailureChecks::peek),
      new Operation("reset", Capability.RESET, TickerFailureChecks::reset),
      new Operation("changeTo", Capability.CHANGE, TickerFailureChecks::changeTo));

  /** A ticker that throws once, at a reading or when a future is requested. */
  private static final class Failing implements Ticker {
    private final Ticker ticker;
    private volatile int left; // readings up to the one that throws; 0 for no exception

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
  private final LimiterFixture fixture;

  private TickerFailureChecks(RateLimiterContract contract, RateLimit limit) {
    fixture = new LimiterFixture(contract, limit, 0, spec -> {
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
                ? CapabilityChecks.refilledSoon(contract)
                : ContractLimits.of(contract),
            limit -> worksAfterwards(contract, limit, operation)));
  }

  private static void worksAfterwards(
      RateLimiterContract contract, RateLimit limit, Operation operation) throws Exception {
    for (String key : KEYS) {
      for (int reading = 1; reading <= READINGS; reading++) {
        for (boolean spent : new boolean[] {false, true}) {
          TickerFailureChecks test = new TickerFailureChecks(contract, limit);
          if (spent) {
            test.fixture.spend(key);
          }
          test.worksAfterwards(operation, key, reading);
        }
      }
    }
  }

  private void worksAfterwards(Operation operation, String key, int reading) throws Exception {
    fixture.step(operation.name + ", and the ticker throws at reading " + reading);
    try {
      operation.call.of(this, key, reading);
    } catch (RuntimeException thrown) {
      fixture.step("it threw " + thrown);
    }
    ticker().failAt(0);
    waiting.forEach(future -> future.cancel(false));
    waiting.clear();

    requireWorks(operation, key);
    operation.call.of(this, key, 0); // on this thread too

    fixture.takeAll(key);
    fixture.requireWorstCase();
    fixture.turn(8 * fixture.idleNanos());
    waiting.forEach(
        future -> requireAdmitted(fixture, future, "all permits were refilled long ago"));
    fixture.turn(4 * fixture.idleNanos());
    fixture.hasExactly(key, fixture.limit().burst(), "an idle key has its whole burst");
  }

  private void requireWorks(Operation operation, String key) throws Exception {
    Throwable failure;
    try {
      ConcurrencyChecks.run(List.of(() -> {
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
    throw fixture.fault(
        operation.name + " on another thread, after the ticker has thrown in it",
        "a result within " + ConcurrencyChecks.TIMEOUT_SECONDS + " s",
        failure,
        "unlock in a finally block, and take nothing before the ticker was read");
  }

  private void decide(String key, int failingReading) {
    ticker().failAt(failingReading);
    fixture.decide(key, 1);
  }

  private void tryAcquire(String key, int failingReading) {
    ticker().failAt(failingReading);
    if (fixture.limiter().tryAcquire(key, 1)) {
      fixture.use(key, 1);
    }
  }

  private void acquireAsync(String key, int failingReading) {
    ticker().failAt(failingReading);
    waiting.add(acquire(fixture, key, 1, HOUR));
  }

  /** Wakes a waiter. The waiter may fail, but must not wait forever. */
  private void wake(String key, int failingReading) {
    fixture.takeAll(key);
    CompletableFuture<Decision> future = acquire(fixture, key, 1, HOUR);
    ticker().failAt(failingReading);
    fixture.turn(2 * fixture.idleNanos());
    ticker().failAt(0);
    fixture.turn(2 * fixture.idleNanos());
    if (!future.isDone()) {
      throw fixture.fault(
          "a waiter after all permits were refilled",
          "served, or failed if the ticker has thrown",
          "still waiting",
          "a failure to wake a waiter must not lose it");
    }
    if (failingReading == 0) {
      requireAdmitted(fixture, future, "all permits were refilled long ago");
    }
  }

  private void giveUp(String key, int failingReading) {
    fixture.takeAll(key);
    CompletableFuture<Decision> first = acquire(fixture, key, fixture.limit().burst(), HOUR);
    CompletableFuture<Decision> second = acquire(fixture, key, 1, HOUR);
    ticker().failAt(failingReading);
    first.cancel(false);
    ticker().failAt(0);
    fixture.turn(4 * fixture.idleNanos());
    if (!second.isDone()) {
      throw fixture.fault(
          "a waiter behind one that gave up",
          "served, or failed if the ticker has thrown",
          "still waiting",
          "a failure to move a waiter up must not lose it");
    }
    if (failingReading == 0) {
      requireAdmitted(fixture, second, "all permits were refilled long ago");
    }
  }

  private void reserve(String key, int failingReading) {
    ticker().failAt(failingReading);
    if (fixture.limiter().reserve(key, 1).isHeld()) {
      fixture.use(key, 1);
    }
  }

  private void settle(String key, int failingReading, long used) {
    if (fixture.limiter().reserve(key, 1) instanceof Reservation.Held held) {
      if (used > 0) {
        fixture.use(key, 1);
      }
      ticker().failAt(failingReading);
      held.settle(used);
    }
  }

  private void peek(String key, int failingReading) {
    ticker().failAt(failingReading);
    fixture.step("peek('" + key + "'): " + fixture.limiter().peek(key));
  }

  /** Resets another key, because a reset gives permits. */
  private void reset(String key, int failingReading) {
    ticker().failAt(failingReading);
    fixture.limiter().reset("not " + key);
  }

  /** Changes to half the rate and back, so that the fixture ends with its own limit. */
  private void changeTo(String key, int failingReading) {
    RateLimit limit = fixture.limit();
    ticker().failAt(failingReading);
    fixture
        .limiter()
        .changeTo(
            List.of(new RateLimit(limit.permits(), limit.period().multipliedBy(2), limit.burst())));
    fixture.limiter().changeTo(List.of(limit));
  }

  private Failing ticker() {
    return tickers.get(0);
  }
}
