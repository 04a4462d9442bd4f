package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.Decision;
import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.redis.connection.RedisServer;
import dev.flowshield.redis.connection.StoreAddress;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A key that was admitted by this instance alone, and is asked for when the store is back. */
class OwingTest {

  private static final int BURST = 20;
  private static final int SHARE = BURST / 2;

  private final ManualTicker ticker = ManualTicker.startingAt(0);
  private final CountDownLatch isPaying = new CountDownLatch(1);
  private final CountDownLatch mayPay = new CountDownLatch(1);
  private final RedisProcess server = RedisProcess.start();
  private final RedisStore store = open();
  private final RateLimiter limiter = limiter("a");

  private RedisStore open() {
    return new RedisStore(
        RedisStore.at(server.uri()).timeout(Duration.ofSeconds(10)).instances(2).ticker(ticker),
        RedisServer.at(StoreAddress.parse(server.uri())),
        this::now);
  }

  private RateLimiter limiter(String name) {
    return limiter(store, name);
  }

  private RateLimiter limiter(RedisStore of, String name) {
    return of.limiter(LimiterSpec.of("1/h burst " + BURST).withName(name).withTicker(ticker));
  }

  /** Holds the thread that is about to charge what is owed. */
  private long now() {
    if (Thread.currentThread().getName().equals("payer")) {
      isPaying.countDown();
      try {
        mayPay.await();
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
    return ticker.nanos();
  }

  @BeforeEach
  void admitAShareWhileTheStoreIsGone() {
    assertThat(limiter.decide("warm").isAdmitted()).isTrue();
    server.kill();
    int admitted = 0;
    for (int i = 0; i < 2 * BURST; i++) {
      admitted += limiter.decide("alice").isAdmitted() ? 1 : 0;
    }
    assertThat(admitted).isEqualTo(SHARE);
    server.restart();
    awaitAnswer();
  }

  private void awaitAnswer() {
    await().atMost(20, SECONDS).until(() -> {
      ticker.advance(Duration.ofSeconds(40));
      long before = store.stats().answered();
      limiter.decide("warm");
      return store.stats().answered() > before;
    });
  }

  @AfterEach
  void close() {
    mayPay.countDown();
    store.close();
    server.close();
  }

  private Thread payer() throws InterruptedException {
    Thread payer = new Thread(() -> limiter.decide("alice", BURST), "payer"); // gets nothing
    payer.start();
    isPaying.await();
    return payer;
  }

  @Test
  void getsNothingFromTheStoreBeforeThatIsCharged() throws InterruptedException {
    Thread payer = payer();
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < BURST; i++) {
      asked.add(limiter.decideAsync("alice", 1));
    }
    CompletionStage<Decision> several = limiter.decideAsync("alice", 2);
    assertThat(limiter.decide("bob", 2).remaining()).isEqualTo(BURST - 2); // owes nothing
    assertThat(asked).noneMatch(stage -> stage.toCompletableFuture().isDone());
    assertThat(several.toCompletableFuture()).isNotDone();

    mayPay.countDown();
    payer.join();
    int admitted = 0;
    for (CompletionStage<Decision> stage : asked) {
      admitted += stage.toCompletableFuture().join().isAdmitted() ? 1 : 0;
    }
    admitted += several.toCompletableFuture().join().isAdmitted() ? 2 : 0;
    assertThat(admitted).isEqualTo(BURST - SHARE);
  }

  @Test
  void getsNothingTogetherWithOthersBeforeThatIsCharged() throws InterruptedException {
    Thread payer = payer();
    CompletionStage<JointReservation> together = store.reserveAllAsync(List.of(
        new LimitStore.StoreCharge(limiter("b"), "alice", 1),
        new LimitStore.StoreCharge(limiter, "alice", BURST - SHARE + 1)));
    assertThat(together.toCompletableFuture()).isNotDone();

    mayPay.countDown();
    payer.join();
    assertThat(together.toCompletableFuture().join())
        .isInstanceOfSatisfying(
            JointReservation.Rejected.class,
            rejected -> assertThat(rejected.index()).isEqualTo(1));
    assertThat(limiter.peek("alice").remaining()).isEqualTo(BURST - SHARE);
    assertThat(limiter("b").peek("alice").remaining()).isEqualTo(BURST);
  }

  @Test
  void isRefundedThePermitsOfACallerThatLeftBeforeThatWasCharged() throws InterruptedException {
    Thread payer = payer();
    long before = store.stats().answered();
    limiter.reserveAsync("alice", 3).toCompletableFuture().cancel(false);

    mayPay.countDown();
    payer.join();
    await().atMost(5, SECONDS).until(() -> store.stats().answered() >= before + 4); // one refunds
    assertThat(limiter.peek("alice").remaining()).isEqualTo(BURST - SHARE);
  }

  @Test
  void hasNoMoreThanIsAddedToWhatItOwesHereAndThere() {
    try (RedisStore another = open()) {
      assertThat(limiter(another, "a").decide("alice", 4).isAdmitted()).isTrue();
    }
    limiter.add("alice", 3);
    assertThat(limiter.decide("alice").remaining()).isEqualTo(BURST - SHARE - 4 + 3 - 1);
  }

  @Test
  void owesWhatHasNotComeBackAlsoByALimitAtWhichItWouldHaveLongSince() {
    ticker.advance(Duration.ofHours(SHARE)); // half of it
    limiter.changeTo("60/h burst " + BURST);
    assertThat(limiter.decide("alice").remaining()).isEqualTo(BURST - SHARE / 2 - 1);
  }

  @Test
  void owesAsBeforeIfTheStoreIsGoneAgain() throws InterruptedException {
    Thread payer = payer();
    CompletionStage<Decision> asked = limiter.decideAsync("alice", 1);
    server.kill();
    mayPay.countDown();
    payer.join();
    assertThat(asked.toCompletableFuture().join().isAdmitted()).isFalse(); // by the spent share

    server.restart();
    awaitAnswer();
    assertThat(limiter.decide("alice").remaining()).isEqualTo(BURST - SHARE - 1);
  }
}
