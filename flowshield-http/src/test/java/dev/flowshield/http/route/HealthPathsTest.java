package dev.flowshield.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HealthPathsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/health",
        "/healthz",
        "/livez",
        "/readyz",
        "/health/live",
        "/health/ready",
        "/actuator/health",
        "/actuator/health/",
        "/actuator/health/db/disk"
      })
  void usualHealthPathsAreLeftAlone(String path) {
    assertThat(HealthPaths.DEFAULT.contains(path)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/health/",
        "/health/records/7",
        "/healthzz",
        "/HEALTH",
        "/actuator",
        "/actuator/healthz",
        "/actuator/health/../env",
        "/actuator/health/..;/env",
        "//health",
        "/api/health"
      })
  void noOtherPathIs(String path) {
    assertThat(HealthPaths.DEFAULT.contains(path)).isFalse();
  }
}
