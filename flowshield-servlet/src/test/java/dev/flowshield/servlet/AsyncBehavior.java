package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.ShieldStats;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of the time that an asynchronous request holds its slot. */
interface AsyncBehavior {

  FilterFixture fixture();

  @Test
  default void holdsThePlaceOfAnAsynchronousRequestUntilItIsCompleted() throws Exception {
    fixture()
        .startProtected(context -> Endpoint.at(
            "/later", context, (request, response) -> fixture().begun(request.startAsync())));

    CompletableFuture<HttpResponse<String>> answer = fixture().sending("GET", "/later");
    AsyncContext async = fixture().awaitBegun();
    // The thread that started the request serves, or could serve, another one meanwhile.
    assertThat(fixture().get("/meanwhile").body()).isEqualTo("in");
    assertThat(fixture().shield().stats().inFlight()).isOne();

    async.getResponse().getWriter().print("now");
    async.complete();

    assertThat(answer.get(20, TimeUnit.SECONDS).body()).isEqualTo("now");
    assertThat(fixture().settled().failed()).isZero();
  }

  @Test
  default void freesThePlaceOfARequestThatIsCompletedBeforeTheChainReturns() throws Exception {
    fixture()
        .startProtected(context -> Endpoint.at("/soon", context, (request, response) -> {
          AsyncContext async = request.startAsync();
          CompletableFuture.runAsync(async::complete).join();
        }));

    assertThat(fixture().get("/soon").statusCode()).isEqualTo(200);
    assertThat(fixture().settled().admitted()).isOne();
  }

  @Test
  default void holdsOnePlaceThroughTwoDispatches() throws Exception {
    List<Integer> inFlight = new ArrayList<>();
    fixture()
        .startProtected(context -> Endpoint.at("/round", context, (request, response) -> {
          inFlight.add(fixture().shield().stats().inFlight());
          if (inFlight.size() < 3) {
            AsyncContext async = request.startAsync();
            ForkJoinPool.commonPool().execute(async::dispatch);
          }
        }));

    assertThat(fixture().get("/round").statusCode()).isEqualTo(200);
    assertThat(fixture().settled().admitted()).isOne();
    assertThat(inFlight).containsExactly(1, 1, 1);
  }

  @Test
  default void holdsOnePlaceThroughTwoDispatchesOfTheWrappedRequest() throws Exception {
    List<Integer> inFlight = new ArrayList<>();
    fixture()
        .startProtected(context -> Endpoint.at("/round", context, (request, response) -> {
          inFlight.add(fixture().shield().stats().inFlight());
          if (inFlight.size() < 3) {
            request.startAsync(request, response).dispatch();
          }
        }));

    assertThat(fixture().get("/round").statusCode()).isEqualTo(200);
    assertThat(fixture().settled().admitted()).isOne();
    assertThat(inFlight).containsExactly(1, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/plain", "/wrapped"})
  default void freesThePlaceBeforeTheApplicationHearsOfTheCompletion(String path) throws Exception {
    CompletableFuture<Integer> heard = new CompletableFuture<>();
    fixture().startProtected(context -> {
      Endpoint.at("/plain", context, (request, response) -> listen(request.startAsync(), heard));
      Endpoint.at(
          "/wrapped",
          context,
          (request, response) -> listen(request.startAsync(request, response), heard));
    });

    fixture().get(path);

    assertThat(heard.get(20, TimeUnit.SECONDS)).isZero();
  }

  private void listen(AsyncContext async, CompletableFuture<Integer> heard) {
    async.addListener(new Listener() {
      @Override
      public void onComplete(AsyncEvent event) {
        heard.complete(fixture().shield().stats().inFlight());
      }
    });
    async.complete();
  }

  @Test
  default void holdsThePlaceAlsoIfTheRequestIsUnwrappedToStart() throws Exception {
    CompletableFuture<String> returned = new CompletableFuture<>();
    fixture().start(context -> {
      Layer.add("outer", context, (request, response, chain) -> {
        chain.doFilter(request, response);
        returned.complete("and holds " + fixture().shield().stats().inFlight());
      });
      Layer.map(
          context.addFilter("own", new FlowShieldFilter(fixture().shield())),
          EnumSet.of(DispatcherType.REQUEST));
      Endpoint.at(
          "/bare",
          context,
          (request, response) -> fixture().begun(unwrapped(request).startAsync()));
    });

    CompletableFuture<HttpResponse<String>> answer = fixture().sending("GET", "/bare");
    AsyncContext async = fixture().awaitBegun();
    assertThat(returned.get(20, TimeUnit.SECONDS)).isEqualTo("and holds 1");
    async.complete();

    assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    assertThat(fixture().settled().admitted()).isOne();
  }

  @Test
  default void freesThePlaceOfAnUnwrappedRequestThatIsOverBeforeTheChainReturns() throws Exception {
    fixture().startProtected(context -> {
      Endpoint.at("/complete", context, (request, response) -> {
        AsyncContext async = unwrapped(request).startAsync();
        CompletableFuture.runAsync(async::complete).join();
      });
      Endpoint.at("/dispatch", context, (request, response) -> {
        if (request.getDispatcherType() == DispatcherType.REQUEST) {
          AsyncContext async = unwrapped(request).startAsync();
          CompletableFuture.runAsync(async::dispatch).join();
        }
      });
    });

    assertThat(fixture().get("/complete").statusCode()).isEqualTo(200);
    assertThat(fixture().get("/dispatch").statusCode()).isEqualTo(200);
    assertThat(fixture().settled().admitted()).isEqualTo(2);
  }

  @Test
  default void freesEachPlaceHoweverRequestsEnd() throws Exception {
    fixture().startProtected(context -> {
      Endpoint.at("/sync", context, (request, response) -> response.getWriter().print("sync"));
      Endpoint.at("/async", context, (request, response) -> {
        AsyncContext async = request.startAsync();
        ForkJoinPool.commonPool().execute(async::complete);
      });
      Endpoint.at("/dispatch", context, (request, response) -> {
        if (request.getDispatcherType() == DispatcherType.REQUEST) {
          AsyncContext async = request.startAsync();
          ForkJoinPool.commonPool().execute(async::dispatch);
        }
      });
      Endpoint.at("/throw", context, (request, response) -> {
        throw new ServletException("as the test wants it");
      });
      Endpoint.at(
          "/timeout", context, (request, response) -> request.startAsync().setTimeout(500));
      Endpoint.at("/error", context, (request, response) -> response.sendError(503));
    });

    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      for (String path : List.of("/sync", "/async", "/dispatch", "/throw", "/timeout", "/error")) {
        answers.add(fixture().sending("GET", path));
      }
    }
    CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new)).get(60, TimeUnit.SECONDS);

    ShieldStats stats = fixture().settled();
    assertThat(stats.admitted()).isEqualTo(120);
    assertThat(stats.failed()).isEqualTo(60);
  }

  private static ServletRequest unwrapped(ServletRequest request) {
    ServletRequest lowest = request;
    while (lowest instanceof ServletRequestWrapper wrapper) {
      lowest = wrapper.getRequest();
    }
    return lowest;
  }
}
