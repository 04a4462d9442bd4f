package dev.flowshield.vertx;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.BindingContract;
import dev.flowshield.contract.ServerDifference;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import io.vertx.core.Vertx;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

class FlowShieldHandlerContractTest extends BindingContract {

  @Override
  protected Set<ServerDifference> differences() {
    return EnumSet.noneOf(ServerDifference.class);
  }

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws Exception {
    return Routes.start(Vertx.vertx(), shields, behind);
  }
}
