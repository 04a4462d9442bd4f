package dev.flowshield.redis.connection;

import io.lettuce.core.RedisURI;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The servers of a cluster. One server keeps each slot of keys; a failover, or the move of a slot,
 * changes it. The client learns the slots from the servers, and asks again when one of them does
 * not answer.
 */
final class ClusterServer implements RedisServer {

  private static final Duration REFRESHED_EVERY = Duration.ofSeconds(15);
  private static final Duration BETWEEN_REFRESHES = Duration.ofSeconds(1); // after errors
  private static final Duration LONGEST_AHEAD = Duration.ofMillis(250); // for one that is silent

  private final String name;
  private final LettuceClient<RedisClusterClient, StatefulRedisClusterConnection<byte[], byte[]>>
      client;

  private ClusterServer(
      String name,
      LettuceClient<RedisClusterClient, StatefulRedisClusterConnection<byte[], byte[]>> client) {
    this.name = name;
    this.client = client;
  }

  static ClusterServer at(StoreAddress address) {
    return new ClusterServer(
        address.toString(),
        LettuceClient.own(
            () -> {
              RedisClusterClient made =
                  RedisClusterClient.create(LettuceClient.resources(), address.nodes());
              made.setOptions(options());
              return made;
            },
            ClusterServer::connect));
  }

  static ClusterServer of(RedisClusterClient client) {
    return new ClusterServer(
        "redis cluster by a client of the application's",
        LettuceClient.given(client, ClusterServer::connect));
  }

  private static ClusterClientOptions options() {
    ClusterClientOptions.Builder options = ClusterClientOptions.builder();
    LettuceClient.options(options);
    return options
        // A redirection may name a server that has joined since.
        .validateClusterNodeMembership(false)
        .maxRedirects(5) // two are usual when a slot moves: ASK by its old server, then MOVED
        .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
            .adaptiveRefreshTriggersTimeout(BETWEEN_REFRESHES)
            .refreshTriggersReconnectAttempts(1)
            .enablePeriodicRefresh(REFRESHED_EVERY) // a silent server triggers no refresh
            .build())
        .build();
  }

  private static CompletionStage<StatefulRedisClusterConnection<byte[], byte[]>> connect(
      RedisClusterClient client) {
    return client
        .refreshPartitionsAsync() // otherwise the client would block while it connects
        .thenCompose(known -> client.connectAsync(ByteArrayCodec.INSTANCE))
        .thenCompose(connection -> connectAhead(connection).thenApply(done -> connection));
  }

  /**
   * Connects to each server in advance, replicas included: the client rejects commands for a server
   * while it connects to it.
   */
  private static CompletableFuture<Void> connectAhead(
      StatefulRedisClusterConnection<byte[], byte[]> connection) {
    List<CompletableFuture<?>> all = new ArrayList<>();
    for (RedisClusterNode node : connection.getPartitions()) {
      RedisURI address = node.getUri();
      all.add(connection
          .getConnectionAsync(address.getHost(), address.getPort())
          .handle((connected, failure) -> "")); // calls for its keys fail
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, LONGEST_AHEAD.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public CompletionStage<RedisScriptingAsyncCommands<byte[], byte[]>> connect() {
    return client.connect().thenApply(StatefulRedisClusterConnection::async);
  }

  /** Refreshes the slots; connections to other servers need no replacement. */
  @Override
  public boolean isLostAfter(StoreFailure failure) {
    client.use(made -> made.refreshPartitionsAsync()
        .thenCompose(known -> {
          StatefulRedisClusterConnection<byte[], byte[]> connection = client.connection();
          return connection == null
              ? CompletableFuture.completedStage(null)
              : connectAhead(connection);
        })
        .exceptionally(notYet -> null));
    return false;
  }

  @Override
  public boolean keepsKeysApart() {
    return true;
  }

  @Override
  public String keeperOf(String key) {
    StatefulRedisClusterConnection<byte[], byte[]> connection = client.connection();
    if (connection == null) {
      return "";
    }
    RedisClusterNode keeper = connection.getPartitions().getMasterBySlot(SlotHash.getSlot(key));
    return keeper == null ? "" : keeper.getNodeId();
  }

  @Override
  public Set<String> keepers() {
    StatefulRedisClusterConnection<byte[], byte[]> connection = client.connection();
    if (connection == null) {
      return Set.of("");
    }
    Set<String> keepers = new HashSet<>();
    int slots = 0;
    for (RedisClusterNode node : connection.getPartitions()) {
      if (!node.hasNoSlots()) {
        keepers.add(node.getNodeId());
        slots += node.getSlots().size();
      }
    }
    if (slots < SlotHash.SLOT_COUNT) {
      keepers.add("");
    }
    return keepers;
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
