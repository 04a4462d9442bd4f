package dev.flowshield.redis;

import dev.flowshield.Ticker;
import dev.flowshield.redis.connection.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Many stores over one connection, for tests. */
final class Stores implements AutoCloseable {

  private static final long START = 100_000_000_000_000L; // a ticker may step back, but not below 0

  private final RedisClient client;
  private final StatefulRedisConnection<byte[], byte[]> connection;

  Stores(String uri) {
    this.client = RedisClient.create(uri);
    this.connection = client.connect(ByteArrayCodec.INSTANCE);
  }

  /** A store that goes by a ticker in place of the server's clock. */
  RedisStore onTheClockOf(Ticker ticker) {
    return onTheClockOf(ticker, 0);
  }

  /** One of so many instances, all of whose stores are made at one reading of the ticker. */
  RedisStore onTheClockOf(Ticker ticker, int instances) {
    long start = ticker.nanos();
    RedisStoreBuilder settings = RedisStore.using(client).timeout(Duration.ofSeconds(10));
    if (instances > 0) {
      settings.instances(instances);
    }
    return new RedisStore(settings, new Shared(connection), () -> START + ticker.nanos() - start);
  }

  StatefulRedisConnection<byte[], byte[]> connection() {
    return connection;
  }

  @Override
  public void close() {
    client.shutdown();
  }

  private record Shared(StatefulRedisConnection<byte[], byte[]> connection) implements RedisServer {

    @Override
    public CompletionStage<RedisScriptingAsyncCommands<byte[], byte[]>> connect() {
      return CompletableFuture.completedFuture(connection.async());
    }

    @Override
    public void close() {}
  }
}
