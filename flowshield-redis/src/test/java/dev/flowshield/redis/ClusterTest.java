package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.StoreStats;
import dev.flowshield.testkit.ManualTicker;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits in a cluster of real servers, of which some fail and slots move. */
class ClusterTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration TIMEOUT = Duration.ofMillis(200);
  private static final int BURST = 8;
  private static final int INSTANCES = 4;
  private static final int KEPT = 40;
  private static final String MANY = "1/min burst 1000000";

  private static RedisCluster cluster;

  private final ManualTicker ticker = ManualTicker.startingAt(0);
  private final List<RedisStore> stores = new ArrayList<>();

  @BeforeAll
  static void start() {
    cluster = new RedisCluster();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void close() {
    stores.forEach(RedisStore::close);
    cluster.revive();
  }

  /** A store that is connected to all masters. */
  private RedisStore open(RedisStoreBuilder settings, String prefix) {
    RedisStore store =
        settings.keyPrefix(prefix).instances(INSTANCES).ticker(ticker).open();
    stores.add(store);
    RateLimiter limiter = limiter(store, MANY);
    await().atMost(30, SECONDS).until(() -> {
      for (int i = 0; i < 50; i++) {
        limiter.decide("warm " + i, 1);
      }
      ticker.advance(Duration.ofSeconds(40)); // a trial is due
      return store.stats().isAnswering() && store.stats().answered() > 100;
    });
    return store;
  }

  private RateLimiter limiter(RedisStore store, String limit) {
    return store.limiter(LimiterSpec.of(limit).withName("a").withTicker(ticker));
  }

  private static int admitted(RateLimiter limiter, String key, int requests) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      admitted += limiter.decide(key, 1).isAdmitted() ? 1 : 0;
    }
    return admitted;
  }

  /** A key that a server keeps. */
  private static String keyOf(RedisStore store, RedisProcess server, String prefix) {
    for (int i = 0; ; i++) {
      if (cluster.keeperOf(store.name("a", prefix + i)) == server) {
        return prefix + i;
      }
    }
  }

  @Test
  void limitsEachKeyExactlyWhereverItIsKept() {
    RedisStore store = open(RedisStore.at(cluster.uri()).timeout(PATIENCE), "exact");
    RateLimiter limiter = limiter(store, "1/h burst " + BURST);
    Map<Integer, Integer> keys = new HashMap<>();
    long before = store.stats().withoutStore();
    for (int i = 0; i < 300; i++) {
      assertThat(admitted(limiter, "key " + i, BURST + 3)).isEqualTo(BURST);
      keys.merge(
          SlotHash.getSlot(store.name("a", "key " + i)) * 3 / SlotHash.SLOT_COUNT, 1, Integer::sum);
    }
    assertThat(store.stats().withoutStore()).isEqualTo(before);
    assertThat(keys).hasSize(3).allSatisfy((third, count) -> assertThat(count).isGreaterThan(50));
    assertThat(store).hasToString(cluster.uri());
  }

  @Test
  void takesOfSeveralKeysOrGivesBackWhereOneOfThemIsKeptByAnotherServer() {
    RedisStore store = open(RedisStore.at(cluster.uri()).timeout(PATIENCE), "together");
    RateLimiter limiter = limiter(store, "1/h burst " + BURST);
    RateLimiter beside =
        store.limiter(LimiterSpec.of("1/h burst 2").withName("b").withTicker(ticker));
    List<String> keys = cluster.masters().stream()
        .map(server -> keyOf(store, server, "one of "))
        .toList();
    List<LimitStore.Charge> charges = new ArrayList<>();
    keys.forEach(key -> charges.add(new LimitStore.Charge(limiter, key, 2)));
    charges.add(new LimitStore.Charge(beside, keys.get(0), 1)); // where the first of them is
    long before = store.stats().answered();
    for (int i = 0; i < 2; i++) {
      assertThat(store.reserveAllAsync(charges).toCompletableFuture().join())
          .isInstanceOf(JointReservation.Held.class);
    }
    assertThat(store.stats().answered() - before).isEqualTo(6);
    assertThat(admitted(limiter, keys.get(2), BURST)).isEqualTo(BURST - 4);
    charges.remove(3);

    assertThat(store.reserveAllAsync(charges).toCompletableFuture().join())
        .isInstanceOfSatisfying(
            JointReservation.Rejected.class,
            rejected -> assertThat(rejected.index()).isEqualTo(2));
    for (String key : keys.subList(0, 2)) { // were given back, or not asked for
      assertThat(limiter.peek(key).remaining()).isEqualTo(BURST - 4);
    }
  }

  @Test
  void answersWithinOneTimeoutThoughSeveralServersAreSilent() {
    Duration timeout = Duration.ofSeconds(1);
    RedisStore store = open(RedisStore.at(cluster.uri()).timeout(timeout), "silent");
    RateLimiter limiter = limiter(store, "1/h burst " + BURST);
    List<RedisProcess> silent = new ArrayList<>(cluster.masters());
    silent.remove(cluster.replicated());
    List<LimitStore.Charge> charges = new ArrayList<>();
    for (RedisProcess server : cluster.masters()) {
      charges.add(new LimitStore.Charge(limiter, keyOf(store, server, "one of "), 1));
    }
    silent.forEach(RedisProcess::freeze);
    long began = System.nanoTime();
    assertThat(store.reserveAllAsync(charges).toCompletableFuture().join())
        .isInstanceOf(JointReservation.Held.class);
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    silent.forEach(RedisProcess::thaw);

    assertThat(took)
        .isBetween(
            timeout.multipliedBy(9).dividedBy(10), timeout.multipliedBy(18).dividedBy(10));
    assertThat(store.stats().withoutStore()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void sharesPermitsAmongStoresAlsoByAClientOfTheUsersOwn() {
    RedisClusterClient client = RedisClusterClient.create(
        RedisURI.create("127.0.0.1", cluster.masters().get(1).port()));
    try {
      RateLimiter one = limiter(
          open(RedisStore.at(cluster.uri()).timeout(PATIENCE), "shared"), "1/h burst " + BURST);
      RedisStore ofUser = open(RedisStore.using(client).timeout(PATIENCE), "shared");
      RateLimiter other = limiter(ofUser, "1/h burst " + BURST);
      for (int i = 0; i < 30; i++) {
        assertThat(admitted(one, "key " + i, 3)).isEqualTo(3);
        assertThat(admitted(other, "key " + i, BURST)).isEqualTo(BURST - 3);
      }
      ofUser.close();
      assertThat(client.connect().sync().ping()).isEqualTo("PONG"); // it is still open
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  @Test
  void needsNoMoreRightsThanTheDocumentationSays() {
    cluster.onEach(
        ("ACL SETUSER flowshield on >secret ~rights:* -@all +eval +evalsha +get +set +pttl"
                + " +time +ping +hello +client|setname +cluster|nodes +cluster|myid +info +asking")
            .split(" "));
    RedisStoreBuilder settings = RedisStore.at(cluster.uri("flowshield:secret@"));
    RateLimiter limiter = limiter(open(settings.timeout(PATIENCE), "rights"), "1/h burst " + BURST);
    String name = stores.get(0).name("a", "hot");
    List<RedisProcess> masters = cluster.masters();
    RedisProcess from = cluster.keeperOf(name);
    assertThat(admitted(limiter, "hot", 1)).isEqualTo(1);
    move(
        name,
        from,
        masters.get((masters.indexOf(from) + 1) % masters.size()),
        () -> assertThat(admitted(limiter, "hot", 1)).isEqualTo(1));
    assertThat(admitted(limiter, "hot", BURST)).isEqualTo(BURST - 3);
    assertThat(stores.get(0).stats().withoutStore()).isZero();
  }

  @Test
  void countsEachPermitOnceWhileTheSlotOfAKeyMovesBetweenServers() throws InterruptedException {
    List<RateLimiter> limiters = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      RedisStore store = open(RedisStore.at(cluster.uri()).timeout(PATIENCE), "moves");
      limiters.add(limiter(store, MANY));
    }
    long before = withoutStore();
    String name = stores.get(0).name("a", "hot");
    AtomicBoolean isOver = new AtomicBoolean();
    LongAdder admitted = new LongAdder();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      RateLimiter limiter = limiters.get(i % 2);
      Thread thread = new Thread(() -> {
        while (!isOver.get()) {
          admitted.add(limiter.decide("hot", 1).isAdmitted() ? 1 : 0);
        }
      });
      thread.start();
      threads.add(thread);
    }
    try {
      List<RedisProcess> masters = cluster.masters();
      for (int i = 0; i < 6; i++) {
        RedisProcess from = cluster.keeperOf(name);
        RedisProcess to = masters.get((masters.indexOf(from) + 1) % masters.size());
        to.command("SCRIPT", "FLUSH");
        move(name, from, to, () -> awaitMore(admitted));
        awaitMore(admitted);
      }
    } finally {
      isOver.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(withoutStore()).isEqualTo(before);
    // A permit a minute comes back.
    assertThat(1_000_000 - limiters.get(0).peek("hot").remaining())
        .isBetween(admitted.sum() - 2, admitted.sum());
  }

  private long withoutStore() {
    return stores.stream().mapToLong(store -> store.stats().withoutStore()).sum();
  }

  private static void awaitMore(LongAdder admitted) {
    long before = admitted.sum();
    await().atMost(30, SECONDS).until(() -> admitted.sum() > before + 50);
  }

  private static void move(String name, RedisProcess from, RedisProcess to, Runnable between) {
    String slot = String.valueOf(SlotHash.getSlot(name));
    to.command("CLUSTER", "SETSLOT", slot, "IMPORTING", RedisCluster.id(from));
    from.command("CLUSTER", "SETSLOT", slot, "MIGRATING", RedisCluster.id(to));
    between.run();
    from.command("MIGRATE", "127.0.0.1", String.valueOf(to.port()), name, "0", "5000");
    between.run(); // the server of before says ASK
    to.command("CLUSTER", "SETSLOT", slot, "NODE", RedisCluster.id(to));
    from.command("CLUSTER", "SETSLOT", slot, "NODE", RedisCluster.id(to)); // and MOVED from here
  }

  @Test
  void keepsTheKeysOfTheOtherServersWhereOneFails() {
    RedisStore store = open(RedisStore.at(cluster.uri()).timeout(TIMEOUT), "one-fails");
    RateLimiter limiter = limiter(store, "1/h burst " + BURST);
    List<RedisProcess> masters = new ArrayList<>(cluster.masters());
    masters.remove(cluster.replicated());
    RedisProcess failing = masters.get(0);
    RedisProcess other = masters.get(1);
    String lost = keyOf(store, failing, "lost ");
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < KEPT; i++) {
      kept.add(keyOf(store, other, "kept " + i + " "));
    }
    failing.kill();

    long longest = 0;
    int admitted = 0;
    StoreStats before = store.stats();
    for (int i = 0; i < KEPT; i++) {
      long began = System.nanoTime();
      admitted += admitted(limiter, lost, 1);
      longest = Math.max(longest, System.nanoTime() - began);
      assertThat(admitted(limiter, kept.get(i), BURST + 1)).as("key %s", i).isEqualTo(BURST);
    }
    assertThat(admitted).isEqualTo(BURST / INSTANCES);
    StoreStats after = store.stats();
    assertThat(after.withoutStore() - before.withoutStore())
        .isEqualTo(KEPT); // of the lost key alone
    assertThat(after.isAnswering()).isFalse();
    assertThat(after.outages() - before.outages()).isEqualTo(1);
    assertThat(Duration.ofNanos(longest)).isLessThan(TIMEOUT.multipliedBy(10));

    failing.restart();
    awaitBack(store, limiter, lost);
    int took = BURST / INSTANCES + 1; // what it was admitted is charged there, and this one
    assertThat(limiter.decide(lost, 1).remaining()).isEqualTo(BURST - took);
  }

  @Test
  void waitsForNoServerThatIsSlowToConnectAndKeepsTheKeysOfTheOthers() {
    RedisStore named = open(RedisStore.at(cluster.uri()).timeout(PATIENCE), "slow");
    List<RedisProcess> masters = new ArrayList<>(cluster.masters());
    masters.remove(cluster.replicated());
    RedisProcess slow = masters.get(0);
    String late = keyOf(named, slow, "late ");
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < KEPT; i++) {
      kept.add(keyOf(named, masters.get(1), "kept " + i + " "));
    }
    try (FaultyProxy proxy = new FaultyProxy(slow.port())) {
      cluster.announce(slow, proxy.port());
      RedisStore store = open(RedisStore.at(cluster.uri()).timeout(TIMEOUT), "slow");
      RateLimiter limiter = limiter(store, "1/h burst " + BURST);
      assertThat(admitted(limiter, late, 1)).isEqualTo(1);
      assertThat(proxy.accepted()).isPositive();

      proxy.delayBeginning(TIMEOUT.multipliedBy(4), number -> true); // the client waits longer
      proxy.cut();
      long longest = 0;
      int locally = 0;
      for (int i = 0; i < KEPT; i++) {
        long began = System.nanoTime();
        locally += admitted(limiter, late, 1);
        longest = Math.max(longest, System.nanoTime() - began);
        assertThat(admitted(limiter, kept.get(i), BURST + 1)).as("key %s", i).isEqualTo(BURST);
      }
      assertThat(Duration.ofNanos(longest)).isLessThan(TIMEOUT.multipliedBy(3));
      awaitBack(store, limiter, late);
      assertThat(1 + locally + admitted(limiter, late, 2 * BURST)).isEqualTo(BURST);
    } finally {
      cluster.announce(slow, slow.port());
    }
  }

  /** A trial is due each time, until one succeeds. */
  private void awaitBack(RedisStore store, RateLimiter limiter, String key) {
    await().atMost(30, SECONDS).until(() -> {
      ticker.advance(Duration.ofSeconds(40));
      store.isOpen(store.name("a", key));
      long before = store.stats().answered();
      limiter.peek(key);
      return store.stats().isAnswering() && store.stats().answered() > before;
    });
  }

  /** How a master is lost, and comes back. */
  @SuppressWarnings("ImmutableEnumChecker") // functions without state
  enum Loss {
    KILLED(RedisProcess::kill, RedisProcess::restart),
    SILENT(RedisProcess::freeze, RedisProcess::thaw);

    private final Consumer<RedisProcess> begin;
    private final Consumer<RedisProcess> end;

    Loss(Consumer<RedisProcess> begin, Consumer<RedisProcess> end) {
      this.begin = begin;
      this.end = end;
    }
  }

  @ParameterizedTest
  @EnumSource
  void goesOnWithTheReplicaThatTakesThePlaceOfAServer(Loss loss) {
    RedisStore store = open(RedisStore.at(cluster.uri()).timeout(TIMEOUT), "failover-" + loss);
    RateLimiter limiter = limiter(store, "1/h burst " + BURST);
    RedisProcess master = cluster.replicated();
    RedisProcess replica = cluster.replica();
    String key = keyOf(store, master, "key ");
    assertThat(admitted(limiter, key, 3)).isEqualTo(3);
    await().atMost(20, SECONDS).until(() -> offset(master).equals(offset(replica)));

    loss.begin.accept(master);
    int locally = 0;
    long longest = 0;
    for (int i = 0; i < 50; i++) {
      long began = System.nanoTime();
      locally += admitted(limiter, key, 1);
      longest = Math.max(longest, System.nanoTime() - began);
    }
    assertThat(Duration.ofNanos(longest)).isLessThan(TIMEOUT.multipliedBy(10));
    awaitBack(store, limiter, key);
    int later = admitted(limiter, key, 2 * BURST);

    // What the replica knew goes on, and what was admitted meanwhile is charged to it.
    assertThat(3 + locally + later).isLessThanOrEqualTo(BURST);
    loss.end.accept(master);
    cluster.awaitOk();
    assertThat(cluster.keeperOf(store.name("a", key))).isSameAs(replica);
    assertThat(admitted(limiter, key, 5)).isZero();
    assertThat(store.stats().isAnswering()).as("%s", store.stats()).isTrue();
  }

  private static String offset(RedisProcess server) {
    return String.valueOf(server.command("INFO", "replication"))
        .lines()
        .filter(line -> line.startsWith("master_repl_offset:"))
        .findAny()
        .orElseThrow();
  }
}
