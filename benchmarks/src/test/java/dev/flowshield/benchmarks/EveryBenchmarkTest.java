package dev.flowshield.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs all documented commands briefly, without measuring. */
class EveryBenchmarkTest {

  private static final String NONE = "no benchmark has this name";

  @BeforeAll
  static void letOthersMeasureMeanwhile() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  @Test
  void eachSuiteRunsAndChecksItsOutcome() throws Exception {
    OptionsBuilder once = new OptionsBuilder();
    once.include(Benchmarks.class.getPackageName())
        .mode(Mode.SingleShotTime)
        .forks(0)
        .threads(1)
        .warmupIterations(0)
        .measurementIterations(1)
        .param("clients", "10000")
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);

    assertThat(new Runner(once.build()).run()).hasSizeGreaterThan(50);
  }

  @Test
  void theBenchmarksWriteTheirReport() throws Exception {
    Benchmarks.main(new String[] {"smoke", NONE});

    assertThat(Files.readString(Path.of("target/latest.md"))).contains("run: smoke");
  }

  @Test
  void theBenchmarksOverHttpAskServersAndWriteTheirReport() throws Exception {
    HttpBenchmarks.main(new String[] {"smoke", "Load.Tomcat.flowShieldPlain"});

    assertThat(Files.readString(Path.of("target/http.md")))
        .contains("run: smoke", "flowShieldPlain");
  }
}
