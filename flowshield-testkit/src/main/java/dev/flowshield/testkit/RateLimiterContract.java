package dev.flowshield.testkit;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.RateLimiter.Capability;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every {@link RateLimiter} has to keep, as tests: a limiter's author implements this in a
 * test class and says how to make the limiter.
 *
 * <pre>{@code
 * class MyLimiterContractTest implements RateLimiterContract {
 *   @Override
 *   public RateLimiter limiter(LimiterSpec spec) {
 *     return new MyLimiter(spec.limit(), spec.ticker(), spec.maxKeys());
 *   }
 * }
 * }</pre>
 *
 * <p>That tests a token bucket. A limiter that means its limits in another way says so with
 * {@link #worstCase} and {@link #limits}; one that keeps several limits on each key says so with
 * {@link #keepsSeveralLimits}. What else it can do it says itself, with
 * {@link RateLimiter#capabilities()}: only that is tested, and what it cannot must be rejected.
 *
 * <p>The limiter reads the time from the ticker of the spec alone, and waits by
 * {@link dev.flowshield.Ticker#after}: the tests turn a {@link ManualTicker} and never sleep.
 * Random schedules have a fixed seed, told by each failure; the system property
 * {@code flowshield.testkit.seed} sets another. All tests together take a few seconds for a limiter
 * in memory.
 *
 * <p><b>What a pass does not prove.</b> Threads race by chance, so a race that is rare may stay
 * unseen; memory is measured by whether keys are held, so what a limiter keeps instead of keys is
 * not seen.
 */
public interface RateLimiterContract {

  /**
   * A new limiter without any memory of others, that reads the time from the ticker of the spec.
   * Called many times.
   */
  RateLimiter limiter(LimiterSpec spec);

  /**
   * The limits to test with. Waiting is tested with those of them that come back within 5 minutes.
   *
   * <p>Unless overridden: even and odd rates, bursts below and above the permits, from one a second
   * to seven a microsecond.
   */
  default List<RateLimit> limits() {
    return Stream.of("10/s", "7/s burst 3", "1/s", "1000/min burst 50", "7/us burst 20")
        .map(RateLimit::parse)
        .toList();
  }

  /**
   * The most permits that may pass in any span of this length, both its ends included; of length
   * zero, at one instant.
   *
   * <p>Unless overridden, that of a token bucket: the burst, and what comes back in the span,
   * rounded down.
   */
  default long worstCase(RateLimit limit, Duration span) {
    return BigInteger.valueOf(span.toNanos())
        .multiply(BigInteger.valueOf(limit.permits()))
        .divide(BigInteger.valueOf(limit.period().toNanos()))
        .add(BigInteger.valueOf(limit.burst()))
        .longValueExact();
  }

  /**
   * By which part the rate may stay below the limit in the long run. Unless overridden: a
   * millionth.
   */
  default double rateTolerance() {
    return 1e-6;
  }

  /**
   * Whether the limiter keeps several limits on each key, {@link LimiterSpec#ofAll}. Unless
   * overridden: no.
   */
  default boolean keepsSeveralLimits() {
    return false;
  }

  // One key, one thread.

  /** A key that was never seen has its whole burst, and not a permit more. */
  @Test
  default void admitsAWholeBurstAtOnceAndNoMore() {
    OneKey.admitsAWholeBurstAtOnceAndNoMore(this);
  }

  /** In no span of a random schedule does more pass than the worst case. */
  @Test
  default void neverAdmitsMoreThanTheWorstCase() {
    OneKey.neverAdmitsMoreThanTheWorstCase(this, 0);
  }

  /** The same where the count of the ticker wraps around, and where it passes zero. */
  @Test
  default void neverAdmitsMoreWhereTheTickerWrapsAround() {
    OneKey.neverAdmitsMoreWhereTheTickerWrapsAround(this);
  }

  /** The same with a ticker that also steps back. */
  @Test
  default void neverAdmitsMoreWhenTheTickerStepsBack() {
    OneKey.neverAdmitsMoreWhenTheTickerStepsBack(this);
  }

  /**
   * A spent key stays spent however the ticker steps back and forth before its permits come back.
   */
  @Test
  default void aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth() {
    OneKey.aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth(this);
  }

  /**
   * After a step back, no key gets a second burst at one reading of the ticker: also if it was idle
   * before the step, or is the first to ask after it, and however many keys come between.
   */
  @Test
  default void aStepBackForgivesNothingHoweverManyKeysCome() {
    ClockSteps.forgivesNothing(this);
  }

  /** When the ticker has caught up after a step back, all permits are back. */
  @Test
  default void aStepBackOnlyDelaysWhatComesBack() {
    ClockSteps.onlyDelays(this);
  }

  /**
   * After exactly the wait that a rejection tells the permits are there; a nanosecond before, they
   * are not.
   */
  @Test
  default void tellsTheShortestWaitThatHelps() {
    OneKey.tellsTheShortestWaitThatHelps(this);
  }

  /** As many permits as remain can be taken, and not one more. */
  @Test
  default void tellsExactlyWhatRemains() {
    OneKey.tellsExactlyWhatRemains(this);
  }

  /** However often a request is rejected, it costs nothing. */
  @Test
  default void aRejectionTakesNothing() {
    OneKey.aRejectionTakesNothing(this);
  }

  /** {@code tryAcquireUpTo} takes what is there, and nothing where nothing is. */
  @Test
  default void takesAPartWhereNotAllIsThere() {
    Parts.takesAPartWhereNotAllIsThere(this);
  }

  /** {@code tryAcquire} and {@code decideAsync} answer what {@code decide} would. */
  @Test
  default void allWaysToAskAgree() {
    OneKey.allWaysToAskAgree(this);
  }

  /** A caller that takes each permit as soon as it is there gets the whole rate, and no more. */
  @Test
  default void admitsTheWholeRateInTheLongRunAndNoMore() {
    OneKey.admitsTheWholeRateInTheLongRunAndNoMore(this);
  }

  /**
   * Permits below 1 or above the burst, however many, are a caller's mistake, and nothing is taken.
   */
  @Test
  default void rejectsPermitsThatCanNeverBeHad() {
    OneKey.rejectsPermitsThatCanNeverBeHad(this);
  }

  /** A limit near the ends of what can be said is kept, or rejected when the limiter is made. */
  @Test
  default void keepsOrRejectsExtremeLimits() {
    OneKey.keepsOrRejectsExtremeLimits(this);
  }

  // Many keys.

  /** What one key takes no other lacks, also where hashes of strings are equal. */
  @Test
  default void keysAreIndependent() {
    ManyKeys.keysAreIndependent(this);
  }

  /** The empty key has its own allowance, the one of the calls without a key. */
  @Test
  default void theEmptyKeyIsAKey() {
    ManyKeys.theEmptyKeyIsAKey(this);
  }

  /** Null is a caller's mistake. */
  @Test
  default void rejectsNullForAKey() {
    ManyKeys.rejectsNullForAKey(this);
  }

  /**
   * A key of {@link RateLimiter#LONGEST_KEY} characters is a key; a longer one is a caller's
   * mistake.
   */
  @Test
  default void rejectsAKeyThatIsTooLong() {
    ManyKeys.rejectsAKeyThatIsTooLong(this);
  }

  /** A spent key stays spent while 200,000 keys come by and the limiter may remember 1,000. */
  @Test
  default void neverForgivesASpentKeyInAFlood() {
    ManyKeys.neverForgivesASpentKeyInAFlood(this);
  }

  /** When the keys of a flood are idle again, newcomers have their permits. */
  @Test
  default void letsNewcomersInAfterAFlood() {
    ManyKeys.letsNewcomersInAfterAFlood(this);
  }

  /**
   * Of the keys of a flood, no more are held than a small multiple of the clients that the spec
   * allows.
   */
  @Test
  default void holdsNoMoreKeysThanItMay() {
    ManyKeys.holdsNoMoreKeysThanItMay(this);
  }

  // Threads.

  /** Threads that take at one instant get the whole burst together, and no more. */
  @Test
  default void threadsGetOneBurstTogether() throws Exception {
    Races.threadsGetOneBurstTogether(this);
  }

  /**
   * In no span does more pass than the worst case while threads take and others turn the ticker.
   */
  @Test
  default void neverAdmitsMoreUnderThreads() throws Exception {
    Races.neverAdmitsMoreUnderThreads(this);
  }

  /**
   * A ticker that throws once, in whichever operation that the limiter is capable of, leaves it
   * usable on every thread; and no more is admitted than the worst case.
   */
  @TestFactory
  default Stream<DynamicTest> survivesItsTicker() {
    return TickerFailures.of(this);
  }

  // What only some limiters can.

  /** {@link Capability#ACQUIRE}: waiting for permits. */
  @TestFactory
  default Stream<DynamicTest> waits() {
    return Waits.of(this);
  }

  /** {@link Capability#RESERVE}: an estimate that is settled. */
  @TestFactory
  default Stream<DynamicTest> reserves() {
    return Reserves.of(this);
  }

  /**
   * {@link Capability#PEEK}, {@link Capability#RESET} and {@link Capability#CHANGE}: what operators
   * do.
   */
  @TestFactory
  default Stream<DynamicTest> isOperated() {
    return Operations.of(this);
  }

  /** {@link #keepsSeveralLimits()}: all of them hold, or nothing is taken. */
  @TestFactory
  default Stream<DynamicTest> keepsSeveral() {
    return Several.of(this);
  }
}
