package dev.flowshield.vertx;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.HarmlessLoadContract;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import io.vertx.core.Vertx;
import java.util.List;

class HarmlessLoadContractTest extends HarmlessLoadContract {

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws Exception {
    return Routes.start(Vertx.vertx(), shields, behind);
  }
}
