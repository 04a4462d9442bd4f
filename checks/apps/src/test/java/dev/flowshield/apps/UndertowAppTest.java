package dev.flowshield.apps;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import java.util.Optional;

class UndertowAppTest extends AppContract {

  @Override
  ServerUnderTest start(Shop shop, Optional<HttpShield> shield) {
    return UndertowApp.start(shop, shield);
  }
}
