package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class Tomcat101HarmlessLoadContractTest extends ServletHarmlessLoadContract {

  Tomcat101HarmlessLoadContractTest() {
    super(TomcatContainer::start);
  }
}
