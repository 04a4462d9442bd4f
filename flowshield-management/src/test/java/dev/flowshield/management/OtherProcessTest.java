package dev.flowshield.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.standalone.Standalone;
import dev.flowshield.testkit.ManualTicker;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Other processes: one that reads a shield in this one, and others with a shield of their own. */
class OtherProcessTest {

  private static final String CLASS_PATH = "java.class.path";

  @Test
  void readsAndChangesAShieldWithoutAClassOfOurs() throws Exception {
    FlowShield shield =
        FlowShield.builder().perKey("1/s").ticker(ManualTicker.atZero()).build();
    shield.admit("alice");
    shield.admit("alice");

    try (FlowShieldMBeans bean = FlowShieldMBeans.register("orders", shield);
        AuditLines audit = new AuditLines()) {
      assertThat(bean).isNotNull();
      List<String> lines = run(List.of(
          "--add-modules",
          "jdk.attach",
          Path.of("src/test/java/dev/flowshield/management/JmxReader.java").toString(),
          String.valueOf(ProcessHandle.current().pid()),
          Mbean.name("orders").toString()));

      assertThat(lines)
          .containsExactly(
              "Admitted 1",
              "key 1/s 1",
              "top " + FlowShield.idOf("alice") + " 1",
              "change 1/s -> 9/s",
              "limit must be one of [key], got 'nothing': correct the name, or add the limit when"
                  + " the shield is built");
      assertThat(shield.limits().get(0)).hasToString("key: 9/s each");
      assertThat(audit.lines()).hasSize(1);
    }
  }

  @Test
  void needsNoHttpOnTheClassPathAndStartsNoThread() throws Exception {
    String engineAlone = entries(entry -> !isOf(entry, "flowshield-http"));

    assertThat(run(List.of("-cp", engineAlone, Standalone.class.getName())))
        .containsExactly("module null, admitted 1, new threads []");
  }

  @Test
  void needsNoHttpOnTheModulePath() throws Exception {
    String modules = entries(entry -> isOf(entry, "flowshield-api")
        || isOf(entry, "flowshield-engine")
        || isOf(entry, "flowshield-management/target/classes"));
    String tests = entries(entry -> isOf(entry, "flowshield-management/target/test-classes"));

    assertThat(run(List.of(
            "-p",
            modules,
            "--add-modules",
            "dev.flowshield.management",
            "-cp",
            tests,
            Standalone.class.getName())))
        .containsExactly("module dev.flowshield.management, admitted 1, new threads []");
  }

  private static boolean isOf(String entry, String part) {
    return entry.contains(part) || entry.contains(part.replace("/", File.separator));
  }

  private static String entries(Predicate<String> isWanted) {
    return Stream.of(System.getProperty(CLASS_PATH).split(File.pathSeparator))
        .filter(isWanted)
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Runs a JVM and returns the lines that it prints. */
  private static List<String> run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("CLASSPATH");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return printed.lines().toList();
  }
}
