package dev.flowshield.benchmarks.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Runs what the documented command runs, for a moment: nothing is measured here. */
class RedisBenchmarksTest {

  private static final int HEAD = 2; // lines of the table
  private static final int CONTENDERS = 8;
  private static final int SETTINGS = 4; // of connections and keys

  @Test
  void eachContenderIsAskedWithEachSetting() throws Exception {
    ByteArrayOutputStream table = new ByteArrayOutputStream();

    RedisBenchmarks.run(TimeUnit.MILLISECONDS.toNanos(20), 1, new PrintStream(table, true, UTF_8));

    assertThat(table.toString(UTF_8).lines())
        .hasSize(HEAD + CONTENDERS * SETTINGS)
        .anyMatch(line -> line.startsWith("| 8 | 100,000 | FlowShield | "));
  }
}
