package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class Tomcat11FilterTest extends TomcatFilterBehavior {

  Tomcat11FilterTest() {
    super("6.1");
  }
}
