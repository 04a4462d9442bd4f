package dev.flowshield.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.flowshield.redis.RedisStore;
import java.util.Map;

/** The settings of a store: the name of one, and what stands behind the first {@code =}. */
class StoreOptionsFuzzTest {

  @FuzzTest
  void areTakenOrRejected(byte[] input) {
    String setting = new String(input, UTF_8);
    int end = setting.indexOf('=');
    String name = end < 0 ? "key-prefix" : setting.substring(0, end);
    Trial.inTime(setting.substring(end + 1), Trial.orRejects(value -> assertIsTaken(name, value)));
  }

  private static void assertIsTaken(String name, String value) {
    try (RedisStore store =
        RedisStore.at("redis://host").options(Map.of(name, value)).open()) {
      assertThat(store.stats().isAvailable()).isTrue(); // until it is asked
    }
  }
}
