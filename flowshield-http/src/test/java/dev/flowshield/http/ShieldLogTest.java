package dev.flowshield.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.FlowShield;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShieldLogTest {

  @TempDir
  private Path folder;

  @Test
  void saysWhichVersionRunsAndWhatIsActive() {
    try (LogOfShields log = new LogOfShields()) {
      HttpShield shield = HttpShield.builder().perClient("7/s").build();
      assertThat(log.lines())
          .singleElement()
          .asString()
          .matches("FlowShield \\d+\\.\\d+\\.\\d+\\S*: .*");
      assertThat(log.lines().get(0)).endsWith(shield.toString().substring("FlowShield".length()));
    }
  }

  @Test
  void warnsOnceOfASecondEngine() throws Exception {
    Path copy = folder.resolve("engine-2.jar");
    copy(Path.of(place(FlowShield.class).toURI()), copy);
    URL[] twice = {
      place(HttpShield.class),
      place(RateLimit.class),
      place(FlowShield.class),
      copy.toUri().toURL()
    };
    try (LogOfShields log = new LogOfShields();
        URLClassLoader loader = new URLClassLoader(twice, ClassLoader.getPlatformClassLoader())) {
      build(loader);
      build(loader);
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .startsWith("FlowShield: flowshield-engine must be on the class path once, got 2, in ")
          .endsWith(", engine-2.jar: the first of them runs, so remove the others");
    }
  }

  @Test
  void hasNothingToWarnOfWhereThereIsOneEngine() throws Exception {
    URL[] once = {place(HttpShield.class), place(RateLimit.class), place(FlowShield.class)};
    try (LogOfShields log = new LogOfShields();
        URLClassLoader loader = new URLClassLoader(once, ClassLoader.getPlatformClassLoader())) {
      build(loader);
      assertThat(log.lines()).hasSize(1);
      assertThat(log.warnings()).isEmpty();
    }
  }

  private static void build(ClassLoader loader) throws ReflectiveOperationException {
    loader
        .loadClass("dev.flowshield.http.HttpShield")
        .getMethod("fromConfiguration")
        .invoke(null);
  }

  private static URL place(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  /** Copies classes, as a folder or from it. */
  private static void copy(Path from, Path to) throws IOException {
    if (Files.isRegularFile(from)) {
      Files.copy(from, to);
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(from)) {
      all = walk.sorted().toList();
    }
    for (Path each : all) {
      Files.copy(each, to.resolve(from.relativize(each).toString()));
    }
  }
}
