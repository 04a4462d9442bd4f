package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.contract.Connection;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import org.junit.jupiter.api.Test;

/** What only Tomcat does. */
abstract class TomcatFilterBehavior extends FilterBehavior {

  TomcatFilterBehavior(String servletVersion) {
    super(TomcatContainer::start, servletVersion);
  }

  @Test
  void asksNoRejectedKeyForItsBodyIfTomcatIsToldToWait() throws Exception {
    HttpShield one = HttpShield.builder()
        .perClient("1/h")
        .operations(o -> o.ticker(ManualTicker.atZero()))
        .build();
    TomcatContainer tomcat =
        (TomcatContainer) fixture().start(context -> FlowShieldFilter.protect(context, one));
    tomcat.tomcat().getConnector().setProperty("continueResponseTiming", "onRead");

    assertThat(fixture().get("/").statusCode()).isEqualTo(200);
    try (Connection client = Connection.to(tomcat.port())) {
      client.send("POST", "/", "Content-Length: 300000", "Expect: 100-continue");
      assertThat(client.read().status()).isEqualTo(429);
    }
  }
}
