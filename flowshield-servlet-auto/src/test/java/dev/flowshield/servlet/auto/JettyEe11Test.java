package dev.flowshield.servlet.auto;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class JettyEe11Test extends AutomaticBehavior {

  JettyEe11Test() {
    super(JettyEe11Deployed::start, "6.1");
  }
}
