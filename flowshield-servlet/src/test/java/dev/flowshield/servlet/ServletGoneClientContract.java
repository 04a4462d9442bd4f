package dev.flowshield.servlet;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.GoneClientContract;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import java.util.List;

/** What every binding promises of clients that go away, on a servlet container. */
abstract class ServletGoneClientContract extends GoneClientContract {

  // A client over HTTP/2 that closes its connection without a reset looks to Jetty as one that has
  // nothing more to ask. While it gives no room to write, only the time tells that it has gone.
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
