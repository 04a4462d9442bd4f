package dev.flowshield.servlet.auto;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class Tomcat11Test extends AutomaticBehavior {

  Tomcat11Test() {
    super(TomcatDeployed::start, "6.1");
  }
}
