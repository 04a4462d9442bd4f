package dev.flowshield.redis.connection;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The servers of a store, and the client that connects to them. Its text shows no password. */
public interface RedisServer {

  /** Connects, and closes the previous connection. Called by one thread at a time. */
  CompletionStage<RedisScriptingAsyncCommands<byte[], byte[]>> connect();

  /** Returns whether all keys of a command must have one hash tag, as in a cluster. */
  default boolean keepsKeysApart() {
    return false;
  }

  /** Sets the action that runs each time that a connection is made or restored. */
  default void whenConnected(Runnable action) {}

  /**
   * Looks for the server again after a failure of an open connection, because another server may
   * have taken its place.
   *
   * @return whether a new connection is needed
   */
  default boolean isLostAfter(StoreFailure failure) {
    return failure.needsNewConnection();
  }

  /** Returns the name of the server that keeps a key now; empty if it is unknown. */
  default String keeperOf(String key) {
    return "";
  }

  /** Returns the names of the servers that keep keys now; an empty one if some are unknown. */
  default Set<String> keepers() {
    return Set.of("");
  }

  /** Closes connections, and a client of the store's own. Never waits. */
  void close();

  /** Returns the servers at an address, by a client of the store's own. */
  static RedisServer at(StoreAddress address) {
    return address.isCluster() ? ClusterServer.at(address) : StandaloneServer.at(address);
  }

  /** Returns the server of a client of the user's own, which stays open. */
  static RedisServer of(RedisClient client) {
    return StandaloneServer.of(client);
  }

  /** Returns the cluster of a client of the user's own, which stays open. */
  static RedisServer of(RedisClusterClient client) {
    return ClusterServer.of(client);
  }
}
