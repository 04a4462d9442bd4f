package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An address that leads to another server after a failover, as a name does that is changed, while
 * the connection to the server of before stays open.
 */
class FailoverTest {

  private static final int BURST = 40;
  private static final int INSTANCES = 4;

  private final ManualTicker ticker = ManualTicker.startingAt(0);
  private final RedisProcess before = RedisProcess.start();
  private final RedisProcess after = RedisProcess.start();
  private final FaultyProxy name = new FaultyProxy(before.port());
  private final RedisStore store = RedisStore.at("redis://127.0.0.1:" + name.port())
      .timeout(Duration.ofMillis(200))
      .instances(INSTANCES)
      .ticker(ticker)
      .open();
  private final RateLimiter limiter =
      store.limiter(LimiterSpec.of("1/h burst " + BURST).withTicker(ticker).withName("fault"));

  @AfterEach
  void close() {
    store.close();
    name.close();
    before.thaw();
    before.close();
    after.close();
  }

  /** What the server of before is from then on. */
  @SuppressWarnings("ImmutableEnumChecker") // functions without state
  enum Before {
    READ_ONLY(server -> server.command("REPLICAOF", "127.0.0.1", "1")),
    SILENT(RedisProcess::freeze);

    private final Consumer<RedisProcess> begin;

    Before(Consumer<RedisProcess> begin) {
      this.begin = begin;
    }
  }

  @ParameterizedTest
  @EnumSource
  void isFollowedThoughTheConnectionToTheServerOfBeforeIsOpen(Before fate) {
    await().atMost(30, SECONDS).until(() -> {
      ticker.advance(Duration.ofSeconds(40));
      limiter.decide("warm", 1);
      return store.stats().isAvailable() && store.stats().answered() > 0;
    });

    fate.begin.accept(before);
    name.leadTo(after.port());
    int admitted = 0;
    while (store.stats().isAvailable()) {
      admitted += limiter.decide("alice", 1).isAdmitted() ? 1 : 0;
    }
    await().atMost(30, SECONDS).until(() -> {
      ticker.advance(Duration.ofSeconds(40));
      limiter.decide("another", 1);
      return store.stats().isAvailable();
    });
    assertThat(limiter.decide("alice", 1).remaining()).isEqualTo(BURST - admitted - 1);
    assertThat(String.valueOf(after.command("DBSIZE"))).isNotEqualTo("0");
  }
}
