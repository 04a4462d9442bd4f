package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("servlet-6.1")
class Tomcat11FilterTest extends TomcatFilterBehavior {

  Tomcat11FilterTest() {
    super("6.1");
  }

  @Test
  void aRequestWithoutAContextHasNoPoolAndDoesNotFail() {
    Request own = new Request(new Connector(), new org.apache.coyote.Request());

    assertThat(ContainerPool.of(own.getRequest())).isNull(); // because the connector is not started
  }
}
