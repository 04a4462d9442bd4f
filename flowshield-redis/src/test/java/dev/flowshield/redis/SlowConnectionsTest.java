package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Connections that take longer to be made than a request may wait. No request waits for one, a key
 * gets its limit and no more, and the store is asked again once it is reached.
 */
@Tag("thorough")
class SlowConnectionsTest {

  private static final Duration TIMEOUT = Duration.ofMillis(80);
  private static final Duration LONGEST_WAIT = TIMEOUT.multipliedBy(5); // on a busy machine
  private static final Duration SLOW = Duration.ofMillis(500);
  private static final Duration TOO_SLOW = Duration.ofMillis(1_300); // the client gives up before
  private static final int BURST = 40;
  private static final int INSTANCES = 4;
  private static final int SHARE = BURST / INSTANCES;

  private final ManualTicker ticker = ManualTicker.startingAt(0);
  private final RedisProcess server = RedisProcess.start();
  private final FaultyProxy proxy = new FaultyProxy(server.port());
  private final RedisStore store = RedisStore.at("redis://127.0.0.1:" + proxy.port())
      .timeout(TIMEOUT)
      .instances(INSTANCES)
      .ticker(ticker)
      .open();
  private final RateLimiter limiter =
      store.limiter(LimiterSpec.of("1/h burst " + BURST).withTicker(ticker).withName("slow"));
  private int fresh;

  @BeforeAll
  static void loadClasses() { // before a time is measured
    try (RedisProcess server = RedisProcess.start();
        RedisStore store =
            RedisStore.at(server.uri()).timeout(Duration.ofSeconds(10)).open()) {
      RateLimiter limiter = store.limiter(LimiterSpec.of("1/s"));
      for (int i = 0; i < 300; i++) {
        assertThat(limiter.decide("warm " + i, 1).isAdmitted()).isTrue();
      }
    }
  }

  @AfterEach
  void close() {
    store.close();
    proxy.close();
    server.thaw();
    server.close();
  }

  /** When a connection is made. */
  @SuppressWarnings("ImmutableEnumChecker") // functions without state
  enum When {
    AT_THE_START(test -> {}, test -> {}, 0),
    AFTER_IT_WAS_LOST(test -> test.limiter.decide("alice", 1), test -> test.proxy.cut(), 1),
    AFTER_A_RESTART(
        test -> {
          test.server.kill();
          test.awaitOpen();
        },
        test -> test.server.restart(),
        0);

    private final Consumer<SlowConnectionsTest> before;
    private final Consumer<SlowConnectionsTest> begin;
    private final int taken; // of the key, before

    When(Consumer<SlowConnectionsTest> before, Consumer<SlowConnectionsTest> begin, int taken) {
      this.before = before;
      this.begin = begin;
      this.taken = taken;
    }
  }

  private void awaitAnswering() {
    await().atMost(30, SECONDS).until(() -> {
      ticker.advance(Duration.ofSeconds(40)); // a trial is due
      limiter.decide("warm " + fresh++, 1);
      return store.stats().isAvailable() && store.stats().answered() > 0;
    });
  }

  private void awaitOpen() {
    await().atMost(30, SECONDS).until(() -> {
      limiter.decide("warm " + fresh++, 1);
      return !store.stats().isAvailable();
    });
  }

  /** Asks for permits of a key until the store is not asked any more, and a while after that. */
  private int admittedWithoutStore(String key) {
    int admitted = 0;
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < 100; i++) { // at once
      asked.add(limiter.decideAsync(key, 1 + i % 2));
    }
    long began = System.nanoTime();
    for (int i = 0; i < asked.size(); i++) {
      Decision decision = asked.get(i).toCompletableFuture().join();
      admitted += decision.isAdmitted() ? 1 + i % 2 : 0;
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LONGEST_WAIT);
    for (int i = 0; i < 20; i++) {
      began = System.nanoTime();
      admitted += limiter.decide(key, 1).isAdmitted() ? 1 : 0;
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LONGEST_WAIT);
    }
    assertThat(store.stats().isAvailable()).isFalse();
    return admitted;
  }

  private int admittedByStore(String key) {
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < 2 * BURST; i++) { // while what the key owes is being charged
      asked.add(limiter.decideAsync(key, 1));
    }
    int admitted = 0;
    for (CompletionStage<Decision> stage : asked) {
      admitted += stage.toCompletableFuture().join().isAdmitted() ? 1 : 0;
    }
    return admitted;
  }

  private void begin(When when, Duration delay, IntPredicate chosen) {
    if (when != When.AT_THE_START) {
      awaitAnswering();
    }
    when.before.accept(this);
    proxy.delayBeginning(delay, chosen);
    when.begin.accept(this);
  }

  private void assertAllIsCounted(int taken) {
    long withoutStore = store.stats().withoutStore();
    assertThat(taken + admittedByStore("alice")).isEqualTo(BURST);
    assertThat(store.stats().withoutStore()).isEqualTo(withoutStore);
  }

  @ParameterizedTest
  @EnumSource
  void areWaitedForByNoRequestAndUsedAtOnceWhenTheyAreMade(When when) {
    begin(when, SLOW, number -> true);
    int admitted = admittedWithoutStore("alice");
    assertThat(admitted).isEqualTo(SHARE);

    await()
        .atMost(10, SECONDS)
        .until(
            () -> { // though the ticker stands still
              limiter.decide("another", 1);
              return store.stats().isAvailable();
            });
    assertAllIsCounted(when.taken + admitted);
  }

  @ParameterizedTest
  @EnumSource(names = "AFTER_A_RESTART", mode = EnumSource.Mode.EXCLUDE)
  void thatTakeTooLongAreGivenUpForAnother(When when) {
    begin(when, TOO_SLOW, number -> number == 0);
    int admitted = admittedWithoutStore("alice");
    assertThat(admitted).isEqualTo(SHARE);

    awaitAnswering();
    assertAllIsCounted(when.taken + admitted);
  }

  @Test
  void thatAreMadeWhileATrialIsUnderWayAreTriedAtOnce() {
    awaitAnswering();
    server.freeze();
    awaitOpen();
    ticker.advance(Duration.ofSeconds(40));
    limiter.decide("another", 1); // begins a trial, which waits for the server
    try (RedisProcess other = RedisProcess.start()) {
      proxy.leadTo(other.port());
      proxy.cut();
      await()
          .atMost(10, SECONDS)
          .until(
              () -> { // though the ticker stands still
                limiter.decide("another", 1);
                return store.stats().isAvailable();
              });
    }
  }

  @Test
  void areMadeOnceForATrialThatFails() {
    awaitAnswering();
    server.command("REPLICAOF", "127.0.0.1", "1"); // now it is read-only
    awaitOpen();
    proxy.delayBeginning(Duration.ZERO, number -> false);
    ticker.advance(Duration.ofSeconds(40));
    long until = System.nanoTime() + SECONDS.toNanos(1);
    while (System.nanoTime() - until < 0) {
      limiter.decide("another", 1);
    }
    assertThat(proxy.accepted()).isEqualTo(1);
  }
}
