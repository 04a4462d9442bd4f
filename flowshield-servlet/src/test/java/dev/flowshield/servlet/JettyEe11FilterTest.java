package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class JettyEe11FilterTest extends JettyFilterBehavior {

  JettyEe11FilterTest() {
    super(JettyEe11Container::start, "6.1");
  }
}
