package dev.flowshield.apps;

import dev.flowshield.contract.ServerUnderTest;
import jakarta.servlet.ServletContainerInitializer;

class JerseyAppTest extends ServletAppContract {

  @Override
  ServerUnderTest start(Shop shop, ServletContainerInitializer first) throws Exception {
    return JerseyApp.start(shop, first);
  }
}
