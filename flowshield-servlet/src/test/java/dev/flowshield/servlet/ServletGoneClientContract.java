package dev.flowshield.servlet;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.GoneClientContract;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import java.util.List;

/** The contract for clients that go away, on a servlet container. */
abstract class ServletGoneClientContract extends GoneClientContract {

  // If an HTTP/2 client closes its connection without a reset, Jetty assumes that it sends no more
  // requests. Without room to write, only the timeout shows that the client has gone.
  private static final int IDLE_MILLIS = 2_000;

  private final Container.Starter starter;

  ServletGoneClientContract(Container.Starter starter) {
    this.starter = starter;
  }

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws Exception {
    return Routes.start(starter, shields, behind, WORKERS, IDLE_MILLIS);
  }
}
