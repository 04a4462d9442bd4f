package dev.flowshield.engine.edges;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation.Held;
import dev.flowshield.testkit.ManualTicker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * However late and in whatever order reservations are settled, no span spends more than the limit
 * admits in it and what was promised before it: the permits of the reservations that were open when
 * it began. A promised permit counts as spent at whichever time of its reservation that is worst.
 *
 * <p>A thousand tries unless {@code jqwik.tries.default} says more.
 */
class LateSettlingPropertyTest {

  enum Kind {
    TRY,
    RESERVE,
    SETTLE,
    PASS
  }

  private static final List<String> KEYS = List.of("alice", "");
  private static final List<String> ALGORITHMS =
      List.of("token-bucket", "fixed-window", "sliding-window");

  /** What was admitted at a time; a reservation is open until it is settled. */
  private static final class Admitted {
    final long at;
    final long permits;
    final @Nullable Held held;
    long settledAt;
    long used;

    Admitted(long at, long permits, @Nullable Held held) {
      this.at = at;
      this.permits = permits;
      this.held = held;
      this.settledAt = Long.MAX_VALUE;
      this.used = permits;
    }
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void noSpanSpendsMoreThanTheLimitAndWhatWasPromised(
      @ForAll("algorithms") String algorithm,
      @ForAll("limits") String text,
      @ForAll("steps") List<Step<Kind>> steps) {
    RateLimit limit = RateLimit.parse(text);
    ManualTicker ticker = ManualTicker.startingAt(0);
    RateLimiter limiter = RateLimiter.of(
        algorithm, LimiterSpec.of(limit).withTicker(ticker).withInstantSource(() -> Instant.EPOCH));
    String key = KEYS.get(steps.get(0).key());
    List<Admitted> all = new ArrayList<>();
    List<Admitted> open = new ArrayList<>();
    for (Step<Kind> step : steps) {
      long permits = Math.min(limit.burst(), 1 + (long) (step.share() * limit.burst()));
      long now = ticker.nanos();
      switch (step.kind()) {
        case TRY -> {
          long taken = limiter.tryAcquireUpTo(key, permits);
          if (taken > 0) {
            all.add(settled(new Admitted(now, taken, null), taken, now));
          }
        }
        case RESERVE -> {
          if (limiter.reserve(key, permits) instanceof Held held) {
            open.add(new Admitted(now, permits, held));
            all.add(open.get(open.size() - 1));
          }
        }
        case SETTLE -> {
          if (!open.isEmpty()) {
            Admitted one = open.remove((int) (step.other() * open.size()));
            long used = (long) (step.share() * (one.permits + 1));
            requireNonNull(one.held).settle(used);
            settled(one, used, now);
          }
        }
        case PASS ->
          ticker.advanceNanos(
              (long) (step.other() * step.other() * 3 * limit.period().toNanos()));
      }
    }
    assertNoSpanSpendsMore(algorithm, limit, all);
  }

  private static Admitted settled(Admitted one, long used, long now) {
    one.used = used;
    one.settledAt = now;
    return one;
  }

  private static void assertNoSpanSpendsMore(
      String algorithm, RateLimit limit, List<Admitted> all) {
    for (int first = 0; first < all.size(); first++) {
      long from = all.get(first).at;
      long promised = 0;
      for (Admitted each : all.subList(0, first)) {
        promised += each.held != null && each.settledAt >= from ? each.permits : 0;
      }
      for (int last = first; last < all.size(); last++) {
        long to = all.get(last).at;
        long spent = 0;
        for (int i = 0; i <= last; i++) {
          Admitted each = all.get(i);
          boolean isOpen = i < first && each.held != null && each.settledAt >= from;
          // Of what was reserved before, all that is used may be used after the span began.
          spent += i >= first || isOpen ? each.used : 0;
        }
        assertThat(spent)
            .as(
                "%s %s, spent from %s to %s of %s permits promised",
                algorithm, limit, from, to, promised)
            .isLessThanOrEqualTo(worstCase(algorithm, limit, to - from) + promised);
      }
    }
  }

  /** The most that a span may admit of requests that are not settled, as the algorithms say. */
  private static long worstCase(String algorithm, RateLimit limit, long span) {
    double refill = (double) limit.permits() * span / limit.period().toNanos();
    return switch (algorithm) {
      case "token-bucket" -> limit.burst() + (long) (refill + 1e-6);
      case "fixed-window" ->
        limit.permits() * (2 + Math.max(0, span - 1) / limit.period().toNanos());
      default ->
        (span <= limit.period().toNanos() ? 1 : 2) * limit.permits() + (long) (refill + 1e-6);
    };
  }

  @Provide
  Arbitrary<String> algorithms() {
    return Arbitraries.of(ALGORITHMS);
  }

  @Provide
  Arbitrary<String> limits() {
    return Arbitraries.of("10/s", "20000/min", "7/h", "1/s", "1000/s");
  }

  @Provide
  Arbitrary<List<Step<Kind>>> steps() {
    Arbitrary<Kind> kinds = Arbitraries.frequency(
        Tuple.of(3, Kind.TRY),
        Tuple.of(5, Kind.RESERVE),
        Tuple.of(4, Kind.SETTLE),
        Tuple.of(5, Kind.PASS));
    return Step.lists(kinds, KEYS.size(), 60);
  }
}
