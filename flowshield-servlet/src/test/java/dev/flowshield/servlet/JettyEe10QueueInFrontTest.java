package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class JettyEe10QueueInFrontTest extends QueueInFrontBehavior {

  JettyEe10QueueInFrontTest() {
    super(JettyEe10Container::start);
  }
}
