package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.Ticker;
import dev.flowshield.redis.connection.RedisServer;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestCoalescerTest {

  private static final int REQUESTS = 1_000;

  private final RedisProcess server = RedisProcess.start();
  private final RedisStore store =
      RedisStore.at(server.uri()).timeout(Duration.ofSeconds(10)).open();

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  private static <T> List<T> all(List<CompletionStage<T>> stages) {
    return stages.stream()
        .map(stage -> stage.toCompletableFuture().orTimeout(20, SECONDS).join())
        .toList();
  }

  @Test
  void requestsThatComeAtOnceAreAskedInFewCallsAndGetWhatTheyWouldHaveEach() {
    RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
    limiter.peek("alice"); // connects
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    server.freeze();
    for (int i = 0; i < REQUESTS; i++) {
      asked.add(limiter.decideAsync("alice", 1));
    }
    server.thaw();
    List<Decision> decisions = all(asked);

    assertThat(decisions)
        .filteredOn(Decision::isAdmitted)
        .extracting(Decision::remaining)
        .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 600).boxed().toList());
    assertThat(decisions)
        .filteredOn(decision -> !decision.isAdmitted())
        .extracting(Decision::remaining)
        .containsOnly(0L);
    assertThat(store.stats().answered()).isBetween(2L, REQUESTS / 10L);
  }

  @Test
  void eachRequestIsRefundedByItself() {
    RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
    List<CompletionStage<Reservation>> asked = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      asked.add(limiter.reserveAsync("alice", 1));
    }
    List<Reservation.Held> given = all(asked).stream()
        .map(Reservation.Held.class::cast)
        .sorted(Comparator.comparing(held -> -held.decision().remaining()))
        .toList();
    for (int i = 0; i < 40; i++) {
      given.get(2 * i).cancel();
    }
    assertThat(limiter.peek("alice").remaining()).isEqualTo(540);
  }

  @Test
  void permitsOfACallerThatHasLeftAreRefunded() {
    RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
    limiter.peek("alice"); // connects
    server.freeze();
    for (int permits = 1; permits <= 6; permits++) {
      limiter.reserveAsync("alice", permits / 2 + 1).toCompletableFuture().cancel(false);
    }
    server.thaw();
    await().atMost(5, SECONDS).until(() -> store.stats().answered() >= 1 + 6 + 6); // refunds
    assertThat(limiter.peek("alice").remaining()).isEqualTo(600);
  }

  @Test
  void aKeyWithSeveralRatesTellsHowEachOfThemStands() {
    RateLimiter limiter =
        store.limiter(LimiterSpec.of("1/h burst 600, 1/day burst 40").withName("x"));
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      asked.add(limiter.decideAsync("alice", 1));
    }
    List<Decision> decisions = all(asked);
    assertThat(decisions).filteredOn(Decision::isAdmitted).hasSize(40).allSatisfy(decision -> {
      long left = decision.limits().get(1).remaining();
      assertThat(left).isBetween(0L, 39L);
      assertThat(decision.limits().get(0).remaining()).isEqualTo(560 + left);
    });
  }

  @Test
  void allThatWaitHearOfAFailureAtOnce() {
    RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
    limiter.decide("alice");
    server.kill();
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      asked.add(limiter.decideAsync("alice", 1));
    }
    List<Decision> decisions = all(asked);
    assertThat(decisions).filteredOn(Decision::isAdmitted).hasSize(600);
    assertThat(store.stats().withoutStore()).isEqualTo(REQUESTS);
  }

  private int hash(String key) {
    int hash = store.name("hot", key).hashCode();
    return (hash ^ (hash >>> 16)) & 1_023; // the bits by which a table of this size is read
  }

  private List<String> keysWhoseHashesCollide() {
    return IntStream.range(0, 100_000)
        .mapToObj(i -> "key " + i)
        .filter(key -> hash(key) == hash("alice"))
        .limit(4)
        .toList();
  }

  @Test
  void severalBusyKeysWhoseHashesCollideAreEachAskedInFewCalls() {
    RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
    List<String> keys = keysWhoseHashesCollide();
    limiter.peek("warm"); // connects
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    server.freeze();
    for (int i = 0; i < REQUESTS; i++) {
      keys.forEach(key -> asked.add(limiter.decideAsync(key, 1)));
    }
    server.thaw();

    assertThat(all(asked)).filteredOn(Decision::isAdmitted).hasSize(keys.size() * 600);
    assertThat(store.stats().answered()).isBetween(2L, keys.size() * (REQUESTS / 10L));
    assertThat(store.stats().failed()).isZero();
    assertThat(store.stats().withoutStore()).isZero();
  }

  @Test
  void aKeyIsForgottenWhenItsCallsHaveEnded() {
    RedisLimiter limiter =
        (RedisLimiter) store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
    RequestCoalescer coalescer = new RequestCoalescer(store);
    limiter.peek("warm"); // connects
    server.freeze();
    List<CompletionStage<Reservation>> asked = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      asked.add(coalescer.reserve(limiter.ask("key " + i % 5, 1)));
    }
    assertThat(coalescer.size()).isEqualTo(5);
    limiter.changeTo("1/h burst 500");
    asked.add(coalescer.reserve(limiter.ask("key 0", 1)));
    assertThat(coalescer.size()).isEqualTo(6);
    server.thaw();
    all(asked);

    assertThat(coalescer.size()).isZero();
  }

  @Test
  void allAreDecidedThoughTheNextCallCannotBeSentAndTheKeyBeginsAnew() {
    AtomicBoolean isOutOfMemory = new AtomicBoolean();
    Ticker ticker = () -> {
      if (isOutOfMemory.get()) {
        throw new NoMemoryForItsCause();
      }
      return 0;
    };
    try (Stores stores = new Stores(server.uri())) {
      HeldConnection connection = new HeldConnection(stores.connection().async());
      RedisStore store = new RedisStore(
          RedisStore.at(server.uri())
              .timeout(Duration.ofSeconds(10))
              .instances(1)
              .ticker(ticker),
          connection,
          null);
      RedisLimiter limiter =
          (RedisLimiter) store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
      RequestCoalescer coalescer = new RequestCoalescer(store);
      coalescer.reserve(limiter.ask("alice", 1)).join(); // connects
      connection.replies().hold();
      List<CompletionStage<Reservation>> asked = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        asked.add(coalescer.reserve(limiter.ask("alice", 1)));
      }
      isOutOfMemory.set(true);
      connection.replies().release();

      assertThat(all(asked)).allMatch(Reservation.Held.class::isInstance);
      isOutOfMemory.set(false);
      assertThat(store.stats().withoutStore()).isEqualTo(12);
      Reservation next = coalescer.reserve(limiter.ask("alice", 1)).join();
      assertThat(RedisLimiter.decision(next).remaining()).isEqualTo(600 - 1 - 8 - 1);
      assertThat(coalescer.size()).isZero();
      store.close();
    }
  }

  /** A connection on which each call fails by an error about which nothing can be found out. */
  private static final class FailingConnection implements RedisServer {

    @Override
    @SuppressWarnings("unchecked")
    public CompletionStage<RedisScriptingAsyncCommands<byte[], byte[]>> connect() {
      return CompletableFuture.completedFuture((RedisScriptingAsyncCommands<byte[], byte[]>)
          Proxy.newProxyInstance(
              FailingConnection.class.getClassLoader(),
              new Class<?>[] {RedisScriptingAsyncCommands.class},
              (proxy, method, arguments) -> {
                AsyncCommand<String, String, Object> answer =
                    new AsyncCommand<>(new Command<>(CommandType.EVALSHA, null));
                answer.completeExceptionally(new NoMemoryForItsCause());
                return answer;
              }));
    }

    @Override
    public void close() {}
  }

  @Test
  void aRequestIsDecidedThoughItsFailureCannotBeUnderstood() {
    try (RedisStore store = new RedisStore(
        RedisStore.at(server.uri()).timeout(Duration.ofSeconds(10)).instances(1),
        new FailingConnection(),
        null)) {
      RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 3").withName("hot"));

      List<Decision> decisions = all(List.of(
          limiter.decideAsync("alice", 1),
          limiter.decideAsync("alice", 2),
          limiter.decideAsync("alice", 1)));

      assertThat(decisions).extracting(Decision::isAdmitted).containsExactly(true, true, false);
      assertThat(store.stats().withoutStore()).isEqualTo(3);
      assertThat(store.stats().failed()).isEqualTo(3);
    }
  }

  /** An error about which nothing can be found out, because that needs memory. */
  private static final class NoMemoryForItsCause extends OutOfMemoryError {

    private static final long serialVersionUID = 1;

    @Override
    public synchronized Throwable getCause() {
      throw new OutOfMemoryError();
    }
  }
}
