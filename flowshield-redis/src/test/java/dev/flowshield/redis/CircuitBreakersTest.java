package dev.flowshield.redis;

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
  private final CircuitBreakers circuits = new CircuitBreakers(new Keepers(), ticker);

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
      circuits.of(key).failed(reason, false);
    }
  }

  @Test
  void openForTheKeysOfTheServerThatFailsAndForNoOthers() {
    open("a1", "timeout");

    assertThat(circuits.of("a2").isClosed()).isFalse();
    assertThat(circuits.of("b1").isClosed()).isTrue();
    assertThat(circuits.worst()).isSameAs(circuits.of("a1"));
  }

  @Test
  void areToldByTheOneThatHasBeenOpenForLongest() {
    assertThat(circuits.worst().isClosed()).isTrue();
    open("b1", "timeout");
    ticker.advance(Duration.ofSeconds(3));
    open("a1", "disconnected");
    ticker.advance(Duration.ofSeconds(2));

    assertThat(circuits.worst().reason()).isEqualTo("timeout");
    assertThat(Duration.ofNanos(circuits.worst().sinceNanos())).isEqualTo(Duration.ofSeconds(5));
    assertThat(circuits.outages()).isEqualTo(2);

    circuits.of("b1").succeeded(true);
    assertThat(circuits.worst().reason()).isEqualTo("disconnected");
    circuits.of("a1").succeeded(true);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(circuits.worst().isClosed()).isTrue();
    assertThat(Duration.ofNanos(circuits.worst().sinceNanos())).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void areForgottenWithTheServerButNotThatItHasFailed() {
    open("a1", "timeout");
    keepers.remove("a");
    keepers.add("c");

    assertThat(circuits.worst().isClosed()).isTrue();
    assertThat(circuits.outages()).isEqualTo(1);
    keepers.add("a");
    assertThat(circuits.of("a1").isClosed()).isTrue();
  }
}
