package dev.flowshield.demo.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.demo.cluster.server.InstanceProcess;
import dev.flowshield.demo.cluster.server.StoreProcess;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {

  private static final Scenario SHORT = new Scenario(
      RateLimit.parse("40/s burst 10"),
      2,
      200,
      50,
      Duration.ofMillis(500),
      1,
      Duration.ofMillis(500),
      Duration.ofSeconds(1),
      Duration.ofMillis(500));

  @TempDir
  private Path directory;

  @Test
  void seesInstancesGoOnWhileTheirStoreIsAway() throws Exception {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    List<Long> processes = new ArrayList<>();
    Observed observed;
    try (Cluster cluster = Cluster.start(SHORT, true, "test", directory)) {
      observed = new Run(SHORT, cluster).send(new PrintStream(shown, true, UTF_8));
      StoreProcess store = Objects.requireNonNull(cluster.store());
      processes.add(store.pid());
      cluster.instances().stream().map(InstanceProcess::pid).forEach(processes::add);
      assertThat(processes).allMatch(RunTest::isAlive);
    }

    Count all = observed.of(0, observed.schedule().lengthNanos());
    assertThat(all.sent()).isEqualTo(observed.schedule().size());
    assertThat(all.other()).isZero();
    assertThat(all.admitted()).allMatch(it -> it > 0);
    assertThat(all.rejected()).isPositive();
    assertThat(observed.withoutStore()).isPositive();
    assertThat(observed.timeline().cutOff()).doesNotContain(Timeline.NEVER);
    assertThat(shown.toString(UTF_8).lines()).hasSize(2 + observed.seconds());
    assertThat(processes).hasSize(3).noneMatch(RunTest::isAlive);
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
