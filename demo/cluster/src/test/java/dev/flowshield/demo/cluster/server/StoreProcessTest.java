package dev.flowshield.demo.cluster.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreProcessTest {

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-amd64",
    "Linux, aarch64, linux-arm64",
    "Mac OS X, x86_64, darwin-amd64",
    "Mac OS X, aarch64, darwin-arm64"
  })
  void findsAProgramForTheUsualSystems(String system, String architecture, String end) {
    String resource = StoreProcess.resource(system, architecture);

    assertThat(resource).endsWith(end);
    assertThat(getClass().getResource(resource)).isNotNull();
  }

  @Test
  void findsNoneForOthers() {
    assertThat(getClass().getResource(StoreProcess.resource("Windows 11", "amd64")))
        .isNull();
  }
}
