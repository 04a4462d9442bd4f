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
 * {@link #keepsSeveralLimits}. What else it can do it says itself, with
 * {@link RateLimiter#capabilities()}: only that is tested, and what it cannot must be rejected.
 *
 * <p>The limiter reads the time from the ticker of the spec alone, and waits by
 * {@link dev.flowshield.Ticker#after}: the tests turn a {@link ManualTicker} and never sleep.
 * Random schedules have a fixed seed, told by each failure; the system property
 * {@code flowshield.testkit.seed} sets another. All tests together take a few seconds for a limiter
 * in memory. A limiter that blocks, never completes a future or takes too long fails the test, as
 * each test runs on a thread of its own for no longer than {@link #patience}.
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
    return Limits.EVEN_AND_ODD;
  }

  /**
   * The most permits that may pass in any span of this length, both its ends included; of length
   * zero, at one instant.
   *
   * <p>Unless overridden, that of a token bucket: the burst, and what comes back in the span,
   * rounded down.
   */
  default long worstCase(RateLimit limit, Duration span) {
    return Limits.worstCaseOfATokenBucket(limit, span);
  }

  /** By which part the rate may miss the limit in the long run. Unless overridden: a millionth. */
  default double rateTolerance() {
    return 1e-6;
  }

  /**
   * How long one test may take at most, each of the dynamic ones by itself. Unless overridden: 30
   * seconds, many times what a limiter in memory takes.
   */
  default Duration patience() {
    return Duration.ofSeconds(30);
  }

  /**
   * Whether the limiter keeps several limits on each key, {@link LimiterSpec#ofAll}. Unless
   * overridden: no.
   */
  default boolean keepsSeveralLimits() {
    return false;
  }

  /**
   * How many keys that were never seen come in a flood, of which the limiter may remember 1,000.
   * Unless overridden: 200,000. Fewer, but not below 40,000, are for limiters that take long to
   * ask.
   */
  default int flood() {
    return 200_000;
  }

  // One key, one thread.

  /** A key that was never seen has its whole burst, and not a permit more. */
  @Test
  default void admitsAWholeBurstAtOnceAndNoMore() {
    Watch.run(this, OneKey::admitsAWholeBurstAtOnceAndNoMore);
  }

  /** In no span of a random schedule does more pass than the worst case. */
  @Test
  default void neverAdmitsMoreThanTheWorstCase() {
    Watch.run(this, it -> Spans.neverAdmitsMoreThanTheWorstCase(it, 0));
  }

  /** The same where the count of the ticker wraps around, and where it passes zero. */
  @Test
  default void neverAdmitsMoreWhereTheTickerWrapsAround() {
    Watch.run(this, Spans::neverAdmitsMoreWhereTheTickerWrapsAround);
  }

  /** The same with a ticker that also steps back. */
  @Test
  default void neverAdmitsMoreWhenTheTickerStepsBack() {
    Watch.run(this, Spans::neverAdmitsMoreWhenTheTickerStepsBack);
  }

  /** A spent key stays spent however the ticker steps before its permits come back. */
  @Test
  default void aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth() {
    Watch.run(this, Spans::aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth);
  }

  /**
   * After a step back, no key gets a second burst at one reading of the ticker: also if it was idle
   * before the step, or is the first to ask after it, and however many keys come between.
   */
  @Test
  default void aStepBackForgivesNothingHoweverManyKeysCome() {
    Watch.run(this, ClockSteps::forgivesNothing);
  }

  /** When the ticker has caught up after a step back, all permits are back. */
  @Test
  default void aStepBackOnlyDelaysWhatComesBack() {
    Watch.run(this, ClockSteps::onlyDelays);
  }

  /** After the wait that a rejection tells the permits are there, and not a nanosecond before. */
  @Test
  default void tellsTheShortestWaitThatHelps() {
    Watch.run(this, OneKey::tellsTheShortestWaitThatHelps);
  }

  /** As many permits as remain can be taken, and not one more. */
  @Test
  default void tellsExactlyWhatRemains() {
    Watch.run(this, OneKey::tellsExactlyWhatRemains);
  }

  /** However often a request is rejected, it costs nothing. */
  @Test
  default void aRejectionTakesNothing() {
    Watch.run(this, OneKey::aRejectionTakesNothing);
  }

  /** {@code tryAcquireUpTo} takes what is there, and nothing where nothing is. */
  @Test
  default void takesAPartWhereNotAllIsThere() {
    Watch.run(this, Parts::takesAPartWhereNotAllIsThere);
  }

  /** {@code tryAcquire} and {@code decideAsync} answer what {@code decide} would. */
  @Test
  default void allWaysToAskAgree() {
    Watch.run(this, OneKey::allWaysToAskAgree);
  }

  /** A form without a key, or without permits, answers what the form in full would. */
  @Test
  default void shortFormsTakeOnePermitOrLeaveOutTheKey() {
    Watch.run(this, ShortForms::takeOnePermitOrLeaveOutTheKey);
  }

  /** A caller that takes each permit as soon as it is there gets the whole rate, and no more. */
  @Test
  default void admitsTheWholeRateInTheLongRunAndNoMore() {
    Watch.run(this, Spans::admitsTheWholeRateInTheLongRunAndNoMore);
  }

  /** Permits below 1 are a caller's mistake, and nothing is taken. */
  @Test
  default void throwsForPermitsBelowOne() {
    Watch.run(this, OneKey::throwsForPermitsBelowOne);
  }

  /**
   * Permits above the burst, which may come from a client, are rejected for good, and nothing is
   * taken.
   */
  @Test
  default void rejectsPermitsThatCanNeverBeHad() {
    Watch.run(this, OneKey::rejectsPermitsThatCanNeverBeHad);
  }

  /** A limit near the ends of what can be said is kept, or rejected when the limiter is made. */
  @Test
  default void keepsOrRejectsExtremeLimits() {
    Watch.run(this, OneKey::keepsOrRejectsExtremeLimits);
  }

  // Many keys.

  /** What one key takes no other lacks, also where hashes of strings are equal. */
  @Test
  default void keysAreIndependent() {
    Watch.run(this, ManyKeys::keysAreIndependent);
  }

  /** The empty key has its own allowance, the one of the calls without a key. */
  @Test
  default void theEmptyKeyIsAKey() {
    Watch.run(this, ManyKeys::theEmptyKeyIsAKey);
  }

  /** Null is a caller's mistake. */
  @Test
  default void rejectsNullForAKey() {
    Watch.run(this, ManyKeys::rejectsNullForAKey);
  }

  /**
   * A key of {@link RateLimiter#MAX_KEY_LENGTH} characters is a key; a longer one is a caller's
   * mistake.
   */
  @Test
  default void rejectsAKeyThatIsTooLong() {
    Watch.run(this, ManyKeys::rejectsAKeyThatIsTooLong);
  }

  /** A spent key stays spent while a {@link #flood} of keys comes by. */
  @Test
  default void neverForgivesASpentKeyInAFlood() {
    Watch.run(this, ManyKeys::neverForgivesASpentKeyInAFlood);
  }

  /** When the keys of a flood are idle again, newcomers have their permits. */
  @Test
  default void letsNewcomersInAfterAFlood() {
    Watch.run(this, ManyKeys::letsNewcomersInAfterAFlood);
  }

  /** Of the keys of a flood, a small multiple of those that the spec allows is held at most. */
  @Test
  default void holdsNoMoreKeysThanItMay() {
    Watch.run(this, ManyKeys::holdsNoMoreKeysThanItMay);
  }

  // Threads.

  /** Threads that take at one instant get the whole burst together, and no more. */
  @Test
  default void threadsGetOneBurstTogether() {
    Watch.run(this, Races::threadsGetOneBurstTogether);
  }

  /** In no span does more pass than the worst case while threads take and turn the ticker. */
  @Test
  default void neverAdmitsMoreUnderThreads() {
    Watch.run(this, Races::neverAdmitsMoreUnderThreads);
  }

  /**
   * A ticker that throws once, in whichever operation that the limiter is capable of, leaves it
   * usable on every thread; and no more is admitted than the worst case.
   */
  @TestFactory
  default Stream<DynamicTest> survivesItsTicker() {
    return Watch.each(this, TickerFailures::of);
  }

  // What is found by name.

  /**
   * Each {@link dev.flowshield.spi.RateLimiterProvider} that this test sees can be loaded, and has
   * a name of lower-case words joined by hyphens, which no other provider has.
   */
  @Test
  default void providersHaveNamesOfTheirOwn() {
    Watch.run(this, contract -> ProviderNames.requireValid());
  }

  // What only some limiters can.

  /** {@link Capability#ACQUIRE}: waiting for permits. */
  @TestFactory
  default Stream<DynamicTest> waits() {
    return Watch.each(this, Waits::of);
  }

  /** {@link Capability#RESERVE}: an estimate that is settled. */
  @TestFactory
  default Stream<DynamicTest> reserves() {
    return Watch.each(this, Reserves::of);
  }

  /** What operators do: {@code PEEK}, {@code RESET}, {@code ADD} and {@code CHANGE}. */
  @TestFactory
  default Stream<DynamicTest> isOperated() {
    return Watch.each(this, Operations::of);
  }

  /** {@link #keepsSeveralLimits()}: all of them hold, or nothing is taken. */
  @TestFactory
  default Stream<DynamicTest> keepsSeveral() {
    return Watch.each(this, Several::of);
  }
}
