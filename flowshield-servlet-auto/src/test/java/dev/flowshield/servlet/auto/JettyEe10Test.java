package dev.flowshield.servlet.auto;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class JettyEe10Test extends AutomaticBehavior {

  JettyEe10Test() {
    super(JettyEe10Deployed::start, "6.0");
  }
}
