package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.ManualTicker;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A host that drops the packets by which a connection begins, and so neither accepts nor refuses
 * it. Requests are decided within their timeout, by the share of the instance.
 */
@EnabledOnOs(OS.LINUX) // which drops such packets if the backlog of a listener is full
class SilentHostTest {

  private static final Duration TIMEOUT = Duration.ofMillis(50);
  private static final Duration LONGEST_WAIT = TIMEOUT.multipliedBy(10); // on a busy machine
  private static final int BURST = 40;
  private static final int INSTANCES = 4;
  private static final int SHARE = BURST / INSTANCES;

  private final ManualTicker ticker = ManualTicker.startingAt(0);
  private final RedisProcess server = RedisProcess.start();
  private @Nullable SilentListener silent;

  @BeforeAll
  static void loadClasses() { // before a time is measured
    try (RedisProcess server = RedisProcess.start();
        RedisStore store =
            RedisStore.at(server.uri()).timeout(Duration.ofSeconds(10)).open()) {
      RateLimiter limiter = store.limiter(LimiterSpec.of("1/s"));
      for (int i = 0; i < 300; i++) {
        assertThat(limiter.decide("warm " + i, 1).isAdmitted()).isTrue();
      }
    }
  }

  @AfterEach
  void close() throws IOException {
    answerAgain();
    server.close();
  }

  private void fallSilent() throws IOException {
    server.kill();
    silent = new SilentListener(server.port());
  }

  private void answerAgain() throws IOException {
    if (silent != null) {
      silent.close();
      silent = null;
    }
  }

  /** A listener whose backlog is full, so that no further connection to its port is answered. */
  private static final class SilentListener {

    private static final int FILLING = 8; // more than a backlog of one takes

    private final ServerSocket listener;
    private final List<SocketChannel> filling = new ArrayList<>();

    SilentListener(int port) throws IOException {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      this.listener = new ServerSocket(port, 1, address.getAddress());
      for (int i = 0; i < FILLING; i++) {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.connect(address);
        filling.add(channel);
      }
      try (Socket socket = new Socket()) {
        assertThatThrownBy(() -> socket.connect(address, 100))
            .isInstanceOf(SocketTimeoutException.class);
      }
    }

    void close() throws IOException {
      for (SocketChannel channel : filling) {
        channel.close();
      }
      listener.close();
    }
  }

  private RedisStoreBuilder with(RedisStoreBuilder settings) {
    return settings.timeout(TIMEOUT).instances(INSTANCES).ticker(ticker);
  }

  private RateLimiter limiter(RedisStore store) {
    return store.limiter(LimiterSpec.of("1/h burst " + BURST).withTicker(ticker).withName("a"));
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private static void assertDecidesByItsShare(RedisStore store, RateLimiter limiter) {
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    long began = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      asked.add(limiter.decideAsync("alice", 1));
    }
    long admitted = asked.stream()
        .filter(stage -> stage.toCompletableFuture().join().isAdmitted())
        .count();
    assertThat(since(began)).isLessThan(LONGEST_WAIT);
    for (int i = 0; i < 20; i++) {
      began = System.nanoTime();
      admitted += limiter.decide("alice", 1).isAdmitted() ? 1 : 0;
      assertThat(since(began)).isLessThan(LONGEST_WAIT);
    }
    assertThat(admitted).isEqualTo(SHARE);
    assertThat(store.stats().isAvailable()).isFalse();
  }

  private void assertDecidesByTheStoreAgain(RedisStore store, RateLimiter limiter) {
    await().atMost(30, SECONDS).until(() -> {
      ticker.advance(Duration.ofSeconds(40)); // a trial is due
      limiter.decide("another", 1);
      return store.stats().isAvailable() && store.stats().answered() > 0;
    });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://127.0.0.1:%d",
        "redis-cluster://127.0.0.1:%d",
        "redis-sentinel://127.0.0.1:%d#primary"
      })
  void holdsNoRequestAtTheStart(String form) throws IOException {
    fallSilent();
    try (RedisStore store = with(RedisStore.at(form.formatted(server.port()))).open()) {
      assertDecidesByItsShare(store, limiter(store));
    }
  }

  @Test
  void holdsNoRequestOfAStoreWithTheClientOfAnApplication() throws IOException {
    fallSilent();
    RedisClient client = RedisClient.create(server.uri());
    try (RedisStore store = with(RedisStore.using(client)).open()) {
      assertDecidesByItsShare(store, limiter(store));
    } finally {
      client.shutdown();
    }
  }

  @Test
  void holdsNoRequestWhileTheClientReconnectsAndIsUsedAgainWhenItAnswers() throws IOException {
    try (RedisStore store = with(RedisStore.at(server.uri())).open()) {
      RateLimiter limiter = limiter(store);
      assertDecidesByTheStoreAgain(store, limiter);
      fallSilent();
      assertDecidesByItsShare(store, limiter);
      for (int i = 0; i < 10; i++) { // trials, each of which waits for a connection
        ticker.advance(Duration.ofSeconds(40));
        long began = System.nanoTime();
        limiter.decide("alice", 1);
        assertThat(since(began)).isLessThan(LONGEST_WAIT);
      }
      assertThat(store.stats().isAvailable()).isFalse();
      answerAgain();
      server.restart();
      assertDecidesByTheStoreAgain(store, limiter);
    }
  }

  @Test
  void failsAStartThatRequiresItInSeconds() throws IOException {
    fallSilent();
    long began = System.nanoTime();
    assertThatThrownBy(() -> with(RedisStore.at(server.uri())).required(true).open())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("store must answer at the start, got ");
    assertThat(since(began)).isLessThan(Duration.ofSeconds(15));
  }
}
