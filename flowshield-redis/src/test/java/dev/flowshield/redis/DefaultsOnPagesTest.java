package dev.flowshield.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The default timeout is in code and, as text, on two pages. */
class DefaultsOnPagesTest {

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "../docs/settings.md"})
  void aPageStatesTheTimeoutOfTheBuilder(String page) throws IOException {
    assertThat(Files.readString(Path.of(page), UTF_8)
            .lines()
            .filter(line -> line.startsWith("| `store-timeout`")))
        .singleElement()
        .asString()
        .contains("| `" + RedisStoreBuilder.USUAL_TIMEOUT_MILLIS + "` |");
  }
}
