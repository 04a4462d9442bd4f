package dev.flowshield.servlet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Tests of requests that fail, time out or lose their client. */
interface FailureBehavior {

  FilterFixture fixture();

  @Test
  default void passesTheExceptionOnAsItIs() throws Exception {
    List<Exception> thrown = List.of(
        new IllegalStateException("unchecked"),
        new ServletException("checked"),
        new IOException("lost"));
    AtomicReference<Throwable> seen = new AtomicReference<>();
    fixture().start(context -> {
      Layer.add("outer", context, (request, response, chain) -> {
        try {
          chain.doFilter(request, response);
        } catch (IOException | ServletException | RuntimeException failure) {
          seen.set(failure);
        }
      });
      Layer.map(
          context.addFilter("own", new FlowShieldFilter(fixture().shield())),
          EnumSet.of(DispatcherType.REQUEST));
      for (int each = 0; each < thrown.size(); each++) {
        Exception failure = thrown.get(each);
        Endpoint.at("/" + each, context, (request, response) -> {
          throw failure;
        });
      }
    });

    for (int each = 0; each < thrown.size(); each++) {
      fixture().get("/" + each);
      assertThat(seen.get()).isSameAs(thrown.get(each));
    }
    assertThat(fixture().settled().failed()).isEqualTo(3);
  }

  @Test
  default void countsAnErrorAndAnAnswerOf500AndAboveAsFailed() throws Exception {
    fixture().startProtected(context -> {
      Endpoint.at("/error", context, (request, response) -> {
        throw new AssertionError("as the test wants it");
      });
      Endpoint.at("/status", context, (request, response) -> response.setStatus(500));
      Endpoint.at("/send", context, (request, response) -> response.sendError(503));
      Endpoint.at("/client", context, (request, response) -> response.setStatus(499));
    });

    assertThat(fixture().get("/error").statusCode()).isEqualTo(500);
    assertThat(fixture().get("/status").statusCode()).isEqualTo(500);
    assertThat(fixture().get("/send").statusCode()).isEqualTo(503);
    assertThat(fixture().get("/client").statusCode()).isEqualTo(499);
    assertThat(fixture().settled().failed()).isEqualTo(3);
  }

  @Test
  default void countsATimeoutThatNobodyAnswersAsFailed() throws Exception {
    fixture()
        .startProtected(context -> Endpoint.at(
            "/never", context, (request, response) -> request.startAsync().setTimeout(50)));

    assertThat(fixture().get("/never").statusCode()).isEqualTo(500);
    assertThat(fixture().settled().failed()).isOne();
  }

  @Test
  default void countsATimeoutThatTheApplicationAnswersAsItsAnswer() throws Exception {
    fixture()
        .startProtected(context -> Endpoint.at("/poll", context, (request, response) -> {
          AsyncContext async = request.startAsync();
          async.setTimeout(50);
          async.addListener(new Listener() {
            @Override
            public void onTimeout(AsyncEvent event) {
              response.setStatus(204);
              async.complete();
            }
          });
        }));

    assertThat(fixture().get("/poll").statusCode()).isEqualTo(204);
    assertThat(fixture().settled().failed()).isZero();
  }

  @Test
  default void freesThePlaceIfTheRequestFailsRightAfterStartAsync() throws Exception {
    fixture()
        .startProtected(context -> Endpoint.at("/broken", context, (request, response) -> {
          request.startAsync();
          throw new ServletException("as the test wants it");
        }));

    // Tomcat 10.1.60 drops the connection. POST, because a client may repeat a GET then.
    fixture()
        .sending("POST", "/broken")
        .handle((answer, failure) -> "either")
        .get(20, TimeUnit.SECONDS);

    assertThat(fixture().settled().failed()).isOne();
  }

  @Test
  default void freesThePlaceIfTheRequestFailsRightAfterStartAsyncInALaterDispatch()
      throws Exception {
    fixture()
        .startProtected(context -> Endpoint.at("/broken", context, (request, response) -> {
          AsyncContext async = request.startAsync();
          if (request.getDispatcherType() == DispatcherType.ASYNC) {
            throw new ServletException("as the test wants it");
          }
          async.dispatch();
        }));

    // Tomcat 10.1.60 drops the connection. POST, because a client may repeat a GET then.
    fixture()
        .sending("POST", "/broken")
        .handle((answer, failure) -> "either")
        .get(20, TimeUnit.SECONDS);

    assertThat(fixture().settled().failed()).isOne();
  }

  @Test
  default void countsAnAsynchronousAnswerOf500AsFailed() throws Exception {
    fixture()
        .startProtected(context -> Endpoint.at(
            "/later", context, (request, response) -> fixture().begun(request.startAsync())));

    CompletableFuture<HttpResponse<String>> answer = fixture().sending("GET", "/later");
    AsyncContext async = fixture().awaitBegun();
    ((HttpServletResponse) async.getResponse()).setStatus(500);
    async.complete();

    assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(500);
    assertThat(fixture().settled().failed()).isOne();
  }

  @Test
  default void finishesWorkWhoseClientHasGoneBeforeItFreesThePlace() throws Exception {
    CompletableFuture<String> began = new CompletableFuture<>();
    CompletableFuture<String> goOn = new CompletableFuture<>();
    fixture()
        .startProtected(context -> Endpoint.at("/long", context, (request, response) -> {
          began.complete("began");
          goOn.get(20, TimeUnit.SECONDS);
        }));

    try (Socket client =
        new Socket(InetAddress.getLoopbackAddress(), fixture().running().port())) {
      client.setSoLinger(true, 0); // makes a close a reset
      client.getOutputStream().write("GET /long HTTP/1.1\r\nHost: it\r\n\r\n".getBytes(US_ASCII));
      began.get(20, TimeUnit.SECONDS);
    }
    assertThat(fixture().get("/meanwhile").body()).isEqualTo("in");
    assertThat(fixture().shield().stats().inFlight()).isOne();
    goOn.complete("go on");

    assertThat(fixture().settled().admitted()).isEqualTo(2);
  }
}
