package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests of features of Jetty. */
abstract class JettyFilterBehavior extends FilterBehavior {

  JettyFilterBehavior(Container.Starter starter, String servletVersion) {
    super(starter, servletVersion);
  }

  @Test
  void chargesAnAmbiguousAddressAndLetsTheApplicationHaveIt() throws Exception {
    fixture().startProtected(context -> {});

    assertThat(fixture().get("/healthz%2F").body()).isEqualTo("in");
    assertThat(fixture().settled().admitted()).isOne();
  }
}
