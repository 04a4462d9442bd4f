package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.SlotHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Three masters of a cluster, and a replica of the last of them. */
final class RedisCluster implements AutoCloseable {

  private static final int MASTERS = 3;

  private final List<RedisProcess> servers = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();

  RedisCluster() {
    List<Integer> busPorts = new ArrayList<>();
    for (int i = 0; i <= MASTERS; i++) {
      Path file = temporaryFile();
      int busPort = RedisProcess.freePort();
      files.add(file);
      busPorts.add(busPort);
      servers.add(RedisProcess.start(
          "--cluster-enabled",
          "yes",
          "--cluster-config-file",
          file.toString(),
          "--cluster-port",
          String.valueOf(busPort),
          "--cluster-node-timeout",
          "1000",
          "--cluster-require-full-coverage",
          "no"));
    }
    for (int i = 0; i < MASTERS; i++) {
      int first = SlotHash.SLOT_COUNT * i / MASTERS;
      int last = SlotHash.SLOT_COUNT * (i + 1) / MASTERS - 1;
      servers
          .get(i)
          .command("CLUSTER", "ADDSLOTSRANGE", String.valueOf(first), String.valueOf(last));
      servers.get(i).command("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
    }
    for (int i = 1; i < servers.size(); i++) {
      servers
          .get(0)
          .command(
              "CLUSTER",
              "MEET",
              "127.0.0.1",
              String.valueOf(servers.get(i).port()),
              String.valueOf(busPorts.get(i)));
    }
    RedisProcess replica = servers.get(MASTERS);
    await()
        .atMost(60, SECONDS)
        .until(() -> String.valueOf(replica.command("CLUSTER", "NODES"))
                .lines()
                .filter(node -> node.contains("connected") && !node.contains("handshake"))
                .count()
            == servers.size());
    replica.command("CLUSTER", "REPLICATE", id(servers.get(MASTERS - 1)));
    awaitOk();
  }

  private static Path temporaryFile() {
    try {
      Path file = Files.createTempFile("redis-cluster", ".conf");
      Files.delete(file); // the server makes it
      return file;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** Starts again what a test that failed has left dead. */
  void revive() {
    servers.forEach(RedisProcess::thaw);
    servers.stream().filter(server -> !server.isAlive()).forEach(RedisProcess::restart);
    awaitOk();
  }

  /** Waits until all servers know each other, all slots are kept, and the replica has all keys. */
  void awaitOk() {
    await().atMost(60, SECONDS).until(() -> servers.stream().allMatch(this::isOk));
  }

  private boolean isOk(RedisProcess server) {
    String info = String.valueOf(server.command("CLUSTER", "INFO"));
    String nodes = String.valueOf(server.command("CLUSTER", "NODES"));
    String replication = replication(server);
    return info.contains("cluster_state:ok")
        && info.contains("cluster_slots_ok:" + SlotHash.SLOT_COUNT)
        && info.contains("cluster_known_nodes:" + servers.size())
        && !nodes.contains("fail")
        && nodes
                .lines()
                .filter(node -> node.contains(" slave ") || node.contains("myself,slave"))
                .count()
            == servers.size() - MASTERS
        && !replication.contains("master_link_status:down");
  }

  /** Has all its servers name another port to clients, at which one of them is reached. */
  void announce(RedisProcess server, int port) {
    server.command("CONFIG", "SET", "cluster-announce-port", String.valueOf(port));
    await()
        .atMost(30, SECONDS)
        .until(() -> servers.stream()
            .allMatch(each ->
                String.valueOf(each.command("CLUSTER", "NODES")).contains(":" + port + "@")));
  }

  void onEach(String... words) {
    servers.forEach(server -> server.command(words));
  }

  String uri() {
    return uri("");
  }

  /** All its servers, as an address with a login such as {@code user:password@}. */
  String uri(String login) {
    return "redis-cluster://"
        + login
        + servers.stream()
            .map(server -> "127.0.0.1:" + server.port())
            .collect(Collectors.joining(","));
  }

  private static String replication(RedisProcess server) {
    try {
      return String.valueOf(server.command("INFO", "replication"));
    } catch (UncheckedIOException killed) {
      return "";
    }
  }

  static String id(RedisProcess server) {
    return String.valueOf(server.command("CLUSTER", "MYID"));
  }

  /** The servers that keep slots. */
  List<RedisProcess> masters() {
    return servers.stream()
        .filter(server -> replication(server).contains("role:master"))
        .toList();
  }

  /** The master that has a replica, which can take its place. */
  RedisProcess replicated() {
    return masters().stream()
        .filter(server -> replication(server).contains("connected_slaves:1"))
        .findAny()
        .orElseThrow();
  }

  RedisProcess replica() {
    return servers.stream()
        .filter(server -> replication(server).contains("role:slave"))
        .findAny()
        .orElseThrow();
  }

  /** The server that says that it keeps a name. */
  RedisProcess keeperOf(String name) {
    return masters().stream()
        .filter(server -> keeps(server, SlotHash.getSlot(name)))
        .findAny()
        .orElseThrow();
  }

  @SuppressWarnings("unchecked")
  private static boolean keeps(RedisProcess server, int slot) {
    for (Object range : (List<Object>) server.command("CLUSTER", "SLOTS")) {
      List<Object> parts = (List<Object>) range;
      List<Object> master = (List<Object>) parts.get(2);
      if ((long) parts.get(0) <= slot
          && slot <= (long) parts.get(1)
          && (long) master.get(1) == server.port()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    servers.forEach(RedisProcess::thaw);
    servers.forEach(RedisProcess::close);
    files.forEach(file -> file.toFile().delete());
  }
}
