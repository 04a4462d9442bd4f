package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.HttpShield;
import jakarta.servlet.DispatcherType;
import java.net.http.HttpResponse;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** Tests of the dispatches of a request that are charged. */
interface DispatchBehavior {

  FilterFixture fixture();

  private void startMappedToAll(Container.Application application) throws Exception {
    fixture().start(context -> {
      Layer.map(
          context.addFilter("own", new FlowShieldFilter(fixture().shield())),
          EnumSet.allOf(DispatcherType.class));
      application.start(context);
    });
  }

  @Test
  default void chargesAForwardedRequestOnce() throws Exception {
    startMappedToAll(context -> {
      Endpoint.at(
          "/from",
          context,
          (request, response) -> request.getRequestDispatcher("/to").forward(request, response));
      Endpoint.at("/to", context, (request, response) -> response.getWriter().print("there"));
    });

    assertThat(fixture().get("/from").body()).isEqualTo("there");
    assertThat(fixture().settled().admitted()).isOne();
  }

  @Test
  default void chargesAnIncludingRequestOnce() throws Exception {
    startMappedToAll(context -> {
      Endpoint.at(
          "/outer",
          context,
          (request, response) -> request.getRequestDispatcher("/inner").include(request, response));
      Endpoint.at("/inner", context, (request, response) -> response.getWriter().print("inner"));
    });

    assertThat(fixture().get("/outer").body()).isEqualTo("inner");
    assertThat(fixture().settled().admitted()).isOne();
  }

  @Test
  default void chargesARequestThatEndsAtAnErrorPageOnce() throws Exception {
    startMappedToAll(context -> {
      Endpoint.at("/gone", context, (request, response) -> response.sendError(404));
      Endpoint.at(
          Container.ERROR_PAGE,
          context,
          (request, response) -> response.getWriter().print("the page of errors"));
    });

    HttpResponse<String> answer = fixture().get("/gone");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("the page of errors");
    assertThat(fixture().settled().admitted()).isOne();
  }

  @Test
  default void chargesARequestThatComesBackOnceAndHoldsItsPlace() throws Exception {
    startMappedToAll(context -> Endpoint.at("/again", context, (request, response) -> {
      if (request.getDispatcherType() == DispatcherType.REQUEST) {
        request.startAsync(request, response).dispatch();
      } else {
        response.getWriter().print(fixture().shield().stats().inFlight());
      }
    }));

    assertThat(fixture().get("/again").body()).isEqualTo("1");
    assertThat(fixture().settled().admitted()).isOne();
  }

  @Test
  default void chargesNoDispatchOfARequestItHasNotSeen() throws Exception {
    fixture().start(context -> {
      Layer.map(
          context.addFilter("own", new FlowShieldFilter(fixture().shield())),
          EnumSet.complementOf(EnumSet.of(DispatcherType.REQUEST)));
      Endpoint.at(
          "/from",
          context,
          (request, response) -> request.getRequestDispatcher("/to").forward(request, response));
      Endpoint.at("/to", context, (request, response) -> response.getWriter().print("there"));
    });

    assertThat(fixture().get("/from").body()).isEqualTo("there");
    assertThat(fixture().settled().admitted()).isZero();
  }

  @Test
  default void chargesARequestBehindTwoFiltersOfOneShieldOnce() throws Exception {
    startMappedToAll(context -> FlowShieldFilter.protect(context, fixture().shield()));

    assertThat(fixture().get("/").body()).isEqualTo("in");
    assertThat(fixture().settled().admitted()).isOne();
  }

  @Test
  default void chargesARequestBehindFiltersOfTwoShieldsAtEach() throws Exception {
    HttpShield second = HttpShield.builder().perClient("1000/s").build();
    startMappedToAll(context -> FlowShieldFilter.protect(context, second));

    assertThat(fixture().get("/").body()).isEqualTo("in");
    assertThat(fixture().settled().admitted()).isOne();
    assertThat(second.stats().admitted()).isOne();
  }
}
