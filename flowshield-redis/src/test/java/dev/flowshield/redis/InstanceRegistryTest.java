package dev.flowshield.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.redis.script.Script;
import dev.flowshield.testkit.ManualTicker;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InstanceRegistryTest {

  private final ManualTicker ticker = ManualTicker.startingAt(0);
  private final List<RedisStore> stores = new ArrayList<>();

  @AfterEach
  void close() {
    stores.forEach(RedisStore::close);
  }

  private RateLimiter instance(RedisProcess server, int set) {
    RedisStoreBuilder settings =
        RedisStore.at(server.uri()).timeout(Duration.ofSeconds(10)).ticker(ticker);
    RedisStore store = (set > 0 ? settings.instances(set) : settings).open();
    stores.add(store);
    return store.limiter(LimiterSpec.of("1/h burst 12").withName("a").withTicker(ticker));
  }

  @Test
  void areCountedByTheStoreAndShareTheLimitWhileItDoesNotAnswer() {
    try (RedisProcess server = RedisProcess.start()) {
      List<RateLimiter> instances = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        instances.add(instance(server, 0));
        instances.get(i).decide("warm " + i);
      }
      await().atMost(20, SECONDS).until(() -> {
        ticker.advance(Duration.ofSeconds(6)); // each says again that it is there
        instances.forEach(instance -> instance.decide("warm"));
        return stores.stream().allMatch(store -> store.stats().instances() == 4);
      });
      server.kill();

      for (RateLimiter instance : instances) {
        int admitted = 0;
        for (int i = 0; i < 12; i++) {
          admitted += instance.decide("alice") instanceof Decision.Admitted ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(3);
      }
    }
  }

  @Test
  void areNotTakenForGoneByAServerThatWasRestartedEmpty() {
    try (RedisProcess server = RedisProcess.start()) {
      RateLimiter one = instance(server, 0);
      RateLimiter other = instance(server, 0);
      other.decide("warm");
      one.decide("warm");
      await().atMost(20, SECONDS).until(() -> {
        ticker.advance(Duration.ofSeconds(6));
        one.decide("warm");
        other.decide("warm");
        return stores.get(0).stats().instances() == 2;
      });
      server.restart();
      long answered = stores.get(0).stats().answered();
      await().atMost(20, SECONDS).until(() -> {
        one.decide("warm " + UUID.randomUUID()); // alone
        return stores.get(0).stats().answered() > answered + 1;
      });
      ticker.advance(Duration.ofSeconds(6));
      String list = stores.get(0).name(":instances", "");
      await().atMost(20, SECONDS).until(() -> {
        one.decide("warm");
        return String.valueOf(server.command("EXISTS", list)).equals("1");
      });
      assertThat(stores.get(0).stats().instances()).isEqualTo(2);

      await().atMost(20, SECONDS).until(() -> {
        ticker.advance(Duration.ofSeconds(6));
        one.decide("warm");
        return stores.get(0).stats().instances() == 1; // the other is gone for long
      });
    }
  }

  @Test
  void areNoConcernOfALimitWithThatName() {
    try (RedisProcess server = RedisProcess.start()) {
      RedisStore store = RedisStore.at(server.uri())
          .timeout(Duration.ofSeconds(10))
          .ticker(ticker)
          .open();
      stores.add(store);
      RateLimiter limiter =
          store.limiter(LimiterSpec.of("1/h burst 20").withName("instances").withTicker(ticker));
      for (int i = 1; i <= 20; i++) {
        assertThat(limiter.decide("").remaining()).isEqualTo(20 - i);
        ticker.advance(Duration.ofSeconds(6)); // it is counted again
      }
      assertThat(limiter.decide("").isAdmitted()).isFalse();
      assertThat(store.stats().instances()).isEqualTo(1);
      assertThat(store.stats().failed()).isZero();
    }
  }

  @Test
  void areNotCountedWhereTheirNumberIsSet() {
    try (RedisProcess server = RedisProcess.start();
        Stores connected = new Stores(server.uri())) {
      instance(server, 7).decide("alice");

      assertThat(stores.get(0).stats().instances()).isEqualTo(7);
      assertThat(connected.connection().sync().keys("*")).hasSize(1);
    }
  }

  static List<String> servers() {
    return Servers.all();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void areLeftOutIfTheyDoNotSayThatTheyAreThere(String name) {
    try (RedisProcess server = Servers.start(name);
        Stores connected = new Stores(server.uri())) {
      assertThat(count(connected, "instance-00000-a", 60_000)).isEqualTo(1);
      assertThat(count(connected, "instance-00000-b", 60_000)).isEqualTo(2);
      assertThat(count(connected, "instance-00000-a", 60_000)).isEqualTo(2);
      await()
          .atMost(20, SECONDS)
          .until(() -> count(connected, "instance-00000-c", 300) == 1); // the others were long ago
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void areCountedAnewWhereSomethingElseHasWrittenTheirList(String name) {
    try (RedisProcess server = Servers.start(name);
        Stores connected = new Stores(server.uri())) {
      server.command("RPUSH", "instances", "x");
      assertThat(count(connected, "instance-00000-a", 60_000)).isEqualTo(1);
      assertThat(count(connected, "instance-00000-b", 60_000)).isEqualTo(2);
      server.command("SET", "instances", "x".repeat(100));
      assertThat(count(connected, "instance-00000-a", 60_000)).isEqualTo(1);
      assertThat(count(connected, "instance-00000-b", 60_000)).isEqualTo(2);
    }
  }

  private static long count(Stores stores, String id, int keptForMillis) {
    return Script.instances()
        .<Long>run(
            stores.connection().async(),
            ScriptOutputType.INTEGER,
            new byte[][] {"instances".getBytes(US_ASCII)},
            id.getBytes(US_ASCII),
            String.valueOf(keptForMillis).getBytes(US_ASCII))
        .toCompletableFuture()
        .join();
  }
}
