package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class JettyEe10FilterTest extends JettyFilterBehavior {

  JettyEe10FilterTest() {
    super(JettyEe10Container::start, "6.0");
  }
}
