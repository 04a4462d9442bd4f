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
 * The contract of every {@link RateLimiter}, as JUnit tests. The author of a limiter implements
 * this interface in a test class that creates the limiter.
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
 * <p>By default, this tests a token bucket. Override {@link #worstCase} and {@link #limits} for a
 * limiter that interprets its limits differently, and {@link #canEnforceSeveralLimits} for one that
 * enforces several limits on each key. Optional operations are tested if {@link
 * RateLimiter#capabilities()} includes them; the others must throw.
 *
 * <p>The limiter must read the time only from the ticker of the specification and wait only with
 * {@link dev.flowshield.Ticker#after}. The tests advance a {@link ManualTicker} and never sleep.
 * Random schedules have a fixed seed, which every failure reports; the system property {@code
 * flowshield.testkit.seed} sets another seed.
 *
 * <p>For a limiter in memory, all tests together take a few seconds. Each test runs on a thread of
 * its own for at most {@link #timeout}, so a limiter that blocks, never completes a future or is
 * too slow fails the test.
 *
 * <p><b>Limits of these tests.</b> Threads race by chance, so a rare race may stay undetected.
 * Memory is measured by the keys that are held, so other memory that a limiter keeps is not
 * measured.
 */
public interface RateLimiterContract {

  /**
   * Creates a limiter that shares no state with others and reads the time from the ticker of the
   * specification. Called many times.
   */
  RateLimiter limiter(LimiterSpec spec);

  /**
   * Returns the limits to test with. Waiting is tested with those that are refilled within 5
   * minutes.
   *
   * <p>The default has even and odd rates from one permit per second to seven per microsecond, with
   * bursts below and above the permits.
   */
  default List<RateLimit> limits() {
    return ContractLimits.EVEN_AND_ODD;
  }

  /**
   * Returns the maximum number of permits in any span of this length, including both ends. A span
   * of length zero is one instant.
   *
   * <p>The default is that of a token bucket: the burst plus the permits refilled in the span,
   * rounded down.
   */
  default long worstCase(RateLimit limit, Duration span) {
    return ContractLimits.worstCaseOfATokenBucket(limit, span);
  }

  /**
   * Returns the relative deviation of the long-run rate that is allowed. The default is a
   * millionth.
   */
  default double rateTolerance() {
    return 1e-6;
  }

  /**
   * Returns the time limit of one test, applied to each dynamic test separately. The default is 30
   * seconds, many times the need of a limiter in memory.
   */
  default Duration timeout() {
    return Duration.ofSeconds(30);
  }

  /**
   * Returns whether the limiter can enforce several limits on each key, see {@link
   * LimiterSpec#ofAll}. The default is false.
   */
  default boolean canEnforceSeveralLimits() {
    return false;
  }

  /**
   * Returns the number of new keys in a flood, of which the limiter may remember 1,000. The default
   * is 200,000. Slow limiters may use fewer, but at least 40,000.
   */
  default int floodSize() {
    return 200_000;
  }

  // One key, one thread.

  /** Checks that a new key has its whole burst, and not a permit more. */
  @Test
  default void admitsAWholeBurstAtOnceAndNoMore() {
    TestWatchdog.run(this, SingleKeyChecks::admitsAWholeBurstAtOnceAndNoMore);
  }

  /** Checks with random schedules that no span admits more than the worst case. */
  @Test
  default void neverAdmitsMoreThanTheWorstCase() {
    TestWatchdog.run(this, it -> WorstCaseChecks.neverAdmitsMoreThanTheWorstCase(it, 0));
  }

  /**
   * Checks that no span admits more than the worst case when the ticker wraps around or passes
   * zero.
   */
  @Test
  default void neverAdmitsMoreWhenTheTickerWrapsAround() {
    TestWatchdog.run(this, WorstCaseChecks::neverAdmitsMoreWhenTheTickerWrapsAround);
  }

  /** Checks that no span admits more than the worst case when the ticker also steps back. */
  @Test
  default void neverAdmitsMoreWhenTheTickerStepsBack() {
    TestWatchdog.run(this, WorstCaseChecks::neverAdmitsMoreWhenTheTickerStepsBack);
  }

  /**
   * Checks that a spent key stays spent, however the ticker steps before its permits are refilled.
   */
  @Test
  default void aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth() {
    TestWatchdog.run(this, WorstCaseChecks::aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth);
  }

  /**
   * Checks that no key gets a second burst at one reading of the ticker after a step back. This
   * includes keys that were idle before the step, keys that are used first after it, and any number
   * of other keys in between.
   */
  @Test
  default void aStepBackForgivesNothingHoweverManyKeysCome() {
    TestWatchdog.run(this, ClockStepChecks::forgivesNothing);
  }

  /** Checks that all permits are refilled when the ticker has caught up after a step back. */
  @Test
  default void aStepBackOnlyDelaysRefills() {
    TestWatchdog.run(this, ClockStepChecks::onlyDelays);
  }

  /**
   * Checks that the permits are available after the wait that a rejection reports, and not a
   * nanosecond earlier.
   */
  @Test
  default void reportsTheShortestWaitThatHelps() {
    TestWatchdog.run(this, SingleKeyChecks::reportsTheShortestWaitThatHelps);
  }

  /** Checks that exactly the reported remaining permits can be taken. */
  @Test
  default void reportsExactlyTheRemainingPermits() {
    TestWatchdog.run(this, SingleKeyChecks::reportsExactlyTheRemainingPermits);
  }

  /** Checks that rejected requests cost nothing. */
  @Test
  default void aRejectionTakesNothing() {
    TestWatchdog.run(this, SingleKeyChecks::aRejectionTakesNothing);
  }

  /**
   * Checks that {@code tryAcquireUpTo} takes the available permits, and nothing if there are no
   * permits.
   */
  @Test
  default void takesAPartIfNotAllIsAvailable() {
    TestWatchdog.run(this, PartialAcquireChecks::takesAPartIfNotAllIsAvailable);
  }

  /** Checks that {@code tryAcquire} and {@code decideAsync} agree with {@code decide}. */
  @Test
  default void allFormsOfDecidingAgree() {
    TestWatchdog.run(this, SingleKeyChecks::allFormsOfDecidingAgree);
  }

  /** Checks that each short form agrees with its full form. */
  @Test
  default void shortFormsMatchTheirFullForms() {
    TestWatchdog.run(this, ShortFormChecks::takeOnePermitOrLeaveOutTheKey);
  }

  /**
   * Checks that a caller that takes each permit once it is available gets the whole rate, and no
   * more.
   */
  @Test
  default void admitsTheWholeRateInTheLongRunAndNoMore() {
    TestWatchdog.run(this, WorstCaseChecks::admitsTheWholeRateInTheLongRunAndNoMore);
  }

  /** Checks that permits below 1 throw and take nothing. */
  @Test
  default void throwsForPermitsBelowOne() {
    TestWatchdog.run(this, SingleKeyChecks::throwsForPermitsBelowOne);
  }

  /**
   * Checks that a request for more than the burst, which may come from a client, is rejected
   * without a retry, and takes nothing.
   */
  @Test
  default void rejectsMorePermitsThanTheBurst() {
    TestWatchdog.run(this, SingleKeyChecks::rejectsMorePermitsThanTheBurst);
  }

  /** Checks that extreme limits are either enforced or rejected when the limiter is created. */
  @Test
  default void keepsOrRejectsExtremeLimits() {
    TestWatchdog.run(this, SingleKeyChecks::keepsOrRejectsExtremeLimits);
  }

  // Many keys.

  /** Checks that keys do not share permits, even if their strings have equal hash codes. */
  @Test
  default void keysAreIndependent() {
    TestWatchdog.run(this, ManyKeysChecks::keysAreIndependent);
  }

  /** Checks that the empty key has its own allowance, which is that of the calls without a key. */
  @Test
  default void theEmptyKeyIsAKey() {
    TestWatchdog.run(this, ManyKeysChecks::theEmptyKeyIsAKey);
  }

  /** Checks that a null key throws. */
  @Test
  default void rejectsANullKey() {
    TestWatchdog.run(this, ManyKeysChecks::rejectsANullKey);
  }

  /**
   * Checks that a key of {@link RateLimiter#MAX_KEY_LENGTH} characters is accepted, and that a
   * longer key throws.
   */
  @Test
  default void rejectsAKeyThatIsTooLong() {
    TestWatchdog.run(this, ManyKeysChecks::rejectsAKeyThatIsTooLong);
  }

  /** Checks that a spent key stays spent during a flood of {@link #floodSize} keys. */
  @Test
  default void neverForgivesASpentKeyInAFlood() {
    TestWatchdog.run(this, ManyKeysChecks::neverForgivesASpentKeyInAFlood);
  }

  /** Checks that new keys have their permits when the keys of a flood are idle again. */
  @Test
  default void admitsNewKeysAfterAFlood() {
    TestWatchdog.run(this, ManyKeysChecks::admitsNewKeysAfterAFlood);
  }

  /**
   * Checks that the limiter holds at most a small multiple of the allowed number of keys during a
   * flood.
   */
  @Test
  default void holdsNoMoreKeysThanAllowed() {
    TestWatchdog.run(this, ManyKeysChecks::holdsNoMoreKeysThanAllowed);
  }

  // Threads.

  /** Checks that threads at one instant get the whole burst together, and no more. */
  @Test
  default void threadsGetOneBurstTogether() {
    TestWatchdog.run(this, ConcurrencyChecks::threadsGetOneBurstTogether);
  }

  /**
   * Checks that no span admits more than the worst case while threads take permits and advance the
   * ticker.
   */
  @Test
  default void neverAdmitsMoreUnderThreads() {
    TestWatchdog.run(this, ConcurrencyChecks::neverAdmitsMoreUnderThreads);
  }

  /**
   * Checks that the limiter stays usable on every thread after its ticker has thrown once, in any
   * operation that it supports. It must not admit more than the worst case.
   */
  @TestFactory
  default Stream<DynamicTest> survivesItsTicker() {
    return TestWatchdog.each(this, TickerFailureChecks::of);
  }

  // Providers.

  /**
   * Checks that each {@link dev.flowshield.spi.RateLimiterProvider} visible to this test can be
   * loaded. Its name must consist of lower-case words joined by hyphens, and must be unique.
   */
  @Test
  default void providersHaveNamesOfTheirOwn() {
    TestWatchdog.run(this, contract -> ProviderNameChecks.requireValid());
  }

  // Optional operations.

  /** Checks waiting for permits: {@link Capability#ACQUIRE}. */
  @TestFactory
  default Stream<DynamicTest> waitsForPermits() {
    return TestWatchdog.each(this, AcquireChecks::of);
  }

  /** Checks estimates and their settlement: {@link Capability#RESERVE}. */
  @TestFactory
  default Stream<DynamicTest> settlesReservations() {
    return TestWatchdog.each(this, ReservationChecks::of);
  }

  /**
   * Checks the operations for operators: {@code PEEK}, {@code RESET}, {@code ADD} and {@code
   * CHANGE}.
   */
  @TestFactory
  default Stream<DynamicTest> supportsOperators() {
    return TestWatchdog.each(this, OperatorChecks::of);
  }

  /**
   * Checks that several limits are enforced together, and that a rejection takes nothing from any
   * of them: {@link #canEnforceSeveralLimits()}.
   */
  @TestFactory
  default Stream<DynamicTest> enforcesSeveralLimits() {
    return TestWatchdog.each(this, SeveralLimitsChecks::of);
  }
}
