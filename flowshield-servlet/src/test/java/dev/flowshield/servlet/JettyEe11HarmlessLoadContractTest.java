package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class JettyEe11HarmlessLoadContractTest extends ServletHarmlessLoadContract {

  JettyEe11HarmlessLoadContractTest() {
    super(JettyEe11Container::start);
  }
}
