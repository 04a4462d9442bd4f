package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class JettyEe11QueueInFrontTest extends QueueInFrontBehavior {

  JettyEe11QueueInFrontTest() {
    super(JettyEe11Container::start);
  }
}
