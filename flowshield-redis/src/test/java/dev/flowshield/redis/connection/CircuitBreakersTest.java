package dev.flowshield.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.testkit.ManualTicker;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class CircuitBreakersTest {

  private final ManualTicker ticker = ManualTicker.startingAt(0);
  private final Set<String> keepers = new HashSet<>(Set.of("a", "b"));
  private final CircuitBreakers breakers = new CircuitBreakers(new Keepers(), ticker);

  /** Keys are kept by the server that their first letter names. */
  private final class Keepers implements RedisServer {

    @Override
    public CompletionStage<RedisScriptingAsyncCommands<byte[], byte[]>> connect() {
      throw new IllegalStateException();
    }

    @Override
    public String keeperOf(String key) {
      return key.substring(0, 1);
    }

    @Override
    public Set<String> keepers() {
      return keepers;
    }

    @Override
    public void close() {}
  }

  private void open(String key, String reason) {
    for (int i = 0; i < 5; i++) {
      breakers.of(key).failed(reason, false);
    }
  }

  @Test
  void openForTheKeysOfTheServerThatFailsAndForNoOthers() {
    open("a1", "timeout");

    assertThat(breakers.of("a2").isClosed()).isFalse();
    assertThat(breakers.of("b1").isClosed()).isTrue();
    assertThat(breakers.worst()).isSameAs(breakers.of("a1"));
  }

  @Test
  void areToldByTheOneThatHasBeenOpenForLongest() {
    assertThat(breakers.worst().isClosed()).isTrue();
    open("b1", "timeout");
    ticker.advance(Duration.ofSeconds(3));
    open("a1", "disconnected");
    ticker.advance(Duration.ofSeconds(2));

    assertThat(breakers.worst().reason()).isEqualTo("timeout");
    assertThat(Duration.ofNanos(breakers.worst().sinceNanos())).isEqualTo(Duration.ofSeconds(5));
    assertThat(breakers.outages()).isEqualTo(2);

    breakers.of("b1").succeeded(true);
    assertThat(breakers.worst().reason()).isEqualTo("disconnected");
    breakers.of("a1").succeeded(true);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(breakers.worst().isClosed()).isTrue();
    assertThat(Duration.ofNanos(breakers.worst().sinceNanos())).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void areForgottenWithTheServerButNotThatItHasFailed() {
    open("a1", "timeout");
    keepers.remove("a");
    keepers.add("c");

    assertThat(breakers.worst().isClosed()).isTrue();
    assertThat(breakers.outages()).isEqualTo(1);
    keepers.add("a");
    assertThat(breakers.of("a1").isClosed()).isTrue();
  }
}
