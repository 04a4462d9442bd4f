package dev.flowshield.redis;

import dev.flowshield.redis.RedisProcess.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The kinds of servers that there are to test with, by their names. */
final class Servers {

  private static final List<Path> INSTALLED =
      List.of(Path.of("/usr/bin/redis-server"), Path.of("/usr/bin/valkey-server"));

  private Servers() {}

  /** Those of the test libraries, and those that are installed. */
  static List<String> all() {
    List<String> all = new ArrayList<>();
    for (Version version : Version.values()) {
      all.add(version.name());
    }
    INSTALLED.stream().filter(Files::isExecutable).map(Path::toString).forEach(all::add);
    return all;
  }

  /** Starts one of them. */
  static RedisProcess start(String name, String... settings) {
    return name.startsWith("/")
        ? RedisProcess.start(Path.of(name), settings)
        : RedisProcess.start(Version.valueOf(name), settings);
  }
}
