package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class JettyEe11SlowClientContractTest extends ServletSlowClientContract {

  JettyEe11SlowClientContractTest() {
    super(JettyEe11Container::start);
  }
}
