package dev.flowshield.testkit;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.RateLimiter.Capability;
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
 * {@link #canEnforceSeveralLimits}. What else it can do it says itself, with
 * {@link RateLimiter#capabilities()}: only that is tested, and what it cannot must be rejected.
 *
 * <p>The limiter reads the time from the ticker of the spec alone, and waits by
 * {@link dev.flowshield.Ticker#after}: the tests turn a {@link ManualTicker} and never sleep.
 * Random schedules have a fixed seed, told by each failure; the system property
 * {@code flowshield.testkit.seed} sets another. All tests together take a few seconds for a limiter
 * in memory. A limiter that blocks, never completes a future or takes too long fails the test, as
 * each test runs on a thread of its own for no longer than {@link #timeout}.
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
    return ContractLimits.EVEN_AND_ODD;
  }

  /**
   * The most permits that may pass in any span of this length, both its ends included; of length
   * zero, at one instant.
   *
   * <p>Unless overridden, that of a token bucket: the burst, and what comes back in the span,
   * rounded down.
   */
  default long worstCase(RateLimit limit, Duration span) {
    return ContractLimits.worstCaseOfATokenBucket(limit, span);
  }

  /** By which part the rate may miss the limit in the long run. Unless overridden: a millionth. */
  default double rateTolerance() {
    return 1e-6;
  }

  /**
   * How long one test may take at most, each of the dynamic ones by itself. Unless overridden: 30
   * seconds, many times what a limiter in memory takes.
   */
  default Duration timeout() {
    return Duration.ofSeconds(30);
  }

  /**
   * Whether the limiter keeps several limits on each key, {@link LimiterSpec#ofAll}. Unless
   * overridden: no.
   */
  default boolean canEnforceSeveralLimits() {
    return false;
  }

  /**
   * How many keys that were never seen come in a flood, of which the limiter may remember 1,000.
   * Unless overridden: 200,000. Fewer, but not below 40,000, are for limiters that take long to
   * ask.
   */
  default int floodSize() {
    return 200_000;
  }

  // One key, one thread.

  /** A key that was never seen has its whole burst, and not a permit more. */
  @Test
  default void admitsAWholeBurstAtOnceAndNoMore() {
    TestWatchdog.run(this, SingleKeyChecks::admitsAWholeBurstAtOnceAndNoMore);
  }

  /** In no span of a random schedule does more pass than the worst case. */
  @Test
  default void neverAdmitsMoreThanTheWorstCase() {
    TestWatchdog.run(this, it -> WorstCaseChecks.neverAdmitsMoreThanTheWorstCase(it, 0));
  }

  /** The same where the count of the ticker wraps around, and where it passes zero. */
  @Test
  default void neverAdmitsMoreWhenTheTickerWrapsAround() {
    TestWatchdog.run(this, WorstCaseChecks::neverAdmitsMoreWhenTheTickerWrapsAround);
  }

  /** The same with a ticker that also steps back. */
  @Test
  default void neverAdmitsMoreWhenTheTickerStepsBack() {
    TestWatchdog.run(this, WorstCaseChecks::neverAdmitsMoreWhenTheTickerStepsBack);
  }

  /** A spent key stays spent however the ticker steps before its permits come back. */
  @Test
  default void aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth() {
    TestWatchdog.run(this, WorstCaseChecks::aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth);
  }

  /**
   * After a step back, no key gets a second burst at one reading of the ticker: also if it was idle
   * before the step, or is the first to ask after it, and however many keys come between.
   */
  @Test
  default void aStepBackForgivesNothingHoweverManyKeysCome() {
    TestWatchdog.run(this, ClockStepChecks::forgivesNothing);
  }

  /** When the ticker has caught up after a step back, all permits are back. */
  @Test
  default void aStepBackOnlyDelaysRefills() {
    TestWatchdog.run(this, ClockStepChecks::onlyDelays);
  }

  /** After the wait that a rejection tells the permits are there, and not a nanosecond before. */
  @Test
  default void reportsTheShortestWaitThatHelps() {
    TestWatchdog.run(this, SingleKeyChecks::reportsTheShortestWaitThatHelps);
  }

  /** As many permits as remain can be taken, and not one more. */
  @Test
  default void reportsExactlyTheRemainingPermits() {
    TestWatchdog.run(this, SingleKeyChecks::reportsExactlyTheRemainingPermits);
  }

  /** However often a request is rejected, it costs nothing. */
  @Test
  default void aRejectionTakesNothing() {
    TestWatchdog.run(this, SingleKeyChecks::aRejectionTakesNothing);
  }

  /** {@code tryAcquireUpTo} takes what is there, and nothing where nothing is. */
  @Test
  default void takesAPartIfNotAllIsAvailable() {
    TestWatchdog.run(this, PartialAcquireChecks::takesAPartIfNotAllIsAvailable);
  }

  /** {@code tryAcquire} and {@code decideAsync} answer what {@code decide} would. */
  @Test
  default void allFormsOfDecidingAgree() {
    TestWatchdog.run(this, SingleKeyChecks::allFormsOfDecidingAgree);
  }

  /** A form without a key, or without permits, answers what the form in full would. */
  @Test
  default void shortFormsMatchTheirFullForms() {
    TestWatchdog.run(this, ShortFormChecks::takeOnePermitOrLeaveOutTheKey);
  }

  /** A caller that takes each permit as soon as it is there gets the whole rate, and no more. */
  @Test
  default void admitsTheWholeRateInTheLongRunAndNoMore() {
    TestWatchdog.run(this, WorstCaseChecks::admitsTheWholeRateInTheLongRunAndNoMore);
  }

  /** Permits below 1 are a caller's mistake, and nothing is taken. */
  @Test
  default void throwsForPermitsBelowOne() {
    TestWatchdog.run(this, SingleKeyChecks::throwsForPermitsBelowOne);
  }

  /**
   * Permits above the burst, which may come from a client, are rejected for good, and nothing is
   * taken.
   */
  @Test
  default void rejectsMorePermitsThanTheBurst() {
    TestWatchdog.run(this, SingleKeyChecks::rejectsMorePermitsThanTheBurst);
  }

  /** A limit near the ends of what can be said is kept, or rejected when the limiter is made. */
  @Test
  default void keepsOrRejectsExtremeLimits() {
    TestWatchdog.run(this, SingleKeyChecks::keepsOrRejectsExtremeLimits);
  }

  // Many keys.

  /** What one key takes no other lacks, also where hashes of strings are equal. */
  @Test
  default void keysAreIndependent() {
    TestWatchdog.run(this, ManyKeysChecks::keysAreIndependent);
  }

  /** The empty key has its own allowance, the one of the calls without a key. */
  @Test
  default void theEmptyKeyIsAKey() {
    TestWatchdog.run(this, ManyKeysChecks::theEmptyKeyIsAKey);
  }

  /** Null is a caller's mistake. */
  @Test
  default void rejectsANullKey() {
    TestWatchdog.run(this, ManyKeysChecks::rejectsANullKey);
  }

  /**
   * A key of {@link RateLimiter#MAX_KEY_LENGTH} characters is a key; a longer one is a caller's
   * mistake.
   */
  @Test
  default void rejectsAKeyThatIsTooLong() {
    TestWatchdog.run(this, ManyKeysChecks::rejectsAKeyThatIsTooLong);
  }

  /** A spent key stays spent while a {@link #floodSize} of keys comes by. */
  @Test
  default void neverForgivesASpentKeyInAFlood() {
    TestWatchdog.run(this, ManyKeysChecks::neverForgivesASpentKeyInAFlood);
  }

  /** When the keys of a flood are idle again, newcomers have their permits. */
  @Test
  default void admitsNewKeysAfterAFlood() {
    TestWatchdog.run(this, ManyKeysChecks::admitsNewKeysAfterAFlood);
  }

  /** Of the keys of a flood, a small multiple of those that the spec allows is held at most. */
  @Test
  default void holdsNoMoreKeysThanAllowed() {
    TestWatchdog.run(this, ManyKeysChecks::holdsNoMoreKeysThanAllowed);
  }

  // Threads.

  /** Threads that take at one instant get the whole burst together, and no more. */
  @Test
  default void threadsGetOneBurstTogether() {
    TestWatchdog.run(this, ConcurrencyChecks::threadsGetOneBurstTogether);
  }

  /** In no span does more pass than the worst case while threads take and turn the ticker. */
  @Test
  default void neverAdmitsMoreUnderThreads() {
    TestWatchdog.run(this, ConcurrencyChecks::neverAdmitsMoreUnderThreads);
  }

  /**
   * A ticker that throws once, in whichever operation that the limiter is capable of, leaves it
   * usable on every thread; and no more is admitted than the worst case.
   */
  @TestFactory
  default Stream<DynamicTest> survivesItsTicker() {
    return TestWatchdog.each(this, TickerFailureChecks::of);
  }

  // What is found by name.

  /**
   * Each {@link dev.flowshield.spi.RateLimiterProvider} that this test sees can be loaded, and has
   * a name of lower-case words joined by hyphens, which no other provider has.
   */
  @Test
  default void providersHaveNamesOfTheirOwn() {
    TestWatchdog.run(this, contract -> ProviderNameChecks.requireValid());
  }

  // What only some limiters can.

  /** {@link Capability#ACQUIRE}: waiting for permits. */
  @TestFactory
  default Stream<DynamicTest> waitsForPermits() {
    return TestWatchdog.each(this, AcquireChecks::of);
  }

  /** {@link Capability#RESERVE}: an estimate that is settled. */
  @TestFactory
  default Stream<DynamicTest> settlesReservations() {
    return TestWatchdog.each(this, ReservationChecks::of);
  }

  /** What operators do: {@code PEEK}, {@code RESET}, {@code ADD} and {@code CHANGE}. */
  @TestFactory
  default Stream<DynamicTest> supportsOperators() {
    return TestWatchdog.each(this, OperatorChecks::of);
  }

  /** {@link #canEnforceSeveralLimits()}: all of them hold, or nothing is taken. */
  @TestFactory
  default Stream<DynamicTest> enforcesSeveralLimits() {
    return TestWatchdog.each(this, SeveralLimitsChecks::of);
  }
}
