package dev.flowshield.testkit;

import static dev.flowshield.testkit.Capabilities.test;
import static dev.flowshield.testkit.Waiting.HOUR;
import static dev.flowshield.testkit.Waiting.acquire;
import static dev.flowshield.testkit.Waiting.asked;
import static dev.flowshield.testkit.Waiting.requireAdmitted;
import static dev.flowshield.testkit.Waiting.requireNothingPending;
import static dev.flowshield.testkit.Waiting.requireWaiting;

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

/** What holds for a caller that waits for permits. */
final class Waits {

  private static final String KEY = Waiting.KEY;
  private static final int READINGS = 6;

  /** A ticker that moves on at one of its readings, as for a thread that is preempted there. */
  private static final class Moving implements Ticker {
    private final ManualTicker ticker;
    private int left; // readings up to that one; 0 for none
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

  private Waits(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract) {
    if (!Capabilities.has(contract, Capability.ACQUIRE)) {
      return Capabilities.unsupported(
          contract, "acquireAsync", trial -> asked(trial, 1, Duration.ZERO));
    }
    Waits waits = new Waits(contract);
    List<RateLimit> limits = Capabilities.soonBack(contract);
    Stream<DynamicTest> one = Stream.of(
        test("admitsAtOnceWhatIsThere", limits, waits::admitsAtOnceWhatIsThere),
        test(
            "waitsExactlyUntilThePermitsAreThere",
            limits,
            waits::waitsExactlyUntilThePermitsAreThere),
        test("rejectsAtOnceWhatWouldComeTooLate", limits, waits::rejectsAtOnceWhatWouldComeTooLate),
        test(
            "neverRejectsACallerThatIsWillingToWait",
            limits,
            waits::neverRejectsACallerThatIsWillingToWait),
        test("rejectsAWaitThatIsNone", limits, waits::rejectsAWaitThatIsNone),
        test("wakesAThreadThatWaits", limits, waits::wakesAThreadThatWaits),
        test(
            "delaysAWaiterWhenTheTickerStepsBackAsItIsWoken",
            limits,
            limit -> ClockSteps.delaysAWaiter(contract, limit)));
    return Stream.of(
            one,
            Queues.of(contract, limits),
            GivingUp.of(contract, limits),
            WaitsAndReserves.of(contract, limits))
        .flatMap(tests -> tests);
  }

  private void admitsAtOnceWhatIsThere(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    CompletableFuture<Decision> whole = acquire(trial, limit.burst(), Duration.ZERO);
    requireAdmitted(trial, whole, "a new key has its whole burst: no call waits for what is there");
    trial.rejects(KEY, 1, "acquire took the whole burst");
    requireNothingPending(trial);
  }

  private void waitsExactlyUntilThePermitsAreThere(RateLimit limit) {
    for (long permits : new long[] {1, limit.burst()}) {
      Trial trial = new Trial(contract, limit);
      trial.spend(KEY);
      long wait = trial.rejects(KEY, permits, "the burst is spent").retryAfterNanos();
      CompletableFuture<Decision> waiting = acquire(trial, permits, HOUR);
      trial.turn(wait - 1);
      requireWaiting(
          trial, waiting, "the permits are there a nanosecond later, as the rejection told");
      trial.turn(1);
      requireAdmitted(trial, waiting, "the permits are there now: wait by the ticker of the spec");
      trial.rejects(KEY, limit.burst(), "who waited has taken permits");
      trial.requireWorstCase();
      requireNothingPending(trial);
    }
  }

  private void rejectsAtOnceWhatWouldComeTooLate(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    long wait = trial.spendAndAsk(KEY);
    for (Duration tooShort : List.of(Duration.ZERO, Duration.ofNanos(wait - 1))) {
      Decision decision = acquire(trial, 1, tooShort).getNow(null);
      if (!(decision instanceof Decision.Rejected rejected)) {
        throw trial.fault(
            "the answer to acquire with a wait of " + tooShort,
            "rejected at once",
            decision == null ? "no answer yet" : decision,
            "the permits come back in " + wait + " ns, so waiting is of no use");
      }
      if (rejected.retryAfterNanos() != wait || rejected.reason() != Decision.Reason.OVER_LIMIT) {
        throw trial.fault(
            "retryAfterNanos of acquire, with room for those who wait",
            wait,
            rejected,
            "it answers as decide does");
      }
    }
    trial.turn(wait - 1);
    CompletableFuture<Decision> waiting = acquire(trial, 1, Duration.ofNanos(1));
    requireWaiting(
        trial, waiting, "the wait is just long enough, and who was rejected has taken nothing");
    trial.turn(1);
    requireAdmitted(trial, waiting, "the wait is over");
  }

  /** Also if permits come back between two readings of the ticker. */
  private void neverRejectsACallerThatIsWillingToWait(RateLimit limit) {
    for (int reading = 1; reading <= READINGS; reading++) {
      for (int share = 1; share <= 3; share++) { // of the wait: a third of it, or more
        List<Moving> tickers = new ArrayList<>(1);
        Trial trial = new Trial(
            contract,
            limit,
            0,
            spec -> spec.ticker() instanceof ManualTicker manual
                ? spec.withTicker(Moving.of(manual, tickers))
                : spec);
        long wait = trial.spendAndAsk(KEY);
        long moved = Math.max(1, wait / 3 * share + wait % 3);
        tickers.get(0).moveAt(reading, moved);
        trial.step("the ticker moves by " + moved + " ns at reading " + reading);
        CompletableFuture<Decision> waiting = acquire(trial, 1, HOUR);
        tickers.get(0).moveAt(0, 0);
        trial.turn(wait);
        requireAdmitted(
            trial,
            waiting,
            "it would wait for an hour: if its permits have come back since the ticker was read,"
                + " judge it again by a newer reading");
        trial.requireWorstCase();
        requireNothingPending(trial);
      }
    }
  }

  private void rejectsAWaitThatIsNone(RateLimit limit) {
    Trial trial = new Trial(contract, limit);
    for (Duration none : List.of(
        Duration.ofNanos(-1),
        Duration.ofSeconds(Long.MIN_VALUE),
        HOUR.plusNanos(1),
        Duration.ofSeconds(Long.MAX_VALUE))) {
      Rejections.require(
          trial,
          IllegalArgumentException.class,
          "acquireAsync with a wait of " + none,
          () -> asked(trial, 1, none));
      Rejections.require(
          trial,
          IllegalArgumentException.class,
          "acquire with a wait of " + none,
          () -> trial.limiter().acquire(KEY, 1, none));
    }
    for (long permits : new long[] {0, -1}) {
      Rejections.require(
          trial,
          IllegalArgumentException.class,
          "acquireAsync with " + permits + " permits",
          () -> asked(trial, permits, HOUR));
    }
    for (long permits : Rejections.beyond(limit)) {
      String call = "acquireAsync with " + permits + " permits";
      Rejections.requireForGood(
          trial, call, Answers.of(trial, call, trial.limiter().acquireAsync(KEY, permits, HOUR)));
    }
    trial.hasExactly(KEY, limit.burst(), "what is rejected takes nothing");
  }

  private void wakesAThreadThatWaits(RateLimit limit) throws Exception {
    Trial trial = new Trial(contract, limit);
    long wait = trial.spendAndAsk(KEY);
    ExecutorService thread = Executors.newSingleThreadExecutor(Races::thread);
    try {
      Future<Decision> waiting = thread.submit(() -> trial.limiter().acquire(KEY, 1, HOUR));
      trial.ticker().awaitPending(1);
      trial.turn(wait);
      Object given = Answers.within(Races.PATIENCE_SECONDS, waiting);
      if (!(given instanceof Decision.Admitted)) {
        throw trial.fault(
            "the answer to a thread that waited",
            "admitted",
            given,
            "the permits are there now: wake it when the future of the ticker comes");
      }
    } finally {
      thread.shutdownNow();
    }
  }
}
