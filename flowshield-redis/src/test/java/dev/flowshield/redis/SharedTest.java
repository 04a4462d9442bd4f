package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several processes that share one server. */
class SharedTest {

  private static final RateLimit LIMIT = RateLimit.parse("500/s burst 100");
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int PROCESSES = 4;
  private static final int THREADS = 16;
  private static final int MILLIS = 2_000;

  @Test
  void admitTogetherWhatTheLimitSaysAndNoMore() throws IOException {
    try (RedisProcess server = RedisProcess.start()) {
      List<Process> processes = new ArrayList<>();
      List<BufferedReader> outputs = new ArrayList<>();
      for (int i = 0; i < PROCESSES; i++) {
        Process process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                HotKey.class.getName(),
                server.uri(),
                LIMIT.toString(),
                String.valueOf(THREADS),
                String.valueOf(MILLIS))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
        processes.add(process);
        outputs.add(process.inputReader());
      }
      long began = System.nanoTime(); // before the first of them asks
      for (BufferedReader output : outputs) {
        assertThat(output.readLine()).isEqualTo("ready");
      }
      long admitted = 0;
      for (BufferedReader output : outputs) {
        admitted += Long.parseLong(output.readLine());
        assertThat(output.readLine()).as("decisions without the store").isEqualTo("0");
      }
      double seconds = (System.nanoTime() - began) / 1e9;

      double most = LIMIT.burst() + LIMIT.permits() * seconds;
      double least = LIMIT.burst() + LIMIT.permits() * MILLIS / 1e3 * 0.9;
      assertThat((double) admitted).isBetween(least, most);
      processes.forEach(Process::destroyForcibly);
    }
  }

  @Test
  void limitsOfOneNameShareTheirPermitsAndOthersDoNot() {
    try (RedisProcess server = RedisProcess.start();
        RedisStore one = RedisStore.at(server.uri()).timeout(PATIENCE).open();
        RedisStore other = RedisStore.at(server.uri()).timeout(PATIENCE).open();
        RedisStore apart =
            RedisStore.at(server.uri()).timeout(PATIENCE).keyPrefix("apart").open()) {
      LimiterSpec spec = LimiterSpec.of("1/h burst 3");
      RateLimiter first = one.limiter(spec.withName("a"));
      first.peek("alice"); // connects
      other.limiter(spec.withName("a")).peek("alice");
      apart.limiter(spec.withName("a")).peek("alice");

      assertThat(first.decide("alice").remaining()).isEqualTo(2);
      assertThat(other.limiter(spec.withName("a")).decide("alice").remaining()).isEqualTo(1);
      assertThat(one.limiter(spec.withName("b")).decide("alice").remaining()).isEqualTo(2);
      assertThat(apart.limiter(spec.withName("a")).decide("alice").remaining()).isEqualTo(2);
      assertThat(first.decide("bob").remaining()).isEqualTo(2);
    }
  }
}
