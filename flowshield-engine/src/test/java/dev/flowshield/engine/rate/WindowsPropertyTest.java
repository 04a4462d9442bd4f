package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.spi.RateAlgorithm;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Both kinds of windows against the exact model: every answer is equal, whatever is done and
 * wherever the clock stands.
 */
class WindowsPropertyTest {

  private static final long HOUR = 3_600_000_000_000L;

  /** Permits that were taken, and can be given back. */
  private record Taking(BigInteger window, long word, long permits) {}

  @Property
  void fixedWindowsAreExact(@ForAll long seed) {
    run(new Random(seed), false);
  }

  @Property
  void slidingWindowsAreExact(@ForAll long seed) {
    run(new Random(seed), true);
  }

  private static void run(Random random, boolean sliding) {
    RateLimit limit = Limits.ofWindows(random, sliding);
    long length = limit.period().toNanos();
    long now = random.nextBoolean() ? random.nextLong() : Long.MAX_VALUE - random.nextInt(1 << 30);
    BigInteger time = BigInteger.valueOf(now); // the same time, but never wraps
    long into = (long) (random.nextDouble() * length);
    RateAlgorithm windows = sliding
        ? new SlidingWindow(limit, now - into)
        : new FixedWindow(
            limit,
            Instant.ofEpochSecond(0).plusNanos(length).plusNanos(into).atOffset(ZoneOffset.UTC),
            now);
    ExactWindows exact =
        new ExactWindows(limit, time, time.subtract(BigInteger.valueOf(into)), sliding);
    List<Taking> takings = new ArrayList<>();
    long word = windows.idle(now);
    long highest = word;
    for (int i = 0; i < 60; i++) {
      long pause = pause(random, length);
      now += pause;
      time = time.add(BigInteger.valueOf(pause));
      assertThat(windows.remaining(word, now)).isEqualTo(exact.remaining(time));
      boolean passedOn = windows.isIdle(word, now);
      long permits = permits(random, limit.permits());
      long before = word;
      switch (random.nextInt(8)) {
        case 0 -> {
          if (!takings.isEmpty()) {
            Taking taking = takings.remove(random.nextInt(takings.size()));
            long part = 1 + (long) (random.nextDouble() * taking.permits());
            part = Math.min(part, taking.permits());
            word = windows.refund(word, taking.word(), 0, now, part);
            exact.refund(time, taking.window(), part);
          }
        }
        case 1 -> {
          long charged = random.nextInt(4) == 0
              ? 1 + (random.nextLong() >>> (1 + random.nextInt(60)))
              : permits(random, 3 * limit.permits());
          if (charged / limit.permits() < 1_000 || length > HOUR / 1_000) { // the model counts each
            word = windows.charge(word, now, Math.max(1, charged));
            exact.charge(time, Math.max(1, charged));
          }
        }
        default -> {
          long next = windows.step(word, now, permits);
          assertThat(next != REJECTED).isEqualTo(exact.has(time, permits));
          long ahead = 0;
          if (next == REJECTED) {
            ahead = windows.retryAfterNanos(word, now, permits);
            assertThat(ahead).isEqualTo(exact.wait(time, permits).longValueExact());
            next = ahead <= HOUR && random.nextBoolean()
                ? windows.step(word, now + ahead, permits)
                : word;
          }
          if (next != word) {
            BigInteger at = time.add(BigInteger.valueOf(ahead));
            exact.take(at, permits);
            takings.add(new Taking(exact.window(at), next, permits));
            word = next;
          }
        }
      }
      assertThat(word & 1).as("even").isZero();
      if (passedOn && word != before) { // F2, W2
        assertThat(word - highest)
            .as("a word of a slot's next owner is above all of those before")
            .isPositive();
      }
      highest = word - highest > 0 ? word : highest;
      assertThat(windows.remaining(word, now)).isEqualTo(exact.remaining(time));
    }
  }

  private static long pause(Random random, long length) {
    return switch (random.nextInt(8)) {
      case 0, 1 -> 0;
      case 2 -> -(long) (random.nextDouble() * Math.min(length, HOUR)); // the clock steps back
      case 3 -> (long) (random.nextDouble() * 4 * length);
      case 4 -> 1;
      default -> (long) (random.nextDouble() * 0.4 * length);
    };
  }

  private static long permits(Random random, long most) {
    return random.nextInt(4) == 0
        ? most
        : 1 + (long) (random.nextDouble() * random.nextDouble() * (most - 1));
  }
}
