package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class JettyEe10HarmlessLoadContractTest extends ServletHarmlessLoadContract {

  JettyEe10HarmlessLoadContractTest() {
    super(JettyEe10Container::start);
  }
}
