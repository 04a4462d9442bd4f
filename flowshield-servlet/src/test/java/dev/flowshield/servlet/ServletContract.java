package dev.flowshield.servlet;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.BindingContract;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.List;

/** What every binding promises, on a servlet container. */
abstract class ServletContract extends BindingContract {

  private static final int TIME_LIMIT_MILLIS = 100;

  private final Container.Starter starter;

  ServletContract(Container.Starter starter) {
    this.starter = starter;
  }

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws Exception {
    Container container = starter.start(context -> {
      for (int each = 0; each < shields.size(); each++) {
        Layer.map(
            context.addFilter("shield " + each, new FlowShieldFilter(shields.get(each))),
            EnumSet.of(DispatcherType.REQUEST));
      }
      register(behind, context);
    });
    return new ServerUnderTest(container.port(), container::stop);
  }

  private static void register(Application behind, ServletContext context) {
    Endpoint.at(
        "/hello", context, (request, response) -> response.getWriter().print(Application.HELLO));
    Endpoint.at("/fail", context, (request, response) -> response.getWriter().print(behind.fail()));
    Endpoint.at("/slow", context, (request, response) -> {
      behind.slow();
      response.getWriter().print(Application.HELLO);
    });
    Endpoint.at("/async", context, (request, response) -> {
      AsyncContext async = request.startAsync();
      async.setTimeout(0); // none: the gate decides
      behind.whenOpen(() -> answer(async));
    });
    Endpoint.at(
        "/timeout",
        context,
        (request, response) -> request.startAsync().setTimeout(TIME_LIMIT_MILLIS));
    Endpoint.at(
        "/health", context, (request, response) -> response.getWriter().print(Application.HEALTHY));
    Endpoint.at(
        "/echo",
        context,
        (request, response) -> request.getInputStream().transferTo(response.getOutputStream()));
    // Else Tomcat would answer what no servlet has without a look at the filters.
    Endpoint.at("/", context, (request, response) -> response.sendError(404));
  }

  private static void answer(AsyncContext async) {
    try {
      async.getResponse().getWriter().print(Application.HELLO);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    } finally {
      async.complete();
    }
  }
}
