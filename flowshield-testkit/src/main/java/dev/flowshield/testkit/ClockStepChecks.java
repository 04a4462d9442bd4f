package dev.flowshield.testkit;

import static dev.flowshield.testkit.PendingAcquires.HOUR;
import static dev.flowshield.testkit.PendingAcquires.acquire;
import static dev.flowshield.testkit.PendingAcquires.requireAdmitted;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Checks of a ticker that steps back: a step may delay permits, but must not forgive debts. */
final class ClockStepChecks {

  private static final List<String> KEYS = List.of("alice", "");
  private static final int ROUNDS = 8;
  private static final int NEWCOMERS = 40;
  // The first leaves every key in debt at once. The second has some room beyond the keys in debt,
  // once idle keys are removed. The third has plenty of room.
  private static final int[] MAX_KEYS = {1, 3 * NEWCOMERS / 2, 1_000};

  private static final int READINGS = 5;
  private static final long LONGEST_STEP = Duration.ofMinutes(59).toNanos();

  private final LimiterFixture fixture;
  private final String key;
  private final Map<Long, Long> admitted = new HashMap<>(); // by the reading of the ticker
  private int newcomers;

  private ClockStepChecks(RateLimiterContract contract, RateLimit limit, String key, int maxKeys) {
    this.fixture = new LimiterFixture(contract, limit, 0, spec -> spec.withMaxKeys(maxKeys));
    this.key = key;
    fixture.turn(LONGEST_STEP + fixture.idleNanos());
  }

  static void forgivesNothing(RateLimiterContract contract) {
    Random random = LimiterFixture.random();
    for (RateLimit limit : ContractLimits.of(contract)) {
      for (String key : KEYS) {
        for (int maxKeys : MAX_KEYS) {
          new ClockStepChecks(contract, limit, key, maxKeys).forgivesNothing(contract, random);
        }
      }
    }
  }

  private void forgivesNothing(RateLimiterContract contract, Random random) {
    long idle = fixture.idleNanos();
    for (int round = 0; round < ROUNDS; round++) {
      long step = 1 + random.nextLong(Math.min(LONGEST_STEP, idle));
      // spent after the step
      newcomersAsk();
      fixture.turn(-step);
      takeAll();
      newcomersAsk();
      takeAll();
      fixture.turn(step + idle);
      // spent, and idle when the new keys are used, before the step to the same instant
      takeAll();
      fixture.turn(step);
      newcomersAsk();
      fixture.turn(-step);
      takeAll();
      newcomersAsk();
      takeAll();
      fixture.turn(step + idle);
      // spent before the step
      takeAll();
      newcomersAsk();
      fixture.turn(-step);
      newcomersAsk();
      takeAll();
      fixture.turn(step + idle);
    }
    for (int round = 0; round < ROUNDS; round++) { // the same instants are reached repeatedly
      for (long part : new long[] {7, -2, 3, -8}) {
        fixture.turn(part * (1 + idle / 40));
        takeAll();
        newcomersAsk();
      }
    }
    long most = contract.worstCase(fixture.limit(), Duration.ZERO);
    admitted.forEach((reading, permits) -> {
      if (permits > most) {
        throw fixture.fault(
            "permits of key '" + key + "' at the reading " + reading + " of the ticker",
            "at most " + most,
            permits,
            "a key that was removed as idle may be in debt again when the ticker has stepped back");
      }
    });
    fixture.requireWorstCase();
  }

  static void onlyDelays(RateLimiterContract contract) {
    Random random = LimiterFixture.random();
    for (RateLimit limit : ContractLimits.of(contract)) {
      for (String key : KEYS) {
        for (int maxKeys : MAX_KEYS) {
          new ClockStepChecks(contract, limit, key, maxKeys).onlyDelays(random);
        }
      }
    }
  }

  private void onlyDelays(Random random) {
    for (int round = 0; round < ROUNDS; round++) {
      long step = 1 + random.nextLong(Math.min(LONGEST_STEP, fixture.idleNanos()));
      newcomersAsk();
      takeAll();
      fixture.turn(-step);
      newcomersAsk();
      takeAll();
      fixture.turn(step + fixture.idleNanos());
      fixture.hasExactly(
          key, fixture.limit().burst(), "the ticker has caught up, so all permits are refilled");
      fixture.turn(fixture.idleNanos());
      fixture.spend("newcomer-" + newcomers++);
      fixture.turn(fixture.idleNanos());
    }
  }

  private void takeAll() {
    long taken = 0;
    while (taken <= 2 * fixture.limit().burst() && fixture.limiter().tryAcquire(key, 1)) {
      taken++;
    }
    fixture.step("takes all of key '" + key + "': " + taken);
    if (taken > 0) {
      fixture.use(key, taken);
      admitted.merge(fixture.ticker().nanos(), taken, Long::sum);
    }
  }

  private void newcomersAsk() {
    for (int i = 0; i < NEWCOMERS; i++) {
      fixture.limiter().tryAcquire("newcomer-" + newcomers++, 1);
    }
    fixture.step(NEWCOMERS + " new keys are used");
  }

  /**
   * A ticker that steps back by a nanosecond at one of its readings after its first future was
   * requested.
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
        LimiterFixture fixture = new LimiterFixture(
            contract,
            limit,
            0,
            spec -> spec.ticker() instanceof ManualTicker manual
                ? spec.withTicker(new Stepping(manual, stepsAt))
                : spec);
        long wait = fixture.spendForWait(key);
        CompletableFuture<Decision> waiting = acquire(fixture, key, 1, HOUR);
        fixture.turn(wait);
        fixture.step("the ticker steps back by 1 ns at reading " + reading + " of the wake-up");
        fixture.turn(2);
        requireAdmitted(
            fixture,
            waiting,
            "the ticker stepped back as the waiter was woken: let it wait for the rest");
        fixture.rejects(key, limit.burst(), "the waiter has taken a permit");
      }
    }
  }
}
