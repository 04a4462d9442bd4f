package dev.flowshield.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The servers of a store, and the client that reaches them. Its text shows no password. */
interface Server {

  /** Connects; called again only if that has failed. */
  CompletionStage<RedisScriptingAsyncCommands<String, String>> connect();

  /** Whether a command may name keys of one hash tag alone, as in a cluster. */
  default boolean keepsKeysApart() {
    return false;
  }

  /** Lets go of connections, and of a client that is the store's own. Waits for nothing. */
  void close();

  /** One server, or what Sentinel says of it, by a client of the store's own. */
  static Server at(RedisURI address) {
    return new Server() {
      private final AtomicReference<@Nullable RedisClient> made = new AtomicReference<>();

      @Override
      public CompletionStage<RedisScriptingAsyncCommands<String, String>> connect() {
        RedisClient known = made.get();
        RedisClient client = known == null ? client() : known;
        made.set(client); // one thread at a time connects
        return client
            .connectAsync(StringCodec.ASCII, address)
            .thenApply(StatefulRedisConnection::async);
      }

      @Override
      @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to do if it fails
      public void close() {
        RedisClient client = made.getAndSet(null);
        if (client != null) {
          ClientResources resources = client.getResources();
          client.shutdownAsync().whenComplete((done, failure) -> resources.shutdown());
        }
      }

      @Override
      public String toString() {
        return address.toString();
      }
    };
  }

  private static RedisClient client() {
    RedisClient client = RedisClient.create(ClientResources.builder()
        .ioThreadPoolSize(2)
        .computationThreadPoolSize(2)
        .build());
    client.setOptions(ClientOptions.builder()
        .autoReconnect(true)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .requestQueueSize(4_096)
        .replayFilter(command -> true) // a request that waited for a connection is over
        .socketOptions(SocketOptions.builder()
            .connectTimeout(Duration.ofSeconds(1))
            .keepAlive(true)
            .build())
        .build());
    return client;
  }

  /** What a client of the user's own reaches; the client stays open. */
  static Server of(RedisClient client) {
    return new Server() {
      private final AtomicReference<@Nullable StatefulRedisConnection<String, String>> connection =
          new AtomicReference<>();

      @Override
      public CompletionStage<RedisScriptingAsyncCommands<String, String>> connect() {
        return CompletableFuture.supplyAsync(() -> client.connect(StringCodec.ASCII))
            .thenApply(connected -> {
              connection.set(connected);
              return connected.async();
            });
      }

      @Override
      @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to do if it fails
      public void close() {
        StatefulRedisConnection<String, String> connected = connection.getAndSet(null);
        if (connected != null) {
          connected.closeAsync();
        }
      }

      @Override
      public String toString() {
        return "redis by a client of the application's";
      }
    };
  }
}
