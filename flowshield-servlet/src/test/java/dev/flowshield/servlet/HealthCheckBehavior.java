package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests of health checks, which are requests with exactly the path of one. */
interface HealthCheckBehavior {

  FilterFixture fixture();

  private void startWithHealthz() throws Exception {
    fixture()
        .startProtected(context -> Endpoint.at(
            "/healthz", context, (request, response) -> response.getWriter().print("well")));
  }

  @Test
  default void leavesHealthChecksAlone() throws Exception {
    startWithHealthz();

    assertThat(fixture().get("/healthz").body()).isEqualTo("well");
    assertThat(fixture().get("/healthz?c=d").body()).isEqualTo("well");
    assertThat(fixture().settled().admitted()).isZero();
  }

  @Test // because a framework behind the filter may run another route for it
  default void chargesAnotherSpellingOfAHealthCheck() throws Exception {
    startWithHealthz();

    assertThat(fixture().get("/healthz;a=b?c=d").body()).isEqualTo("well");
    assertThat(fixture().get("/x/../healthz").body()).isEqualTo("well");
    assertThat(fixture().get("/h%65althz").body()).isEqualTo("well");
    assertThat(fixture().settled().admitted()).isEqualTo(3);
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
