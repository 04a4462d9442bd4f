package dev.flowshield.testkit;

import static dev.flowshield.testkit.Waiting.HOUR;
import static dev.flowshield.testkit.Waiting.acquire;
import static dev.flowshield.testkit.Waiting.requireAdmitted;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** What holds when the ticker steps back: it delays, and forgives nothing. */
final class ClockSteps {

  private static final List<String> KEYS = List.of("alice", "");
  private static final int ROUNDS = 8;
  private static final int NEWCOMERS = 40;
  // All in debt at once; all that are in debt and some room, once idle keys are let go of; plenty.
  private static final int[] MAX_KEYS = {1, 3 * NEWCOMERS / 2, 1_000};

  private static final int READINGS = 5;
  private static final long LONGEST_STEP = Duration.ofMinutes(59).toNanos();

  private final Trial trial;
  private final String key;
  private final Map<Long, Long> admitted = new HashMap<>(); // by the reading of the ticker
  private int newcomers;

  private ClockSteps(RateLimiterContract contract, RateLimit limit, String key, int maxKeys) {
    this.trial = new Trial(contract, limit, 0, spec -> spec.withMaxKeys(maxKeys));
    this.key = key;
    trial.turn(LONGEST_STEP + trial.idleNanos());
  }

  static void forgivesNothing(RateLimiterContract contract) {
    Random random = Trial.random();
    for (RateLimit limit : Limits.of(contract)) {
      for (String key : KEYS) {
        for (int maxKeys : MAX_KEYS) {
          new ClockSteps(contract, limit, key, maxKeys).forgivesNothing(contract, random);
        }
      }
    }
  }

  private void forgivesNothing(RateLimiterContract contract, Random random) {
    long idle = trial.idleNanos();
    for (int round = 0; round < ROUNDS; round++) {
      long step = 1 + random.nextLong(Math.min(LONGEST_STEP, idle));
      // spent after the step
      newcomersAsk();
      trial.turn(-step);
      takeAll();
      newcomersAsk();
      takeAll();
      trial.turn(step + idle);
      // spent, and as good as new when the newcomers come, before the step to the same instant
      takeAll();
      trial.turn(step);
      newcomersAsk();
      trial.turn(-step);
      takeAll();
      newcomersAsk();
      takeAll();
      trial.turn(step + idle);
      // spent before the step
      takeAll();
      newcomersAsk();
      trial.turn(-step);
      newcomersAsk();
      takeAll();
      trial.turn(step + idle);
    }
    for (int round = 0; round < ROUNDS; round++) { // the same instants come again and again
      for (long part : new long[] {7, -2, 3, -8}) {
        trial.turn(part * (1 + idle / 40));
        takeAll();
        newcomersAsk();
      }
    }
    long most = contract.worstCase(trial.limit(), Duration.ZERO);
    admitted.forEach((reading, permits) -> {
      if (permits > most) {
        throw trial.fault(
            "permits of key '" + key + "' at the reading " + reading + " of the ticker",
            "at most " + most,
            permits,
            "a key that is forgotten as idle may owe again when the ticker has stepped back");
      }
    });
    trial.requireWorstCase();
  }

  static void onlyDelays(RateLimiterContract contract) {
    Random random = Trial.random();
    for (RateLimit limit : Limits.of(contract)) {
      for (String key : KEYS) {
        for (int maxKeys : MAX_KEYS) {
          new ClockSteps(contract, limit, key, maxKeys).onlyDelays(random);
        }
      }
    }
  }

  private void onlyDelays(Random random) {
    for (int round = 0; round < ROUNDS; round++) {
      long step = 1 + random.nextLong(Math.min(LONGEST_STEP, trial.idleNanos()));
      newcomersAsk();
      takeAll();
      trial.turn(-step);
      newcomersAsk();
      takeAll();
      trial.turn(step + trial.idleNanos());
      trial.hasExactly(
          key, trial.limit().burst(), "the ticker has caught up, so all permits are back");
      trial.turn(trial.idleNanos());
      trial.spend("newcomer-" + newcomers++);
      trial.turn(trial.idleNanos());
    }
  }

  private void takeAll() {
    long taken = 0;
    while (taken <= 2 * trial.limit().burst() && trial.limiter().tryAcquire(key, 1)) {
      taken++;
    }
    trial.step("takes all of key '" + key + "': " + taken);
    if (taken > 0) {
      trial.use(key, taken);
      admitted.merge(trial.ticker().nanos(), taken, Long::sum);
    }
  }

  private void newcomersAsk() {
    for (int i = 0; i < NEWCOMERS; i++) {
      trial.limiter().tryAcquire("newcomer-" + newcomers++, 1);
    }
    trial.step(NEWCOMERS + " newcomers ask");
  }

  /**
   * A ticker that steps back by a nanosecond at one of its readings after its first future came.
   */
  private static final class Stepping implements Ticker {
    private final ManualTicker ticker;
    private final int reading;
    private int futures;
    private int left;

    Stepping(ManualTicker ticker, int reading) {
      this.ticker = ticker;
      this.reading = reading;
    }

    @Override
    public long nanos() {
      if (left > 0 && --left == 0) {
        ticker.advanceNanos(-1);
      }
      return ticker.nanos();
    }

    @Override
    public CompletableFuture<Void> after(long nanos) {
      CompletableFuture<Void> future = ticker.after(nanos);
      return futures++ == 0 ? future.thenRun(() -> left = reading) : future;
    }
  }

  static void delaysAWaiter(RateLimiterContract contract, RateLimit limit) {
    for (String key : KEYS) {
      for (int reading = 1; reading <= READINGS; reading++) {
        int stepsAt = reading;
        Trial trial = new Trial(
            contract,
            limit,
            0,
            spec -> spec.ticker() instanceof ManualTicker manual
                ? spec.withTicker(new Stepping(manual, stepsAt))
                : spec);
        long wait = trial.spendAndAsk(key);
        CompletableFuture<Decision> waiting = acquire(trial, key, 1, HOUR);
        trial.turn(wait);
        trial.step("the ticker steps back by 1 ns at reading " + reading + " of the waking");
        trial.turn(2);
        requireAdmitted(
            trial,
            waiting,
            "the ticker stepped back as the waiter was woken: let it wait for the rest");
        trial.rejects(key, limit.burst(), "the waiter has taken a permit");
      }
    }
  }
}
