package dev.flowshield.undertow;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.GoneClientContract;
import dev.flowshield.contract.ServerDifference;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import java.io.IOException;
import java.util.List;
import java.util.Set;

class GoneClientContractTest extends GoneClientContract {

  @Override
  protected Set<ServerDifference> differences() {
    return Set.of();
  }

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws IOException {
    return Servers.start(Routes.behind(shields, behind), WORKERS);
  }
}
