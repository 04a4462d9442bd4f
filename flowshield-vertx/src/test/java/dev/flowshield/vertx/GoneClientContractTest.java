package dev.flowshield.vertx;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.GoneClientContract;
import dev.flowshield.contract.ServerDifference;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

class GoneClientContractTest extends GoneClientContract {

  @Override
  protected Set<ServerDifference> differences() {
    return EnumSet.noneOf(ServerDifference.class);
  }

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws Exception {
    VertxOptions options = new VertxOptions().setWorkerPoolSize(WORKERS);
    return Routes.start(Vertx.vertx(options), shields, behind);
  }
}
