package dev.flowshield.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One server that keeps all keys: at an address, or the one that Sentinel names, which is asked
 * each time that the client connects.
 */
final class LoneServer implements Server {

  private final String name;
  private final Client<RedisClient, StatefulRedisConnection<byte[], byte[]>> client;

  private LoneServer(
      String name, Client<RedisClient, StatefulRedisConnection<byte[], byte[]>> client) {
    this.name = name;
    this.client = client;
  }

  static LoneServer at(Address address) {
    return new LoneServer(
        address.toString(),
        Client.own(
            () -> {
              RedisClient made = RedisClient.create(Client.resources());
              made.setOptions(Client.options(ClientOptions.builder()).build());
              return made;
            },
            made -> made.connectAsync(ByteArrayCodec.INSTANCE, address.nodes().get(0))));
  }

  static LoneServer of(RedisClient client) {
    return new LoneServer(
        "redis by a client of the application's",
        Client.given(
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
