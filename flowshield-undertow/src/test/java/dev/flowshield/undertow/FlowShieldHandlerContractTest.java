package dev.flowshield.undertow;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.BindingContract;
import dev.flowshield.contract.ServerDifference;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

class FlowShieldHandlerContractTest extends BindingContract {

  @Override
  protected Set<ServerDifference> differences() {
    return EnumSet.of(ServerDifference.NO_TIMEOUT, ServerDifference.SILENT_STREAMS_OUTLIVE_CLIENTS);
  }

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws IOException {
    return Servers.start(Routes.behind(shields, behind));
  }
}
