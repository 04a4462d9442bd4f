package dev.flowshield.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {

  @Test
  void showsTheProgramThatCompiles() throws Exception {
    String program = Files.readString(Path.of("src/test/java/example/Main.java"));
    assertThat(Path.of("README.md")).content().contains("```java\n" + program + "```\n");
  }
}
