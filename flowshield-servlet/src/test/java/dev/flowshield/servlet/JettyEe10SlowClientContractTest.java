package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class JettyEe10SlowClientContractTest extends ServletSlowClientContract {

  JettyEe10SlowClientContractTest() {
    super(JettyEe10Container::start);
  }
}
