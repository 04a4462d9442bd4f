package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class Tomcat101FilterTest extends TomcatFilterBehavior {

  Tomcat101FilterTest() {
    super("6.0");
  }
}
