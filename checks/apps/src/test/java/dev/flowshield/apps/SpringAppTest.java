package dev.flowshield.apps;

import dev.flowshield.contract.ServerUnderTest;
import jakarta.servlet.ServletContainerInitializer;

class SpringAppTest extends ServletAppContract {

  @Override
  ServerUnderTest start(Shop shop, ServletContainerInitializer first) throws Exception {
    return SpringApp.start(shop, first);
  }

  @Override
  boolean hasWebSocket() {
    return false; // Tomcat's and Jetty's are found by the same services, so only one may be here
  }
}
