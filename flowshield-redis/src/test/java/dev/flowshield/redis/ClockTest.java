package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The clock of a real server is set while it runs: where a server and the library libfaketime are
 * installed.
 */
class ClockTest {

  private static final List<Path> LIBRARIES = Stream.of("x86_64", "aarch64")
      .map(
          processor -> Path.of("/usr/lib", processor + "-linux-gnu", "faketime/libfaketimeMT.so.1"))
      .filter(Files::isReadable)
      .toList();
  private static final int RATE = 2; // a second
  private static final int BURST = 30;
  private static final int SMALL_BURST = 6;
  private static final int STEP = 10; // seconds

  @TestFactory
  Stream<DynamicTest> aStepOfTheServersClock() {
    return LIBRARIES.stream()
        .flatMap(library -> Servers.installed().stream()
            .flatMap(program -> Stream.of(
                DynamicTest.dynamicTest(
                    "back locks no client out, on " + program.getFileName(),
                    () -> Clocked.run(library, program, ClockTest::stepBack)),
                DynamicTest.dynamicTest(
                    "forward gives no more than its time, on " + program.getFileName(),
                    () -> Clocked.run(library, program, ClockTest::stepForward)))));
  }

  private static void stepBack(Clocked clocked) {
    RateLimiter limiter = clocked.limiter("a", BURST);
    long began = System.nanoTime();
    int admitted = admitted(limiter, 3 * BURST);
    clocked.step(-STEP);
    clocked.forget(); // what it knows of rejections, as another instance does not know it
    limiter = clocked.limiter("a", BURST);

    Decision decision = limiter.decide("alice", 2);
    if (decision instanceof Decision.Rejected rejected) {
      assertThat(rejected.retryAfter()).isLessThanOrEqualTo(Duration.ofSeconds(2 / RATE));
    } else {
      admitted += 2; // on a machine that was slow
    }
    while (System.nanoTime() - began < SECONDS.toNanos(3)) {
      admitted += admitted(limiter, 1);
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    assertThat((double) admitted).isBetween(BURST + 2.0, BURST + RATE * seconds + 1);
  }

  private static void stepForward(Clocked clocked) {
    RateLimiter large = clocked.limiter("large", BURST);
    RateLimiter small = clocked.limiter("small", SMALL_BURST);
    long began = System.nanoTime();
    int ofLarge = admitted(large, 2 * BURST);
    int ofSmall = admitted(small, 2 * BURST);
    clocked.step(STEP);
    clocked.forget();
    ofLarge += admitted(clocked.limiter("large", BURST), 2 * BURST);
    ofSmall += admitted(clocked.limiter("small", SMALL_BURST), 2 * BURST);

    double seconds = (System.nanoTime() - began) / 1e9;
    assertThat((double) ofLarge)
        .isBetween(BURST + RATE * STEP - 1.0, BURST + RATE * (STEP + seconds) + 1);
    assertThat((double) ofSmall)
        .isBetween(2.0 * SMALL_BURST, SMALL_BURST + SMALL_BURST + RATE * seconds + 1);
  }

  private static int admitted(RateLimiter limiter, int requests) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      admitted += limiter.decide("alice", 1).isAdmitted() ? 1 : 0;
    }
    return admitted;
  }

  /** What to do with a server whose clock can be set. */
  @FunctionalInterface
  private interface Trial {
    void run(Clocked clocked);
  }

  /** A server whose clock can be set, and a store there. */
  private static final class Clocked {

    private final Path offset;
    private final RedisProcess server;
    private RedisStore store;

    private Clocked(Path offset, RedisProcess server) {
      this.offset = offset;
      this.server = server;
      this.store = open();
    }

    static void run(Path library, Path program, Trial trial) throws IOException {
      Path offset = Files.createTempFile("offset", ".txt");
      Files.writeString(offset, "+0");
      Map<String, String> variables = Map.of(
          "LD_PRELOAD",
          library.toString(),
          "FAKETIME_TIMESTAMP_FILE",
          offset.toString(),
          "FAKETIME_NO_CACHE",
          "1",
          "FAKETIME_DONT_FAKE_MONOTONIC",
          "1");
      try (RedisProcess server = RedisProcess.start(program, variables)) {
        Clocked clocked = new Clocked(offset, server);
        try {
          trial.run(clocked);
        } finally {
          clocked.store.close();
        }
      } finally {
        Files.delete(offset);
      }
    }

    private RedisStore open() {
      return RedisStore.at(server.uri())
          .timeout(Duration.ofSeconds(10))
          .instances(1)
          .open();
    }

    RateLimiter limiter(String name, int burst) {
      return store.limiter(LimiterSpec.of(RATE + "/s burst " + burst).withName(name));
    }

    void forget() {
      store.close();
      store = open();
    }

    void step(int seconds) {
      double before = ahead();
      try {
        Path next = Files.createTempFile("offset", ".next");
        Files.writeString(next, (seconds < 0 ? "" : "+") + seconds);
        Files.move(next, offset, StandardCopyOption.ATOMIC_MOVE); // never half of it
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
      await()
          .atMost(20, SECONDS)
          .until(() -> Math.abs(ahead() - before - seconds) < Math.abs(seconds) / 2.0);
    }

    /** How far the clock of the server is before that of the test, in seconds. */
    private double ahead() {
      Object seconds = ((List<?>) server.command("TIME")).get(0);
      return Long.parseLong(String.valueOf(seconds)) - System.currentTimeMillis() / 1e3;
    }
  }
}
