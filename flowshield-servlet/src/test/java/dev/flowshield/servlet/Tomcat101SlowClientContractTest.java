package dev.flowshield.servlet;

import org.junit.jupiter.api.Tag;

@Tag("servlet-6.0")
class Tomcat101SlowClientContractTest extends ServletSlowClientContract {

  Tomcat101SlowClientContractTest() {
    super(TomcatContainer::start);
  }
}
