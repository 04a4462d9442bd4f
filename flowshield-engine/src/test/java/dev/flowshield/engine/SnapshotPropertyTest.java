package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.ManualTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Limiters that are saved, made again by a ticker of another origin, with other limits at times,
 * and loaded, answer as exact arithmetic does that knows nothing of it.
 */
class SnapshotPropertyTest {

  private static final List<String> ONE = List.of("10/s burst 4", "4/s burst 8", "1000/s burst 5");
  private static final List<String> TWO =
      List.of("10/s burst 4, 5/min", "5/s burst 3, 2/s burst 12", "1/s burst 9, 10/h");
  private static final long SECOND = 1_000_000_000L;
  private static final int STEPS = 60;

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
  void tokenBucketsGoOnAsIfThereHadBeenNoRestart(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    try (Machine machine = new Machine(random)) {
      List<String> texts = random.nextBoolean() ? ONE : TWO;
      RateLimiter limiter = machine.made("token-bucket", texts.get(0));
      List<RateLimit> limits = RateLimit.parseAll(texts.get(0));
      Map<String, ModelLimit> models = new HashMap<>();
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(8)) {
          case 0 -> {
            String text = texts.get(random.nextInt(3) == 0 ? random.nextInt(3) : 0);
            limiter = machine.restarted(limiter, "token-bucket", text);
            limits = RateLimit.parseAll(text);
            for (ModelLimit model : models.values()) {
              model.change(limits, machine.real);
            }
          }
          case 1, 2, 3 -> machine.pass((long) Math.exp(random.nextDouble() * 27));
          default -> {
            String key = random.nextInt(4) == 0 ? "" : "key " + random.nextInt(5);
            List<RateLimit> now = limits;
            ModelLimit model =
                models.computeIfAbsent(key, absent -> new ModelLimit(now, machine.real));
            long permits = 1 + random.nextLong(model.burst());
            Decision decision = limiter.decide(key, permits);
            long wait = model.waitNanos(machine.real, permits);
            assertThat(decision.isAdmitted()).as("step %s, %s", step, key).isEqualTo(wait == 0);
            if (decision instanceof Decision.Rejected rejected) {
              assertThat(rejected.retryAfterNanos()).isEqualTo(wait);
            } else {
              model.take(machine.real, permits);
            }
            assertThat(decision.remaining()).isEqualTo(model.remaining(machine.real));
          }
        }
      }
    }
  }

  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void quotasOfTheCalendarGoOnAsIfThereHadBeenNoRestart(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    try (Machine machine = new Machine(random)) {
      RateLimiter limiter = machine.made("fixed-window", "9/min");
      Map<String, Long> counts = new HashMap<>();
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(8)) {
          case 0 -> limiter = machine.restarted(limiter, "fixed-window", "9/min");
          case 1, 2, 3 -> machine.pass(random.nextLong(40 * SECOND));
          default -> {
            String key = random.nextInt(4) == 0 ? "" : "key " + random.nextInt(5);
            String window = key + " in " + machine.real / (60 * SECOND);
            long permits = 1 + random.nextLong(4);
            long taken = counts.getOrDefault(window, 0L);
            boolean admitted = limiter.tryAcquire(key, permits);
            assertThat(admitted).as("step %s, %s", step, window).isEqualTo(taken + permits <= 9);
            counts.put(window, admitted ? taken + permits : taken);
          }
        }
      }
    }
  }

  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void slidingWindowsKeepTheirWorstCaseOverRestarts(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    try (Machine machine = new Machine(random)) {
      RateLimiter limiter = machine.made("sliding-window", "9/min");
      List<Long> taken = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        if (random.nextInt(6) == 0) {
          limiter = machine.restarted(limiter, "sliding-window", "9/min");
        }
        machine.pass(random.nextLong(30 * SECOND));
        for (long some = limiter.tryAcquireUpTo("alice", 9); some > 0; some--) {
          taken.add(machine.real);
        }
      }
      for (long from : taken) {
        assertThat(taken.stream()
                .filter(at -> at >= from && at < from + 60 * SECOND)
                .count())
            .isLessThanOrEqualTo(2 * 9 - 1);
      }
    }
  }

  /** Where processes come and go, while time passes. */
  private static final class Machine implements AutoCloseable {

    private final Random random;
    private final Path file;
    private long real = 1_000_000 * SECOND;
    private ManualTicker ticker = ManualTicker.atZero();

    Machine(Random random) throws IOException {
      this.random = random;
      this.file = Files.createTempFile("flowshield", ".snapshot");
    }

    void pass(long nanos) {
      real += nanos;
      ticker.advanceNanos(nanos);
    }

    RateLimiter made(String name, String limits) {
      ticker = ManualTicker.startingAt(random.nextLong());
      return RateLimiter.of(
          name,
          LimiterSpec.of(limits)
              .withTicker(ticker)
              .withMaxKeys(1_000)
              .withInstantSource(() -> Instant.EPOCH.plusNanos(real)));
    }

    RateLimiter restarted(RateLimiter before, String name, String limits) throws IOException {
      Snapshot.of(before).save(file);
      real += random.nextInt(3) == 0 ? 0 : (long) Math.exp(random.nextDouble() * 36);
      RateLimiter after = made(name, limits);
      assertThat(Snapshot.of(after).load(file).ignored()).isEmpty();
      return after;
    }

    @Override
    public void close() throws IOException {
      Files.delete(file);
    }
  }
}
