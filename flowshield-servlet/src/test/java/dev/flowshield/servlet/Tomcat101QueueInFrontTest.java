package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class Tomcat101QueueInFrontTest extends QueueInFrontBehavior {

  Tomcat101QueueInFrontTest() {
    super(TomcatContainer::start);
  }
}
