package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class Tomcat11QueueInFrontTest extends QueueInFrontBehavior {

  Tomcat11QueueInFrontTest() {
    super(TomcatContainer::start);
  }
}
