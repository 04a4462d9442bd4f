package dev.flowshield.servlet;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.contract.SlowClientContract;
import dev.flowshield.http.HttpShield;
import java.util.List;

/** The contract for slow clients, on a servlet container. */
abstract class ServletSlowClientContract extends SlowClientContract {

  private static final int WORKERS = 200;
  private static final int IDLE_MILLIS = 30_000;

  private final Container.Starter starter;

  ServletSlowClientContract(Container.Starter starter) {
    this.starter = starter;
  }

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws Exception {
    return Routes.start(starter, shields, behind, WORKERS, IDLE_MILLIS);
  }
}
