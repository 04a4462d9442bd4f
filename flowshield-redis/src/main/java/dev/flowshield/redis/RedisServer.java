package dev.flowshield.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The servers of a store, and the client that reaches them. Its text shows no password. */
interface RedisServer {

  /** Connects; a connection of before is closed. Called by one thread at a time. */
  CompletionStage<RedisScriptingAsyncCommands<byte[], byte[]>> connect();

  /** Whether a command may name keys of one hash tag alone, as in a cluster. */
  default boolean keepsKeysApart() {
    return false;
  }

  /** Sets what to do each time that a connection is made, or made again after it was lost. */
  default void whenConnected(Runnable action) {}

  /**
   * Looks for the server again where it does not answer, though it is connected: it may be another
   * one by now.
   *
   * @return whether it takes a new connection for that
   */
  default boolean isLostAfter(StoreFailure failure) {
    return failure.needsNewConnection();
  }

  /** The one among them that keeps a key now, by a name of its own; empty if that is unknown. */
  default String keeperOf(String key) {
    return "";
  }

  /** Each that keeps keys now, by its name; empty for one that is unknown. */
  default Set<String> keepers() {
    return Set.of("");
  }

  /** Lets go of connections, and of a client that is the store's own. Waits for nothing. */
  void close();

  /** What an address leads to, by a client of the store's own. */
  static RedisServer at(StoreAddress address) {
    return address.isCluster() ? ClusterServer.at(address) : StandaloneServer.at(address);
  }

  /** What a client of the user's own reaches; the client stays open. */
  static RedisServer of(RedisClient client) {
    return StandaloneServer.of(client);
  }

  /** The cluster that a client of the user's own reaches; the client stays open. */
  static RedisServer of(RedisClusterClient client) {
    return ClusterServer.of(client);
  }
}
