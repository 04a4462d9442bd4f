package dev.flowshield.testkit;

import static dev.flowshield.testkit.CapabilityChecks.test;
import static dev.flowshield.testkit.PendingAcquires.HOUR;
import static dev.flowshield.testkit.PendingAcquires.acquire;
import static dev.flowshield.testkit.PendingAcquires.asked;
import static dev.flowshield.testkit.PendingAcquires.requireAdmitted;
import static dev.flowshield.testkit.PendingAcquires.requireNothingPending;
import static dev.flowshield.testkit.PendingAcquires.requireWaiting;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Checks of a caller that waits for permits. */
final class AcquireChecks {

  private static final String KEY = PendingAcquires.KEY;
  private static final int READINGS = 6;

  /** A ticker that advances at one of its readings, as if the thread were preempted there. */
  private static final class Moving implements Ticker {
    private final ManualTicker ticker;
    private int left; // readings up to that one; 0 for no advance
    private long nanos;

    private Moving(ManualTicker ticker) {
      this.ticker = ticker;
    }

    static Moving of(ManualTicker ticker, List<Moving> made) {
      Moving moving = new Moving(ticker);
      made.add(moving);
      return moving;
    }

    void moveAt(int reading, long byNanos) {
      left = reading;
      nanos = byNanos;
    }

    @Override
    public long nanos() {
      if (left > 0 && --left == 0) {
        ticker.advanceNanos(nanos);
      }
      return ticker.nanos();
    }

    @Override
    public CompletableFuture<Void> after(long time) {
      return ticker.after(time);
    }
  }

  private final RateLimiterContract contract;

  private AcquireChecks(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract) {
    if (!CapabilityChecks.has(contract, Capability.ACQUIRE)) {
      return CapabilityChecks.unsupported(
          contract, "acquireAsync", fixture -> asked(fixture, 1, Duration.ZERO));
    }
    AcquireChecks waits = new AcquireChecks(contract);
    List<RateLimit> limits = CapabilityChecks.refilledSoon(contract);
    Stream<DynamicTest> one = Stream.of(
        test("admitsAvailablePermitsAtOnce", limits, waits::admitsAvailablePermitsAtOnce),
        test(
            "waitsExactlyUntilThePermitsAreAvailable",
            limits,
            waits::waitsExactlyUntilThePermitsAreAvailable),
        test("rejectsAtOnceIfTheWaitIsTooLong", limits, waits::rejectsAtOnceIfTheWaitIsTooLong),
        test(
            "neverRejectsACallerThatIsWillingToWait",
            limits,
            waits::neverRejectsACallerThatIsWillingToWait),
        test("rejectsAnInvalidWait", limits, waits::rejectsAnInvalidWait),
        test("wakesAThreadThatWaits", limits, waits::wakesAThreadThatWaits),
        test(
            "delaysAWaiterWhenTheTickerStepsBackAsItIsWoken",
            limits,
            limit -> ClockStepChecks.delaysAWaiter(contract, limit)));
    return Stream.of(
            one,
            WaitQueueChecks.of(contract, limits),
            CancelledWaitChecks.of(contract, limits),
            AcquireAndReserveChecks.of(contract, limits))
        .flatMap(tests -> tests);
  }

  private void admitsAvailablePermitsAtOnce(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    CompletableFuture<Decision> whole = acquire(fixture, limit.burst(), Duration.ZERO);
    requireAdmitted(fixture, whole, "a new key has its whole burst, so no call waits");
    fixture.rejects(KEY, 1, "acquire took the whole burst");
    requireNothingPending(fixture);
  }

  private void waitsExactlyUntilThePermitsAreAvailable(RateLimit limit) {
    for (long permits : new long[] {1, limit.burst()}) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      fixture.spend(KEY);
      long wait = fixture.rejects(KEY, permits, "the burst is spent").retryAfterNanos();
      CompletableFuture<Decision> waiting = acquire(fixture, permits, HOUR);
      fixture.turn(wait - 1);
      requireWaiting(
          fixture,
          waiting,
          "the permits are available a nanosecond later, as the rejection reported");
      fixture.turn(1);
      requireAdmitted(
          fixture, waiting, "the permits are available now: wait with the ticker of the spec");
      fixture.rejects(KEY, limit.burst(), "the waiter has taken permits");
      fixture.requireWorstCase();
      requireNothingPending(fixture);
    }
  }

  private void rejectsAtOnceIfTheWaitIsTooLong(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    long wait = fixture.spendForWait(KEY);
    for (Duration tooShort : List.of(Duration.ZERO, Duration.ofNanos(wait - 1))) {
      Decision decision = acquire(fixture, 1, tooShort).getNow(null);
      if (!(decision instanceof Decision.Rejected rejected)) {
        throw fixture.fault(
            "the result of acquire with a wait of " + tooShort,
            "rejected at once",
            decision == null ? "pending" : decision,
            "the permits are refilled in " + wait + " ns, so waiting cannot help");
      }
      if (rejected.retryAfterNanos() != wait || rejected.reason() != Decision.Reason.OVER_LIMIT) {
        throw fixture.fault(
            "retryAfterNanos of acquire, with room in the queue",
            wait,
            rejected,
            "it returns the same as decide");
      }
    }
    fixture.turn(wait - 1);
    CompletableFuture<Decision> waiting = acquire(fixture, 1, Duration.ofNanos(1));
    requireWaiting(
        fixture,
        waiting,
        "the wait is just long enough, and the rejected caller has taken nothing");
    fixture.turn(1);
    requireAdmitted(fixture, waiting, "the wait is over");
  }

  /** Also checks the case that permits are refilled between two readings of the ticker. */
  private void neverRejectsACallerThatIsWillingToWait(RateLimit limit) {
    for (int reading = 1; reading <= READINGS; reading++) {
      for (int share = 1; share <= 3; share++) { // a third of the wait, or more
        List<Moving> tickers = new ArrayList<>(1);
        LimiterFixture fixture = new LimiterFixture(
            contract,
            limit,
            0,
            spec -> spec.ticker() instanceof ManualTicker manual
                ? spec.withTicker(Moving.of(manual, tickers))
                : spec);
        long wait = fixture.spendForWait(KEY);
        long moved = Math.max(1, wait / 3 * share + wait % 3);
        tickers.get(0).moveAt(reading, moved);
        fixture.step("the ticker moves by " + moved + " ns at reading " + reading);
        CompletableFuture<Decision> waiting = acquire(fixture, 1, HOUR);
        tickers.get(0).moveAt(0, 0);
        fixture.turn(wait);
        requireAdmitted(
            fixture,
            waiting,
            "it would wait for an hour: if its permits were refilled after the ticker was read,"
                + " decide again with a newer reading");
        fixture.requireWorstCase();
        requireNothingPending(fixture);
      }
    }
  }

  private void rejectsAnInvalidWait(RateLimit limit) {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    for (Duration none : List.of(
        Duration.ofNanos(-1),
        Duration.ofSeconds(Long.MIN_VALUE),
        HOUR.plusNanos(1),
        Duration.ofSeconds(Long.MAX_VALUE))) {
      RejectionChecks.require(
          fixture,
          IllegalArgumentException.class,
          "acquireAsync with a wait of " + none,
          () -> asked(fixture, 1, none));
      RejectionChecks.require(
          fixture,
          IllegalArgumentException.class,
          "acquire with a wait of " + none,
          () -> fixture.limiter().acquire(KEY, 1, none));
    }
    for (long permits : new long[] {0, -1}) {
      RejectionChecks.require(
          fixture,
          IllegalArgumentException.class,
          "acquireAsync with " + permits + " permits",
          () -> asked(fixture, permits, HOUR));
    }
    for (long permits : RejectionChecks.beyond(limit)) {
      String call = "acquireAsync with " + permits + " permits";
      RejectionChecks.requireNotRetryable(
          fixture,
          call,
          Results.of(fixture, call, fixture.limiter().acquireAsync(KEY, permits, HOUR)));
    }
    fixture.hasExactly(KEY, limit.burst(), "a rejected call takes nothing");
  }

  private void wakesAThreadThatWaits(RateLimit limit) throws Exception {
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    long wait = fixture.spendForWait(KEY);
    ExecutorService thread = Executors.newSingleThreadExecutor(ConcurrencyChecks::thread);
    try {
      Future<Decision> waiting = thread.submit(() -> fixture.limiter().acquire(KEY, 1, HOUR));
      fixture.ticker().awaitPending(1);
      fixture.turn(wait);
      Object given = Results.within(ConcurrencyChecks.TIMEOUT_SECONDS, waiting);
      if (!(given instanceof Decision.Admitted)) {
        throw fixture.fault(
            "the result of a waiting thread",
            "admitted",
            given,
            "the permits are available now: wake the thread when the future of the ticker completes");
      }
    } finally {
      thread.shutdownNow();
    }
  }
}
