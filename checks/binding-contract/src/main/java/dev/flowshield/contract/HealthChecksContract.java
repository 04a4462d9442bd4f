package dev.flowshield.contract;

import static dev.flowshield.contract.Application.HEALTHY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.HttpShield;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of the requests that are health checks, which a binding does not count. */
interface HealthChecksContract {

  Fixture fixture();

  @Test
  default void leavesHealthChecksAlone() throws Exception {
    HttpShield shield = fixture().perClient("1/s");
    Connection client = fixture().connect(1);
    client.get("/hello");
    for (int i = 0; i < 3; i++) {
      assertThat(client.get("/health?verbose").body()).isEqualTo(HEALTHY);
    }
    assertThat(client.get("/hello").status()).isEqualTo(429);
    assertThat(shield.stats().admitted()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/health/../hello", "//health", "/health/", "/health;x", "/health%2f..%2fhello"})
  default void noOtherPathPassesForAHealthCheck(String path) throws Exception {
    HttpShield shield = fixture().perClient("1/h");
    Connection client = fixture().connect(1);
    client.get("/hello");
    WireResponse answer = client.get(path);
    // If neither the shield nor the server rejected the path, it is a health check: this server
    // does not distinguish these two paths.
    if (answer.status() != 429 && answer.status() != 400) {
      assertThat(answer.body()).isEqualTo(HEALTHY);
    }
    assertThat(shield.stats().admitted()).isEqualTo(1);
  }
}
