package dev.flowshield.servlet;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.HarmlessLoadContract;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import java.util.List;

/** The contract for a server without overload, on a servlet container. */
abstract class ServletHarmlessLoadContract extends HarmlessLoadContract {

  private static final int WORKERS = 200;
  private static final int IDLE_MILLIS = 30_000;

  private final Container.Starter starter;

  ServletHarmlessLoadContract(Container.Starter starter) {
    this.starter = starter;
  }

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws Exception {
    return Routes.start(starter, shields, behind, WORKERS, IDLE_MILLIS);
  }
}
