package dev.flowshield.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.ManualTicker;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Replies that something between the server and the client spoils. No key gets more than its limit
 * and the share of one outage, none is locked out for longer than a burst takes to come back, and
 * the store is asked again within its time, with the right replies for each key.
 */
@Tag("thorough")
class GarbledRepliesTest {

  private static final long SEED = Long.getLong("flowshield.testkit.seed", 20261128);
  private static final Duration TIMEOUT = Duration.ofMillis(100);
  private static final int BURST = 20;
  private static final int INSTANCES = 2;
  private static final Duration WINDOW = Duration.ofHours(BURST);
  private static final int KEYS = 4;

  private final ManualTicker ticker = ManualTicker.startingAt(0);
  private final RedisProcess server = RedisProcess.start();
  private final FaultyProxy proxy = new FaultyProxy(server.port());
  private final RedisStore store = RedisStore.at("redis://127.0.0.1:" + proxy.port())
      .timeout(TIMEOUT)
      .instances(INSTANCES)
      .ticker(ticker)
      .open();
  private final RateLimiter limiter =
      store.limiter(LimiterSpec.of("1/h burst " + BURST).withTicker(ticker).withName("garbled"));
  private final Map<String, AtomicInteger> admitted = new ConcurrentHashMap<>();
  private int fresh;

  @BeforeEach
  void connect() {
    awaitRightReplies();
  }

  @AfterEach
  void close() {
    store.close();
    proxy.close();
    server.close();
  }

  /** What becomes of a reply, which is a length and so many bytes. */
  @SuppressWarnings("ImmutableEnumChecker") // functions without state
  enum Garbling {
    BEHIND_A_NUMBER(reply -> joined(":7\r\n".getBytes(US_ASCII), reply)),
    BEHIND_A_STATUS(reply -> joined("+OK\r\n".getBytes(US_ASCII), reply)),
    BEHIND_AN_ERROR(reply -> joined("-ERR no\r\n".getBytes(US_ASCII), reply)),
    BEHIND_NULL(reply -> joined("$-1\r\n".getBytes(US_ASCII), reply)),
    BEHIND_A_LIST(reply -> joined("*2\r\n:1\r\n:2\r\n".getBytes(US_ASCII), reply)),
    BEHIND_A_TEXT(reply -> joined("$3\r\nabc\r\n".getBytes(US_ASCII), reply)),
    TWICE(reply -> joined(reply, reply)),
    LOST(reply -> new byte[0]),
    HALF(reply -> Arrays.copyOf(reply, reply.length / 2)),
    WITHOUT_ITS_END(reply -> Arrays.copyOf(reply, reply.length - 2)),
    WITHOUT_ITS_BEGINNING(reply -> Arrays.copyOfRange(reply, 3, reply.length)),
    SHORTER_THAN_IT_SAYS(reply -> begun("$16", reply)),
    LONGER_THAN_IT_SAYS(reply -> begun("$99", reply)),
    ENDLESS(reply -> joined("$536870912\r\n".getBytes(US_ASCII), reply)),
    A_LIST(reply -> begun("*37", reply)),
    A_NUMBER(reply -> begun(":37", reply)),
    AN_ERROR(reply -> "-ERR garbled\r\n".getBytes(US_ASCII)),
    OF_NO_TYPE(reply -> begun("?37", reply)),
    TO_ANOTHER_QUESTION(reply -> changed(reply, Math.min(5, reply.length - 1))),
    OF_ZEROS(reply -> joined(Arrays.copyOf(reply, 3), new byte[reply.length - 3]));

    private final UnaryOperator<byte[]> garbling;

    Garbling(UnaryOperator<byte[]> garbling) {
      this.garbling = garbling;
    }
  }

  private static byte[] joined(byte[] first, byte[] second) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }

  private static byte[] begun(String beginning, byte[] reply) {
    byte[] changed = reply.clone();
    System.arraycopy(beginning.getBytes(US_ASCII), 0, changed, 0, beginning.length());
    return changed;
  }

  private static byte[] changed(byte[] reply, int at) {
    byte[] changed = reply.clone();
    changed[at] ^= 0x55;
    return changed;
  }

  /** Asks each key a few times, until no reply is under way; with one reply spoiled among them. */
  private void ask(UnaryOperator<byte[]> garbling, int spoiled) {
    AtomicInteger replies = new AtomicInteger();
    proxy.spoil(reply -> replies.getAndIncrement() == spoiled ? garbling.apply(reply) : reply);
    askAll();
    proxy.spoil(UnaryOperator.identity());
  }

  private void askAll() {
    long outages = store.stats().outages();
    admitted.clear();
    int first = fresh;
    fresh += KEYS;
    for (int round = 0; round < 2 * BURST; round++) {
      List<CompletionStage<Decision>> asked = new ArrayList<>();
      for (int k = 0; k < KEYS; k++) {
        asked.add(limiter.decideAsync("key " + (first + k), 1 + round % 2));
      }
      for (int k = 0; k < KEYS; k++) {
        note(
            "key " + (first + k),
            1 + round % 2,
            asked.get(k).toCompletableFuture().join());
      }
    }
    int share = BURST / INSTANCES;
    long most = BURST + share * Math.max(1, store.stats().outages() - outages);
    assertThat(admitted)
        .allSatisfy((key, permits) ->
            assertThat((long) permits.get()).as(key).isBetween((long) share, most));
  }

  private void note(String key, int permits, Decision decision) {
    if (decision instanceof Decision.Rejected rejected) {
      assertThat(rejected.retryAfter()).as(key).isLessThanOrEqualTo(WINDOW);
    } else {
      admitted.computeIfAbsent(key, unseen -> new AtomicInteger()).addAndGet(permits);
    }
  }

  /** A trial is due each time, until keys that were never asked for have what is theirs. */
  private void awaitRightReplies() {
    await().atMost(30, SECONDS).until(() -> {
      ticker.advance(Duration.ofSeconds(40));
      limiter.decide("another", 1);
      return store.stats().isAvailable() && isReplyRight();
    });
  }

  private boolean isReplyRight() {
    long before = store.stats().withoutStore();
    for (int i = 0; i < 5; i++) {
      String key = "right " + fresh++;
      for (int permits = 1, taken = 1; permits <= 4; permits++, taken += permits) {
        if (limiter.decide(key, permits).remaining() != BURST - taken) {
          return false;
        }
      }
    }
    return store.stats().withoutStore() == before;
  }

  @ParameterizedTest
  @EnumSource
  void doNotKeepTheStoreFromAnsweringForLong(Garbling garbling) {
    for (int spoiled : new int[] {0, 7}) {
      ask(garbling.garbling, spoiled);
      awaitRightReplies();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void ofRandomBytesDoNotKeepTheStoreFromAnsweringForLong(int number) {
    Random random = new Random(SEED + number);
    ask(
        reply -> {
          byte[] changed = reply.clone();
          for (int i = random.nextInt(3); i >= 0; i--) { // not the permits that it gives
            int at = random.nextInt(Math.min(9, changed.length));
            changed[at] = (byte) random.nextInt(256);
          }
          return random.nextBoolean()
              ? changed
              : Arrays.copyOf(changed, random.nextInt(changed.length));
        },
        random.nextInt(20));
    awaitRightReplies();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5})
  void thatAreSwappedAreNotTakenForOneAnother(int number) {
    long failed = store.stats().failed();
    AtomicReference<byte[]> held = new AtomicReference<>();
    AtomicInteger replies = new AtomicInteger();
    proxy.spoil(reply -> {
      int count = replies.getAndIncrement();
      if (count == number) {
        held.set(reply);
        return new byte[0];
      }
      return count == number + 1 ? joined(reply, held.get()) : reply;
    });
    askAll();
    proxy.spoil(UnaryOperator.identity());
    assertThat(store.stats().failed()).isGreaterThan(failed);
    awaitRightReplies();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void oneInSoManyLeaveEachKeyItsShare(int every) {
    AtomicInteger replies = new AtomicInteger();
    Garbling[] all = Garbling.values();
    proxy.spoil(reply -> {
      int count = replies.getAndIncrement();
      return count % every == 0 ? all[count / every % all.length].garbling.apply(reply) : reply;
    });
    for (int i = 0; i < 3; i++) {
      ticker.advance(Duration.ofSeconds(40));
      askAll();
    }
    proxy.spoil(UnaryOperator.identity());
    awaitRightReplies();
  }
}
