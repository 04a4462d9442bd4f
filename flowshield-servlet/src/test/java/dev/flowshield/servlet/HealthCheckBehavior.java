package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which requests are health checks, however their paths are written. */
interface HealthCheckBehavior {

  FilterFixture fixture();

  @Test
  default void leavesHealthChecksAloneHoweverTheyAreWritten() throws Exception {
    fixture()
        .startProtected(context -> Endpoint.at(
            "/healthz", context, (request, response) -> response.getWriter().print("well")));

    assertThat(fixture().get("/healthz").body()).isEqualTo("well");
    assertThat(fixture().get("/healthz;a=b?c=d").body()).isEqualTo("well");
    assertThat(fixture().get("/x/../healthz").body()).isEqualTo("well");
    assertThat(fixture().get("/h%65althz").body()).isEqualTo("well");
    assertThat(fixture().settled().admitted()).isZero();
  }

  @Test
  default void chargesWhatOnlyLooksLikeAHealthCheck() throws Exception {
    fixture()
        .startProtected(context -> Endpoint.at(
            "/*", context, (request, response) -> response.getWriter().print("work")));

    fixture().get("/healthz/../work");
    fixture().get("/work;/healthz");
    fixture().get("/work?/healthz");
    fixture().get("/healthzz");

    assertThat(fixture().settled().admitted()).isEqualTo(4);
  }
}
