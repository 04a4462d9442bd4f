package dev.flowshield.undertow;

import static dev.flowshield.contract.Application.HEALTHY;
import static dev.flowshield.contract.Application.HELLO;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.BindingContract;
import dev.flowshield.contract.Difference;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.util.SameThreadExecutor;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

class FlowShieldHandlerContractTest extends BindingContract {

  @Override
  protected Set<Difference> differences() {
    return EnumSet.of(Difference.NO_TIMEOUT);
  }

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) {
    HttpHandler root = routes(behind);
    for (int i = shields.size() - 1; i >= 0; i--) {
      root = FlowShieldHandler.protect(root, shields.get(i));
    }
    return Servers.start(root);
  }

  private static HttpHandler routes(Application application) {
    return new PathHandler()
        .addExactPath("/hello", exchange -> exchange.getResponseSender().send(HELLO))
        .addExactPath("/health", exchange -> exchange.getResponseSender().send(HEALTHY))
        .addExactPath("/fail", exchange -> exchange.getResponseSender().send(application.fail()))
        .addExactPath("/slow", new BlockingHandler(exchange -> {
          application.slow();
          exchange.getOutputStream().write(HELLO.getBytes(UTF_8));
        }))
        .addExactPath(
            "/async",
            exchange -> exchange.dispatch(
                SameThreadExecutor.INSTANCE,
                () -> application.whenOpen(() -> exchange.getResponseSender().send(HELLO))))
        .addExactPath(
            "/echo",
            exchange -> exchange
                .getRequestReceiver()
                .receiveFullString((whole, body) -> whole.getResponseSender().send(body)));
  }
}
