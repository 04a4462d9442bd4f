package dev.flowshield.redis.connection;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One server that keeps all keys. It is at an address, or is the master that Sentinel names each
 * time that the client connects.
 */
final class StandaloneServer implements RedisServer {

  private final String name;
  private final LettuceClient<RedisClient, StatefulRedisConnection<byte[], byte[]>> client;

  private StandaloneServer(
      String name, LettuceClient<RedisClient, StatefulRedisConnection<byte[], byte[]>> client) {
    this.name = name;
    this.client = client;
  }

  static StandaloneServer at(StoreAddress address) {
    return new StandaloneServer(
        address.toString(),
        LettuceClient.own(
            () -> {
              RedisClient made = RedisClient.create(LettuceClient.resources());
              made.setOptions(LettuceClient.options(ClientOptions.builder()).build());
              return made;
            },
            made -> made.connectAsync(ByteArrayCodec.INSTANCE, address.nodes().get(0))));
  }

  static StandaloneServer of(RedisClient client) {
    return new StandaloneServer(
        "redis by a client of the application's",
        LettuceClient.given(
            client,
            given -> CompletableFuture.supplyAsync(() -> given.connect(ByteArrayCodec.INSTANCE))));
  }

  @Override
  public CompletionStage<RedisScriptingAsyncCommands<byte[], byte[]>> connect() {
    return client.connect().thenApply(StatefulRedisConnection::async);
  }

  @Override
  public void whenConnected(Runnable action) {
    client.whenConnected(action);
  }

  @Override
  public void close() {
    client.close();
  }

  @Override
  public String toString() {
    return name;
  }
}
