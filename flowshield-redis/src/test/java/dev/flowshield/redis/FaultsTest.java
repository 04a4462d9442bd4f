package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What limits do while a real server fails in one way or another, and afterwards. */
@Tag("thorough")
class FaultsTest {

  private static final Duration TIMEOUT = Duration.ofMillis(50);
  private static final int BURST = 40;
  private static final int INSTANCES = 4;
  private static final int LOST_ANSWERS = 12; // what was taken or charged, and not answered in time

  private final ManualTicker ticker = ManualTicker.startingAt(0);
  private final RedisProcess server = RedisProcess.start();
  private final FaultyProxy proxy = new FaultyProxy(server.port());
  private RedisStore store;
  private RateLimiter limiter;

  @BeforeEach
  void open() {
    open(StoreFailurePolicy.LOCAL, Duration.ofSeconds(10));
    for (int i = 0; i < 300; i++) { // classes are loaded before a time is measured
      limiter.decide("warm", 1);
      limiter.reset("warm");
    }
    store.close();
    open(StoreFailurePolicy.LOCAL);
    store.connect();
    await().atMost(20, SECONDS).ignoreExceptions().until(() -> {
      limiter.reset("warm");
      return true;
    });
  }

  private void open(StoreFailurePolicy onFailure) {
    open(onFailure, TIMEOUT);
  }

  private void open(StoreFailurePolicy onFailure, Duration timeout) {
    store = RedisStore.at("redis://127.0.0.1:" + proxy.port())
        .timeout(timeout)
        .instances(INSTANCES)
        .onFailure(onFailure)
        .ticker(ticker)
        .open();
    limiter =
        store.limiter(LimiterSpec.of("1/h burst " + BURST).withTicker(ticker).withName("fault"));
  }

  @AfterEach
  void close() {
    store.close();
    proxy.close();
    server.thaw();
    server.close();
  }

  /** A way to fail, and its end. */
  @SuppressWarnings("ImmutableEnumChecker") // functions without state
  enum Fault {
    REFUSED("disconnected", test -> test.server.kill(), test -> test.server.restart()),
    LOADING(
        "LOADING",
        test -> test.loadSlowly(),
        test -> test.server.command("CONFIG", "SET", "key-load-delay", "0")),
    SILENT("timeout", test -> test.server.freeze(), test -> test.server.thaw()),
    SLOW(
        "timeout",
        test -> test.proxy.delay(Duration.ofMillis(200)),
        test -> test.proxy.delay(Duration.ZERO)),
    CUT_IN_A_REPLY(
        "disconnected", test -> test.proxy.cutReplies(true), test -> test.proxy.cutReplies(false)),
    READ_ONLY(
        "READONLY",
        test -> test.server.command("REPLICAOF", "127.0.0.1", "1"),
        test -> test.server.command("REPLICAOF", "NO", "ONE")),
    OUT_OF_MEMORY(
        "OOM",
        test -> test.server.command("CONFIG", "SET", "maxmemory", "1"),
        test -> test.server.command("CONFIG", "SET", "maxmemory", "0")),
    NOT_PERMITTED(
        "NOPERM",
        test -> test.server.command("ACL", "SETUSER", "default", "-evalsha", "-eval"),
        test -> test.server.command("ACL", "SETUSER", "default", "+evalsha", "+eval"));

    private final String reason;
    private final Consumer<FaultsTest> begin;
    private final Consumer<FaultsTest> end;

    Fault(String reason, Consumer<FaultsTest> begin, Consumer<FaultsTest> end) {
      this.reason = reason;
      this.begin = begin;
      this.end = end;
    }
  }

  /** Restarts the server with so many keys that it is long busy with reading them. */
  private void loadSlowly() {
    server.command("CONFIG", "SET", "rdbcompression", "no");
    server.command( // a key for each 1,024 bytes, after which it sees to its clients
        "EVAL",
        "for i = 1, 12000 do redis.call('SET', 'fill:' .. i, string.rep('x', 1024)) end",
        "0");
    server.command("SAVE");
    server.restart(
        "--key-load-delay",
        "5000", // microseconds
        "--loading-process-events-interval-bytes",
        "1024");
    await()
        .atMost(20, SECONDS)
        .until(
            () -> { // at first, it is not connected
              ticker.advance(Duration.ofSeconds(40));
              limiter.decide("another", 1);
              return store.stats().reason().equals("LOADING");
            });
  }

  @ParameterizedTest
  @EnumSource
  void isSurvivedWithItsShareOfTheLimitAndNoMore(Fault fault) {
    assertThat(limiter.decide("alice", 1).remaining()).isEqualTo(BURST - 1);

    fault.begin.accept(this);
    long longest = 0;
    int admitted = 0;
    for (int i = 0; i < 30 && store.stats().isAvailable(); i++) { // until the circuit is open
      long began = System.nanoTime();
      admitted += limiter.decide("alice", 1).isAdmitted() ? 1 : 0;
      longest = Math.max(longest, System.nanoTime() - began);
    }
    assertThat(store.stats().isAvailable()).isFalse();
    assertThat(store.stats().reason()).isEqualTo(fault.reason);
    assertThat(Duration.ofNanos(longest)).isLessThan(TIMEOUT.multipliedBy(10));

    long[] open = new long[1_000];
    for (int i = 0; i < open.length; i++) {
      long began = System.nanoTime();
      admitted += limiter.decide("alice", 1).isAdmitted() ? 1 : 0;
      open[i] = System.nanoTime() - began;
    }
    Arrays.sort(open);
    long p99 = open[open.length * 99 / 100];
    System.getLogger("faults")
        .log(
            System.Logger.Level.INFO,
            "{0}: longest before {1} us, p99 after {2} us",
            fault,
            NANOSECONDS.toMicros(longest),
            NANOSECONDS.toMicros(p99));
    assertThat(Duration.ofNanos(p99)).isLessThan(Duration.ofMillis(10)); // 1, on a machine at rest
    assertThat(admitted).isEqualTo(BURST / INSTANCES);

    fault.end.accept(this);
    isBack();
    // What was admitted here is charged there; a server that was restarted has lost the first one.
    Decision decision = limiter.decide("alice", 1);
    int before = fault == Fault.REFUSED ? 0 : 1;
    int right = BURST - before - admitted - 1;
    assertThat((int) decision.remaining()).isBetween(right - LOST_ANSWERS, right);
    assertThat(store.stats().outages()).isEqualTo(1);
  }

  private void isBack() {
    await().atMost(30, SECONDS).until(() -> {
      ticker.advance(Duration.ofSeconds(40)); // a trial is due
      limiter.decide("another", 1);
      return store.stats().isAvailable();
    });
  }

  @Test
  void aServerThatHasForgottenTheScriptGetsItAgain() {
    server.command("SCRIPT", "FLUSH");
    assertThat(limiter.decide("alice", 1).remaining()).isEqualTo(BURST - 1);
    assertThat(store.stats().failed()).isZero();
  }

  @Test
  void aServerThatRunsAnotherScriptForTooLongIsBusy() throws InterruptedException {
    server.command("CONFIG", "SET", "lua-time-limit", "5");
    Thread busy = new Thread(() -> {
      try {
        server.command("EVAL", "while true do end", "0");
      } catch (RuntimeException killed) {
        // as it is to be
      }
    });
    busy.start();
    await().atMost(20, SECONDS).until(() -> {
      limiter.decide("alice", 1);
      return !store.stats().isAvailable();
    });
    assertThat(store.stats().reason()).isIn("BUSY", "timeout");
    server.command("SCRIPT", "KILL");
    busy.join();
    isBack();
  }

  @Test
  void allIsAdmittedWhereThatIsChosen() {
    store.close();
    open(StoreFailurePolicy.OPEN);
    server.kill();
    for (int i = 0; i < 3 * BURST; i++) {
      assertThat(limiter.decide("alice", 1).isAdmitted()).isTrue();
    }
  }

  @Test
  void allIsRejectedWhereThatIsChosen() {
    store.close();
    open(StoreFailurePolicy.CLOSED);
    server.kill();
    for (int i = 0; i < 10; i++) {
      assertThat(limiter.decide("alice", 1))
          .isInstanceOfSatisfying(Decision.Rejected.class, rejected -> {
            assertThat(rejected.reason()).isEqualTo(Decision.Reason.NO_STORE);
            assertThat(rejected.retryAfter()).isBetween(Duration.ofNanos(1), Duration.ofSeconds(2));
          });
    }
  }

  @Test
  void aStoreThatWasNeverThereIsNoFailureOfTheApplication() {
    server.kill();
    store.close();
    open(StoreFailurePolicy.LOCAL);
    for (int i = 0; i < 3 * BURST; i++) {
      assertThat(limiter.decide("alice", 1).isAdmitted()).isEqualTo(i < BURST / INSTANCES);
    }
    server.restart();
    isBack();
    assertThat(limiter.decide("alice", 1).remaining()).isEqualTo(BURST - BURST / INSTANCES - 1);
  }

  private void awaitAvailable(boolean isAvailable) {
    await().atMost(20, SECONDS).until(() -> {
      limiter.decide("another", 1);
      return store.stats().isAvailable() == isAvailable;
    });
  }

  @Test
  void aServerThatIsReachedAgainIsTriedAtOnce() {
    server.kill();
    awaitAvailable(false);
    server.restart();
    awaitAvailable(true); // though the ticker stands still
  }

  @Test
  void aServerThatIsReachedAgainIsTriedAtOnceThoughConnectingTakesLongerThanARequestMay() {
    server.kill();
    awaitAvailable(false);
    proxy.delay(TIMEOUT.multipliedBy(3).dividedBy(5)); // so does sending the script
    server.restart();
    awaitAvailable(true); // though the ticker stands still
  }

  @Test
  void aServerIsTriedAtOnceWhenItIsReachedThoughTheFirstConnectionTakesLongerThanARequestMay() {
    store.close();
    proxy.delay(TIMEOUT.multipliedBy(3).dividedBy(5));
    open(StoreFailurePolicy.LOCAL);
    for (int i = 0; i < 10; i++) {
      assertThat(limiter.decideAsync("key " + i, 1)).isNotNull();
    }
    await()
        .atMost(20, SECONDS)
        .until(
            () -> { // though the ticker stands still
              limiter.decide("another", 1);
              return store.stats().outages() == 1 && store.stats().isAvailable();
            });
  }

  @Test
  void moreRequestsAtOnceThanAreAskedForAreNoFailureOfTheServer() {
    store.close();
    open(StoreFailurePolicy.LOCAL, Duration.ofSeconds(10));
    limiter.peek("warm"); // connects
    server.freeze();
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < 4_000; i++) {
      asked.add(limiter.decideAsync("key " + i, 1));
    }
    server.thaw();
    assertThat(asked)
        .allSatisfy(
            stage -> assertThat(stage.toCompletableFuture().join().isAdmitted()).isTrue());

    assertThat(store.stats().withoutStore()).isBetween(2_000L, 3_500L);
    assertThat(store.stats().outages()).isZero();
    assertThat(limiter.decide("bob", 1).remaining()).isEqualTo(BURST - 1);
  }

  @Test
  void aClosedStoreIsOneThatDoesNotAnswer() {
    store.close();
    assertThat(limiter.decide("alice", 1).remaining()).isEqualTo(BURST / INSTANCES - 1);
    store.close();
  }
}
