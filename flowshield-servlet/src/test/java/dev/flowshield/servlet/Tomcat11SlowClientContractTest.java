package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.1")
class Tomcat11SlowClientContractTest extends ServletSlowClientContract {

  Tomcat11SlowClientContractTest() {
    super(TomcatContainer::start);
  }
}
