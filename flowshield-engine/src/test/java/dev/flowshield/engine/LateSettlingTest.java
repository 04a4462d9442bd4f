package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation.Held;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The share of a limit that is admitted when there is always more to do, each work is reserved at
 * more than it uses, and is settled early or late: about as much as a plain bucket that refunds
 * admits, and never more than the limit.
 */
class LateSettlingTest {

  private static final long PERMITS = 20_000;
  private static final long INTERVAL = Duration.ofMinutes(1).toNanos() / PERMITS;
  private static final long STEP = Duration.ofMillis(100).toNanos();
  private static final int STEPS = 36_000; // an hour

  /** Work of one kind. */
  private record Load(long reserve, long use, int steps) {
    @Override
    public String toString() {
      return "reserve " + reserve + ", use " + use + ", " + steps / 10.0 + " s of work";
    }
  }

  private static final List<Load> LOADS = List.of(
      new Load(200, 40, 300),
      new Load(1000, 200, 0),
      new Load(1000, 200, 10),
      new Load(1000, 200, 300),
      new Load(4000, 200, 300),
      new Load(4000, 3900, 300),
      new Load(5000, 500, 45),
      new Load(300, 1, 1200),
      new Load(10, 9, 7000));

  private record Work(int ends, Held held) {}

  /** Permits, as a plain bucket hands them out: a refund fills it up to the brim. */
  private static final class PlainBucket {
    private final Queue<Integer> ends = new ArrayDeque<>();
    private long debt;
    private long used;

    void step(int step, Load load) {
      debt = Math.max(0, debt - (step == 0 ? 0 : STEP));
      do {
        while (debt + load.reserve * INTERVAL <= PERMITS * INTERVAL
            && (load.steps > 0 || ends.isEmpty())) {
          debt += load.reserve * INTERVAL;
          used += load.use;
          ends.add(step + load.steps);
        }
      } while (settle(step, load));
    }

    private boolean settle(int step, Load load) {
      boolean isDue = !ends.isEmpty() && ends.peek() <= step;
      if (isDue) {
        ends.remove();
        debt = Math.max(0, debt - (load.reserve - load.use) * INTERVAL);
      }
      return isDue;
    }
  }

  static Stream<Arguments> runs() {
    return Stream.of("token-bucket", "sliding-window", "fixed-window")
        .flatMap(kind -> Stream.of("alice", "")
            .flatMap(key -> LOADS.stream().map(load -> Arguments.of(kind, key, load))));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void admitsAsLargeAShareAsAPlainBucketAndNeverMoreThanTheLimit(
      String kind, String key, Load load) {
    ManualTicker ticker = ManualTicker.startingAt(-STEPS / 2 * STEP);
    RateLimiter limiter = RateLimiter.of(
        kind,
        LimiterSpec.of(PERMITS + "/min").withTicker(ticker).withInstantSource(() -> Instant.EPOCH));
    PlainBucket plain = new PlainBucket();
    Queue<Work> open = new ArrayDeque<>();
    long[] used = new long[STEPS]; // by the step in which it was admitted
    long[] promised = new long[STEPS]; // when the step began, and not used in the end
    long unused = 0;
    for (int step = 0; step < STEPS; step++) {
      promised[step] = unused;
      boolean again = true;
      while (again) { // requests come all the time, so one is there before work ends
        while ((load.steps > 0 || open.isEmpty())
            && limiter.reserve(key, load.reserve) instanceof Held held) {
          open.add(new Work(step + load.steps, held));
          unused += load.reserve - load.use;
          used[step] += load.use;
        }
        Work first = open.peek();
        again = first != null && first.ends <= step;
        if (again) {
          open.remove().held.settle(load.use);
          unused -= load.reserve - load.use;
        }
      }
      plain.step(step, load);
      ticker.advanceNanos(STEP);
    }

    double whole = (double) STEPS * STEP / INTERVAL;
    long sum = 0;
    for (long each : used) {
      sum += each;
    }
    long left = leftOfAWindow(kind, load.reserve);
    assertThat(sum / whole)
        .as("share of the limit; of a plain bucket: %s", plain.used / whole)
        .isGreaterThanOrEqualTo(plain.used / whole - 0.02 - (double) left / PERMITS);
    assertNoSpanSpendsMore(used, promised, kind.equals("token-bucket") ? PERMITS : 2 * PERMITS);
  }

  /**
   * What a window may leave unused, which a bucket carries over: less than a reservation when it
   * ends, and in a sliding window the first refund, which takes off permits that fade anyway.
   */
  private static long leftOfAWindow(String kind, long reserve) {
    return switch (kind) {
      case "token-bucket" -> 0;
      case "fixed-window" -> reserve;
      default -> 2 * reserve;
    };
  }

  /** In spans of all lengths that are common: the burst, the refill, and what was promised. */
  private static void assertNoSpanSpendsMore(long[] used, long[] promised, long burst) {
    for (int length : new int[] {1, 2, 10, 100, 300, 600, 601, 1200, STEPS}) {
      long sum = 0;
      for (int last = 0; last < used.length; last++) {
        sum += used[last];
        int first = Math.max(0, last - length + 1);
        long limit = burst + (last - first) * STEP / INTERVAL;
        if (sum > limit + promised[first]) {
          fail("used in steps %d to %d: %d", first, last, sum);
        }
        sum -= last - first + 1 == length ? used[first] : 0;
      }
    }
  }
}
