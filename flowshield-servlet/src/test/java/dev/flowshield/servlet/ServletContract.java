package dev.flowshield.servlet;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.BindingContract;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import java.util.List;

/** The contract of every binding, on a servlet container. */
abstract class ServletContract extends BindingContract {

  private static final int WORKERS = 200;
  private static final int IDLE_MILLIS = 30_000;

  private final Container.Starter starter;

  ServletContract(Container.Starter starter) {
    this.starter = starter;
  }

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws Exception {
    return Routes.start(starter, shields, behind, WORKERS, IDLE_MILLIS);
  }
}
