package dev.flowshield.redis.connection;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of Lettuce, the store's own or the user's, and the one connection that it has for the
 * store.
 *
 * <p>Thread-safe; one thread at a time connects.
 *
 * @param <C> the kind of client
 * @param <S> the kind of connection
 */
final class LettuceClient<
    C extends AbstractRedisClient, S extends StatefulConnection<byte[], byte[]>> {

  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration LONGEST_RECONNECT_DELAY = Duration.ofSeconds(1);

  private final Supplier<C> maker;
  private final boolean isOwn;
  private final Function<C, CompletionStage<S>> connecting;
  private final AtomicReference<@Nullable C> made = new AtomicReference<>();
  private final AtomicReference<@Nullable S> connection = new AtomicReference<>();
  private volatile Runnable whenConnected = () -> {};
  private volatile boolean isClosed;

  private LettuceClient(
      Supplier<C> maker, boolean isOwn, Function<C, CompletionStage<S>> connecting) {
    this.maker = maker;
    this.isOwn = isOwn;
    this.connecting = connecting;
  }

  /** Returns a client of the store's own, made when it first connects and closed with the store. */
  static <C extends AbstractRedisClient, S extends StatefulConnection<byte[], byte[]>>
      LettuceClient<C, S> own(Supplier<C> maker, Function<C, CompletionStage<S>> connecting) {
    return new LettuceClient<>(maker, true, connecting);
  }

  /** Returns a client of the user's own, which stays open. */
  static <C extends AbstractRedisClient, S extends StatefulConnection<byte[], byte[]>>
      LettuceClient<C, S> given(C client, Function<C, CompletionStage<S>> connecting) {
    return new LettuceClient<>(() -> client, false, connecting);
  }

  /** Returns the threads and the reconnect delay of a client of the store's own. */
  static ClientResources resources() {
    return ClientResources.builder()
        .ioThreadPoolSize(2)
        .computationThreadPoolSize(2)
        .reconnectDelay(
            Delay.fullJitter(Duration.ZERO, LONGEST_RECONNECT_DELAY, 1, TimeUnit.MILLISECONDS))
        .build();
  }

  /** Sets the options of a client of the store's own. */
  static <B extends ClientOptions.Builder> B options(B options) {
    options
        .autoReconnect(true)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .requestQueueSize(4_096)
        .replayFilter(command -> true) // a request that waited for a connection is over
        .socketOptions(SocketOptions.builder()
            .connectTimeout(CONNECT_TIMEOUT)
            .keepAlive(true)
            .build());
    return options;
  }

  /** Connects, and closes the previous connection. */
  CompletionStage<S> connect() {
    close(connection.getAndSet(null));
    C known = made.get();
    C client = known == null ? maker.get() : known;
    made.set(client);
    if (isClosed) { // meanwhile
      close();
      return CompletableFuture.failedFuture(new StoreFailure(StoreFailure.DISCONNECTED));
    }
    return connecting.apply(client).thenCompose(connected -> {
      connection.set(connected);
      connected.addListener(new RedisConnectionStateListener() {
        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> again, SocketAddress address) {
          whenConnected.run();
        }
      });
      if (isClosed) { // meanwhile
        close(connection.getAndSet(null));
        return CompletableFuture.failedFuture(new StoreFailure(StoreFailure.DISCONNECTED));
      }
      whenConnected.run();
      return CompletableFuture.completedFuture(connected);
    });
  }

  /** Sets the action that runs each time that a connection is made or restored. */
  void whenConnected(Runnable action) {
    whenConnected = action;
  }

  /** Returns the connection; null while it is not made. */
  @Nullable
  S connection() {
    return connection.get();
  }

  /** Passes the client to an action, if it is made and not closed. */
  void use(Consumer<C> action) {
    C client = made.get();
    if (client != null) {
      action.accept(client);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to do if it fails
  private void close(@Nullable S connected) {
    if (connected != null) {
      connected.closeAsync();
    }
  }

  /** Closes the connection, and a client of the store's own. Never waits. */
  @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to do if it fails
  void close() {
    isClosed = true;
    C client = made.getAndSet(null);
    if (client == null || !isOwn) {
      close(connection.getAndSet(null));
    } else { // which closes the connection
      ClientResources resources = client.getResources();
      client.shutdownAsync().whenComplete((done, failure) -> resources.shutdown());
    }
  }
}
