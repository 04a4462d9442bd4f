package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The algorithm between two exact models: the limit, and the limit slower by a millionth. */
class GcraPropertyTest {

  /**
   * One request.
   *
   * @param pause since the one before, in refills of the whole burst
   * @param share of the burst that is asked for
   */
  record Request(double pause, double share) {

    long permits(RateLimit limit) {
      return Math.max(1, Math.min(limit.burst(), (long) (share * limit.burst())));
    }

    long nanos(RateLimit limit) {
      double refill = 1.0 * limit.period().toNanos() / limit.permits() * limit.burst();
      return (long) Math.min(HOUR, pause * refill);
    }
  }

  private static final double HOUR = 3600e9; // fifty of these are far from a turn of the clock

  @Property
  void neverAdmitsMoreThanTheLimitNorLessThanAMillionthBelow(
      @ForAll("limits") RateLimit limit,
      @ForAll("starts") long start,
      @ForAll("requests") List<Request> requests) {
    Gcra gcra = new Gcra(limit);
    long now = start;
    BigInteger time = BigInteger.valueOf(start); // the same time, but never wraps
    ExactLimit exact = ExactLimit.of(limit, time);
    ExactLimit slower = ExactLimit.slowerByAMillionth(limit, time);
    long word = gcra.idle(now);
    for (Request request : requests) {
      now += request.nanos(limit);
      time = time.add(BigInteger.valueOf(request.nanos(limit)));
      long permits = request.permits(limit);
      long next = gcra.step(word, now, permits);
      if (next == REJECTED) {
        assertThat(slower.has(time, permits))
            .as("at a millionth less they are there")
            .isFalse();
        long wait = gcra.retryAfterNanos(word, now, permits);
        assertThat(wait).isPositive();
        assertThat(exact.has(time.add(BigInteger.valueOf(wait)), permits))
            .as("after the wait they are there")
            .isTrue();
        assertThat(slower.has(time.add(BigInteger.valueOf(wait - 1)), permits))
            .as("at a millionth less they are not there a nanosecond earlier")
            .isFalse();
      } else {
        assertThat(exact.has(time, permits)).as("they are there").isTrue();
        exact.take(time, permits);
        slower.take(time, permits);
        word = next;
      }
      assertThat(gcra.remaining(word, now))
          .isBetween(slower.remaining(time), exact.remaining(time));
    }
  }

  @Provide
  Arbitrary<RateLimit> limits() {
    return Arbitraries.randomValue(Limits::random);
  }

  /** Anywhere, or shortly before a time at which some bit of the shifted clock wraps. */
  @Provide
  Arbitrary<Long> starts() {
    Arbitrary<Long> beforeAWrap = Combinators.combine(
            Arbitraries.integers().between(1, 16),
            Arbitraries.longs().between(-2, 2),
            Arbitraries.longs().between(0, 10_000_000_000L))
        .as((shift, turns, before) -> (turns << (63 - shift)) - before);
    return Arbitraries.oneOf(Arbitraries.longs(), beforeAWrap);
  }

  @Provide
  Arbitrary<List<Request>> requests() {
    Arbitrary<Double> pauses = Arbitraries.frequencyOf(
        Tuple.of(2, Arbitraries.just(0.0)),
        Tuple.of(8, Arbitraries.doubles().between(0, 0.3)),
        Tuple.of(2, Arbitraries.doubles().between(0, 3)));
    return Combinators.combine(pauses, Arbitraries.doubles().between(0, 1))
        .as(Request::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(50);
  }
}
