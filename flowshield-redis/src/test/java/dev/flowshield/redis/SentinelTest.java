package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.ManualTicker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits on a master that fails, and whose replica takes its place by a real Sentinel. */
@Tag("thorough")
class SentinelTest {

  private static final Duration TIMEOUT = Duration.ofMillis(200);
  private static final int BURST = 40;
  private static final int INSTANCES = 4;

  private final ManualTicker ticker = ManualTicker.startingAt(0);
  private final RedisProcess first = RedisProcess.start();
  private final RedisProcess second =
      RedisProcess.start("--replicaof", "127.0.0.1 " + first.port());
  private Path file;
  private RedisProcess sentinel;
  private RedisStore store;
  private RateLimiter limiter;

  @BeforeEach
  void start() throws IOException {
    await()
        .atMost(30, SECONDS)
        .until(() -> replication(second).contains("master_link_status:up")
            && replication(first).contains("state=online"));
    file = Files.createTempFile("redis-sentinel", ".conf");
    Files.write(
        file,
        List.of(
            "sentinel monitor primary 127.0.0.1 " + first.port() + " 1",
            "sentinel down-after-milliseconds primary 500",
            "sentinel failover-timeout primary 3000"));
    sentinel = RedisProcess.startSentinel(file);
    sentinel.command("SENTINEL", "DEBUG", "INFO-PERIOD", "200", "PUBLISH-PERIOD", "200");
    await()
        .atMost(30, SECONDS)
        .until(() -> String.valueOf(sentinel.command("SENTINEL", "REPLICAS", "primary"))
            .contains("master-link-status, ok"));
    store = RedisStore.at("redis-sentinel://127.0.0.1:" + sentinel.port() + "#primary")
        .timeout(TIMEOUT)
        .instances(INSTANCES)
        .ticker(ticker)
        .open();
    limiter =
        store.limiter(LimiterSpec.of("1/h burst " + BURST).withTicker(ticker).withName("a"));
    awaitAnswer();
  }

  @AfterEach
  void close() {
    store.close();
    first.thaw();
    sentinel.close();
    first.close();
    second.close();
    file.toFile().delete();
  }

  private static String replication(RedisProcess server) {
    try {
      return String.valueOf(server.command("INFO", "replication"));
    } catch (UncheckedIOException killed) {
      return "";
    }
  }

  private static String offset(RedisProcess server) {
    return replication(server)
        .lines()
        .filter(line -> line.startsWith("master_repl_offset:"))
        .findAny()
        .orElse("");
  }

  private String master() {
    return String.valueOf(sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "primary"));
  }

  /** A trial is due each time, until one succeeds. */
  private void awaitAnswer() {
    await().atMost(60, SECONDS).until(() -> {
      ticker.advance(Duration.ofSeconds(40));
      long before = store.stats().answered();
      limiter.decide("another", 1);
      return store.stats().isAvailable() && store.stats().answered() > before;
    });
  }

  /** How the master is lost, and comes back. */
  @SuppressWarnings("ImmutableEnumChecker") // functions without state
  enum Loss {
    KILLED(test -> test.first.kill(), test -> test.first.restart()),
    SILENT(test -> test.first.freeze(), test -> test.first.thaw()),
    BY_COMMAND(test -> test.sentinel.command("SENTINEL", "FAILOVER", "primary"), test -> {});

    private final Consumer<SentinelTest> begin;
    private final Consumer<SentinelTest> end;

    Loss(Consumer<SentinelTest> begin, Consumer<SentinelTest> end) {
      this.begin = begin;
      this.end = end;
    }
  }

  @ParameterizedTest
  @EnumSource
  void isFollowedToTheServerThatTakesThePlaceOfTheMaster(Loss loss) {
    assertThat(admitted(5)).isEqualTo(5);
    await().atMost(20, SECONDS).until(() -> offset(first).equals(offset(second)));
    String before = master();
    int lost = admitted(2); // perhaps: the replica may not have heard of them

    loss.begin.accept(this);
    int[] meanwhile = {0};
    long[] longest = {0};
    await()
        .atMost(60, SECONDS)
        .until(
            () -> { // asked throughout
              long began = System.nanoTime();
              meanwhile[0] += admitted(1);
              longest[0] = Math.max(longest[0], System.nanoTime() - began);
              return !master().equals(before);
            });
    awaitAnswer();
    int later = admitted(2 * BURST);

    assertThat(Duration.ofNanos(longest[0])).isLessThan(TIMEOUT.multipliedBy(10));
    // What the replica knew goes on; what was admitted meanwhile is charged there; so no more than
    // the burst, but for what was not replicated. That takes no more than it is owed, but for an
    // answer that came too late.
    int all = 5 + lost + meanwhile[0] + later;
    assertThat(all).isBetween(BURST - 12, BURST + lost);
    assertThat(replication(second)).contains("role:master");

    loss.end.accept(this);
    await()
        .atMost(60, SECONDS)
        .until(() -> replication(first).contains("role:slave")
            && replication(first).contains("master_link_status:up"));
    for (int i = 0; i < 20; i++) {
      awaitAnswer();
      assertThat(limiter.decide("key " + i, 1).remaining()).isEqualTo(BURST - 1);
    }
  }

  private int admitted(int requests) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      admitted += limiter.decide("alice", 1).isAdmitted() ? 1 : 0;
    }
    return admitted;
  }
}
