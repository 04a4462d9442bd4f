package dev.flowshield.servlet.auto;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class Tomcat101Test extends AutomaticBehavior {

  Tomcat101Test() {
    super(TomcatDeployed::start, "6.0");
  }
}
