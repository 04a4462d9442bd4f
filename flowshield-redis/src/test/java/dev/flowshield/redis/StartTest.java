package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said at the start about a server that cannot be used. */
class StartTest {

  private static final Logger LOGGER = Logger.getLogger("dev.flowshield.redis");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final Handler handler = new Handler() {
    @Override
    public void publish(LogRecord each) {
      if (each.getLevel().equals(Level.WARNING)) {
        warnings.add(each.getMessage() + List.of(each.getParameters()));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  static List<String> servers() {
    return Servers.all();
  }

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void stop() {
    LOGGER.removeHandler(handler);
  }

  private void assertTells(LimitStore store, String reason) {
    await().atMost(20, SECONDS).until(() -> !warnings.isEmpty());
    assertThat(warnings)
        .containsExactly("The store of the limits does not answer ({0}): limits go on without it,"
            + " here as those of one of {1} instances.[" + reason + ", 1]");
    assertThat(store.stats().reason()).isEqualTo(reason);
    assertThat(store.stats().outages()).isEqualTo(1);
    RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 3").withName("a"));
    for (int i = 0; i < 20; i++) {
      assertThat(limiter.tryAcquire("alice")).isEqualTo(i < 3);
    }
    assertThat(warnings).hasSize(1);
    store.close();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void tellsThatAPasswordIsWrongBeforeAnyRequest(String name) {
    try (RedisProcess server = Servers.start(name, "--requirepass", "right")) {
      String address = "redis://:wrong@127.0.0.1:" + server.port();
      assertTells(LimitStore.open(address), "WRONGPASS");
      assertThatThrownBy(() -> LimitStore.open(address, Map.of("required", "on")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("store must answer at the start, got 'WRONGPASS' from redis://")
          .hasMessageNotContaining("wrong@");
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void tellsThatAPasswordIsMissing(String name) {
    try (RedisProcess server = Servers.start(name, "--requirepass", "right")) {
      assertTells(LimitStore.open(server.uri()), "NOAUTH");
    }
  }

  @ParameterizedTest
  @MethodSource("servers")
  void tellsThatTheUserMayNotDoWhatTheScriptDoes(String name) {
    try (RedisProcess server = Servers.start(name)) {
      String[] rights = {"+eval +evalsha +time +get", "+eval +evalsha +time +set", "+ping"};
      for (int i = 0; i < rights.length; i++) {
        server.command(
            ("ACL SETUSER user" + i + " on >right ~* -@all +hello +ping " + rights[i]).split(" "));
        LimitStore store =
            LimitStore.open("redis://user" + i + ":right@127.0.0.1:" + server.port());
        assertTells(store, "NOPERM");
        warnings.clear();
      }
      server.command("ACL SETUSER other on >right ~other:* +@all".split(" "));
      assertTells(LimitStore.open("redis://other:right@127.0.0.1:" + server.port()), "NOPERM");
    }
  }

  @Test
  void tellsThatNobodyListens() {
    String address = "redis://127.0.0.1:" + RedisProcess.freePort();
    assertTells(LimitStore.open(address), "disconnected");
    assertThatThrownBy(() -> RedisStore.at(address).required(true).open())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "store must answer at the start, got 'disconnected' from " + address)
        .hasMessageEndingWith(": correct what is wrong there, or leave out required");
  }

  @Test
  void waitsForAServerThatIsRequired() {
    try (RedisProcess server = RedisProcess.start();
        LimitStore store = LimitStore.open(server.uri(), Map.of("required", "on"))) {
      RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 3").withName("a"));
      assertThat(limiter.decide("alice").remaining()).isEqualTo(2);
      assertThat(store.stats().withoutStore()).isZero();
      assertThat(warnings).isEmpty();
    }
    assertThatThrownBy(() -> LimitStore.open("redis://host", Map.of("required", "yes")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("required must be on or off, got 'yes'");
  }

  @Test
  void goesOnWithAServerThatComesLater() {
    RedisProcess server = RedisProcess.start();
    server.kill();
    try (LimitStore store = LimitStore.open(server.uri())) {
      await().atMost(20, SECONDS).until(() -> !warnings.isEmpty());
      server.restart();
      RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 300").withName("a"));
      await().atMost(PATIENCE).until(() -> {
        limiter.decide("alice");
        return store.stats().isAvailable() && store.stats().answered() > 0;
      });
    } finally {
      server.close();
    }
  }
}
