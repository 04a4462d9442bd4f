package dev.flowshield.proxies;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Takes the place of other proxies where there are none, and shows that the tests hold. */
class PlainProxyTest extends TwoHopsContract {

  @Override
  public Proxy start(InetSocketAddress behind, boolean isOutermost) throws IOException {
    return PlainProxy.start(behind, isOutermost);
  }
}
