package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class Tomcat11HarmlessLoadContractTest extends ServletHarmlessLoadContract {

  Tomcat11HarmlessLoadContractTest() {
    super(TomcatContainer::start);
  }
}
