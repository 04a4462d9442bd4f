package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.StoreStats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What something else has written where a key is kept. The key never gets more than its limit, it
 * is never locked out for longer than a burst takes to come back, and no other key notices.
 */
@SuppressWarnings("NullAway.Init") // each test begins with start
class PlantedValueTest {

  private static final long SEED = Long.getLong("flowshield.testkit.seed", 20261128);
  private static final int BURST = 20;
  private static final String LIMIT = "10/min burst " + BURST;
  private static final Duration WINDOW = Duration.ofMinutes(2);
  private static final StoredRate RATE =
      new StoredRates(LimiterSpec.of(LIMIT).limits(), 1_000).get(0);
  private static final long MICROS = 1_000_000;
  private static final long CENTURY = 100L * 365 * 86_400 * MICROS;

  private RedisProcess server;
  private RedisStore store;
  private RateLimiter limiter;
  private int others;

  static List<String> servers() {
    return Servers.all();
  }

  private void start(String name) {
    server = Servers.start(name);
    store =
        RedisStore.at(server.uri()).timeout(Duration.ofSeconds(10)).instances(2).open();
    limiter = limiter(store);
  }

  private static RateLimiter limiter(RedisStore store) {
    return store.limiter(LimiterSpec.of(LIMIT).withName("a"));
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  private static String packed(long... numbersAndSizes) {
    StringBuilder packed = new StringBuilder();
    for (int i = 0; i < numbersAndSizes.length; i += 2) {
      for (int k = 0; k < numbersAndSizes[i + 1]; k++) {
        packed.append((char) (numbersAndSizes[i] >> (8 * k) & 0xFF));
      }
    }
    return packed.toString();
  }

  /** A value as the script writes it. */
  private static String value(long time, long debt, long drain, long capacity) {
    return packed(1, 1, time, 7, debt, 6, drain, 4, capacity, 6);
  }

  private void plant(String key, String value, String... more) {
    List<String> words = new ArrayList<>(List.of("SET", store.name("a", key), value));
    words.addAll(List.of(more));
    server.command(words.toArray(String[]::new));
  }

  /** Returns how many requests of a key are admitted at once, and checks the rejections. */
  private int admitted(String key) {
    int admitted = 0;
    for (int i = 0; i < BURST + 5; i++) {
      if (limiter.decide(key, 1) instanceof Decision.Rejected rejected) {
        assertThat(rejected.retryAfter()).as(key).isLessThanOrEqualTo(WINDOW);
      } else {
        admitted++;
      }
    }
    assertThat(admitted).as(key).isLessThanOrEqualTo(BURST + 1); // of a machine that is slow
    return admitted;
  }

  private void assertNoOtherKeyNotices() {
    long before = store.stats().withoutStore();
    for (int i = 0; i < 3; i++) {
      assertThat(limiter.decide("other " + others++, 3).remaining()).isEqualTo(BURST - 3);
    }
    StoreStats stats = store.stats();
    assertThat(stats.withoutStore()).isEqualTo(before);
    assertThat(stats.isAnswering()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void ofAnotherTypeIsReplaced(String name) {
    start(name);
    String[][] plants = {
      {"RPUSH", "x"},
      {"SADD", "x"},
      {"HSET", "field", "x"},
      {"ZADD", "1", "x"},
      {"XADD", "*", "field", "x"},
      {"PFADD", "x"},
      {"SETBIT", "2000", "1"},
      {"APPEND", ""}
    };
    for (String[] plant : plants) {
      for (int i = 0; i < 7; i++) { // more than failures that open a circuit
        List<String> words = new ArrayList<>(List.of(plant));
        words.add(1, store.name("a", plant[0] + i));
        server.command(words.toArray(String[]::new));
        assertThat(admitted(plant[0] + i)).isGreaterThanOrEqualTo(BURST);
      }
      assertNoOtherKeyNotices();
    }
    assertThat(store.stats().failed()).isZero();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void isReplacedWhateverIsAskedOfTheKey(String name) {
    start(name);
    for (String plant :
        List.of("", "x", "\0".repeat(23), "\0".repeat(24), "\1" + "\0".repeat(23))) {
      plant("peeked", plant);
      assertThat(limiter.peek("peeked").remaining()).isEqualTo(BURST);
      plant("reset", plant);
      limiter.reset("reset");
      assertThat(admitted("reset")).isGreaterThanOrEqualTo(BURST);
      plant("added", plant);
      limiter.add("added", 5);
      assertThat(admitted("added")).isGreaterThanOrEqualTo(BURST);
      plant("several", plant);
      assertThat(limiter.decide("several", 7).remaining()).isEqualTo(BURST - 7);
    }
    assertThat(store.stats().failed()).isZero();
    assertNoOtherKeyNotices();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void ofAnyBytesOfAnyLengthLocksNoClientOutAndGivesNothing(String name) {
    start(name);
    Random random = new Random(SEED);
    for (int length = 0; length <= 64; length++) {
      for (int round = 0; round < 6; round++) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
          text.append((char) (each & 0xFF));
        }
        if (round % 2 == 0 && length > 0) {
          text.setCharAt(0, '\1'); // of this version
        }
        if (round % 3 == 0 && length > 7) {
          text.replace(1, 8, packed(now(), 7)); // at a time that may be
        }
        String key = length + " bytes, round " + round + ", seed " + SEED;
        plant(key, text.toString());
        admitted(key);
        limiter.add(key, BURST);
        assertThat(limiter.decide(key, 1).isAdmitted()).as(key).isTrue();
      }
      assertNoOtherKeyNotices();
    }
    assertThat(store.stats().failed()).isZero();
  }

  private static long now() {
    return TimeUnit.MILLISECONDS.toMicros(Instant.now().toEpochMilli());
  }

  @ParameterizedTest
  @MethodSource("servers")
  void ofAnyTimeLocksNoClientOutAndGivesNothing(String name) {
    start(name);
    long[] times = {
      0,
      1,
      now() - CENTURY,
      now() - MICROS,
      now() + MICROS / 2,
      now() + 60 * MICROS,
      now() + CENTURY,
      (1L << 53) - 1,
      1L << 53,
      (1L << 55) - 1,
      -1,
      -(1L << 55)
    };
    for (long time : times) {
      for (long debt : new long[] {0, RATE.capacity() / 2, RATE.capacity(), (1L << 48) - 1}) {
        String key = "time " + time + ", debt " + debt;
        plant(key, value(time, debt, RATE.drain(), RATE.capacity()));
        admitted(key);
        limiter.add(key, BURST);
        assertThat(limiter.decide(key, 1).isAdmitted()).as(key).isTrue();
      }
      assertNoOtherKeyNotices();
    }
    assertThat(store.stats().failed()).isZero();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void ofAnotherRateIsConverted(String name) {
    start(name);
    long[][] rates = {
      {RATE.drain(), 1},
      {1, RATE.capacity()},
      {0xFFFF_FFFFL, 1L << 47},
      {1, 1L << 47},
      {0, 0},
      {0, RATE.capacity()},
      {RATE.drain(), (1L << 48) - 1}
    };
    for (long[] rate : rates) {
      for (long debt : new long[] {0, 1, rate[1] / 2, rate[1], (1L << 48) - 1}) {
        String key = "drain " + rate[0] + ", capacity " + rate[1] + ", debt " + debt;
        plant(key, value(now(), debt, rate[0], rate[1]));
        admitted(key);
      }
    }
    assertThat(store.stats().failed()).isZero();
    assertNoOtherKeyNotices();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void ofALaterVersionStaysAndLeavesItsKeyToTheShareOfTheInstance(String name) {
    start(name);
    String later = "\2" + value(now(), 0, 1, 1).substring(1);
    plant("alice", later, "PX", "60000");
    int admitted = 0;
    for (int i = 0; i < 3 * BURST; i++) {
      admitted += limiter.decide("alice", 1).isAdmitted() ? 1 : 0;
    }
    assertThat(admitted).isEqualTo(BURST / 2); // of two instances
    assertThat(server.command("GET", store.name("a", "alice"))).isEqualTo(later);
    assertThat(store.stats().failed()).isGreaterThan(5);
    assertNoOtherKeyNotices();

    server.command("DEL", store.name("a", "alice")); // what was admitted is charged now
    assertThat(limiter.decide("alice", 1).remaining()).isEqualTo(BURST - BURST / 2 - 1);
  }
}
