package dev.flowshield.apps;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

@Tag("thorough")
class VertxAppTest extends AppContract {

  @Override
  ServerUnderTest start(Shop shop, Optional<HttpShield> shield) throws Exception {
    return VertxApp.start(shop, shield);
  }
}
