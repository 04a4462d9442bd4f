package dev.flowshield.undertow;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.HarmlessLoadContract;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import java.io.IOException;
import java.util.List;

class HarmlessLoadContractTest extends HarmlessLoadContract {

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws IOException {
    return Servers.start(Routes.behind(shields, behind));
  }
}
