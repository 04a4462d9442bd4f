package dev.flowshield.servlet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the filter does with what only servlets have: dispatches, async contexts, registration. The
 * same on every container.
 */
abstract class FilterBehavior {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Container.Starter starter;
  private final String servletVersion;
  private final HttpShield shield =
      HttpShield.builder().perClient("1000/s").ticker(ManualTicker.atZero()).build();
  private @Nullable Container container;

  /** Of a container, and the version of the Servlet API that it is to have. */
  FilterBehavior(Container.Starter starter, String servletVersion) {
    this.starter = starter;
    this.servletVersion = servletVersion;
  }

  @AfterEach
  void stop() throws Exception {
    if (container != null) {
      container.stop();
    }
  }

  Container start(Container.Application application) throws Exception {
    container = starter.start(context -> {
      application.start(context);
      // Else Tomcat would answer what no servlet has without a look at the filters.
      Endpoint.at("/", context, (request, response) -> response.getWriter().print("in"));
    });
    return container;
  }

  void startProtected(Container.Application application) throws Exception {
    start(context -> {
      FlowShieldFilter.protect(context, shield);
      application.start(context);
    });
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    return sending(method, path).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  HttpResponse<String> get(String path) throws Exception {
    return send("GET", path);
  }

  private CompletableFuture<HttpResponse<String>> sending(String method, String path) {
    HttpRequest request = HttpRequest.newBuilder(running().uri(path))
        .method(method, HttpRequest.BodyPublishers.noBody())
        .build();
    return CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofString());
  }

  private Container running() {
    if (container == null) {
      throw new IllegalStateException("start the container first");
    }
    return container;
  }

  /**
   * The stats when nothing is in flight any more; an answer may reach its client before its request
   * has ended.
   */
  ShieldStats settled() {
    return assertTimeoutPreemptively(PATIENCE, () -> {
      ShieldStats stats = shield.stats();
      while (stats.inFlight() != 0) {
        Thread.onSpinWait();
        stats = shield.stats();
      }
      return stats;
    });
  }

  private static ServletRequest unwrapped(ServletRequest request) {
    ServletRequest lowest = request;
    while (lowest instanceof ServletRequestWrapper wrapper) {
      lowest = wrapper.getRequest();
    }
    return lowest;
  }

  @Test
  void runsOnTheContainerItIsNamedAfter() throws Exception {
    ServletContext context = start(application -> {}).context();

    assertThat(context.getMajorVersion() + "." + context.getMinorVersion())
        .isEqualTo(servletVersion);
  }

  @Nested
  class WhateverTheDispatch {

    private void startMappedToAll(Container.Application application) throws Exception {
      start(context -> {
        Layer.map(
            context.addFilter("own", new FlowShieldFilter(shield)),
            EnumSet.allOf(DispatcherType.class));
        application.start(context);
      });
    }

    @Test
    void chargesAForwardedRequestOnce() throws Exception {
      startMappedToAll(context -> {
        Endpoint.at(
            "/from",
            context,
            (request, response) -> request.getRequestDispatcher("/to").forward(request, response));
        Endpoint.at("/to", context, (request, response) -> response.getWriter().print("there"));
      });

      assertThat(get("/from").body()).isEqualTo("there");
      assertThat(settled().admitted()).isOne();
    }

    @Test
    void chargesAnIncludingRequestOnce() throws Exception {
      startMappedToAll(context -> {
        Endpoint.at(
            "/outer",
            context,
            (request, response) ->
                request.getRequestDispatcher("/inner").include(request, response));
        Endpoint.at(
            "/inner", context, (request, response) -> response.getWriter().print("inner"));
      });

      assertThat(get("/outer").body()).isEqualTo("inner");
      assertThat(settled().admitted()).isOne();
    }

    @Test
    void chargesARequestThatEndsAtAnErrorPageOnce() throws Exception {
      startMappedToAll(context -> {
        Endpoint.at("/gone", context, (request, response) -> response.sendError(404));
        Endpoint.at(
            Container.ERROR_PAGE,
            context,
            (request, response) -> response.getWriter().print("the page of errors"));
      });

      HttpResponse<String> answer = get("/gone");

      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.body()).isEqualTo("the page of errors");
      assertThat(settled().admitted()).isOne();
    }

    @Test
    void chargesARequestThatComesBackOnceAndHoldsItsPlace() throws Exception {
      startMappedToAll(context -> Endpoint.at("/again", context, (request, response) -> {
        if (request.getDispatcherType() == DispatcherType.REQUEST) {
          request.startAsync(request, response).dispatch();
        } else {
          response.getWriter().print(shield.stats().inFlight());
        }
      }));

      assertThat(get("/again").body()).isEqualTo("1");
      assertThat(settled().admitted()).isOne();
    }

    @Test
    void chargesNoDispatchOfARequestItHasNotSeen() throws Exception {
      start(context -> {
        Layer.map(
            context.addFilter("own", new FlowShieldFilter(shield)),
            EnumSet.complementOf(EnumSet.of(DispatcherType.REQUEST)));
        Endpoint.at(
            "/from",
            context,
            (request, response) -> request.getRequestDispatcher("/to").forward(request, response));
        Endpoint.at("/to", context, (request, response) -> response.getWriter().print("there"));
      });

      assertThat(get("/from").body()).isEqualTo("there");
      assertThat(settled().admitted()).isZero();
    }

    @Test
    void chargesARequestBehindTwoFiltersOfOneShieldOnce() throws Exception {
      startMappedToAll(context -> FlowShieldFilter.protect(context, shield));

      assertThat(get("/").body()).isEqualTo("in");
      assertThat(settled().admitted()).isOne();
    }

    @Test
    void chargesARequestBehindFiltersOfTwoShieldsAtEach() throws Exception {
      HttpShield second = HttpShield.builder().perClient("1000/s").build();
      startMappedToAll(context -> FlowShieldFilter.protect(context, second));

      assertThat(get("/").body()).isEqualTo("in");
      assertThat(settled().admitted()).isOne();
      assertThat(second.stats().admitted()).isOne();
    }
  }

  @Nested
  class WhileARequestGoesOnAsynchronously {

    private final BlockingQueue<AsyncContext> begun = new LinkedBlockingQueue<>();

    private AsyncContext next() throws InterruptedException {
      AsyncContext context = begun.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(context).as("an async context begun").isNotNull();
      return context;
    }

    @Test
    void holdsThePlaceUntilItIsCompleted() throws Exception {
      startProtected(context ->
          Endpoint.at("/later", context, (request, response) -> begun.add(request.startAsync())));

      CompletableFuture<HttpResponse<String>> answer = sending("GET", "/later");
      AsyncContext async = next();
      // The thread that began the request answers another one meanwhile, or might.
      assertThat(get("/meanwhile").body()).isEqualTo("in");
      assertThat(shield.stats().inFlight()).isOne();

      async.getResponse().getWriter().print("now");
      async.complete();

      assertThat(answer.get(20, TimeUnit.SECONDS).body()).isEqualTo("now");
      assertThat(settled().failed()).isZero();
    }

    @Test
    void freesThePlaceWhenItIsCompletedBeforeTheChainReturns() throws Exception {
      startProtected(context -> Endpoint.at("/soon", context, (request, response) -> {
        AsyncContext async = request.startAsync();
        CompletableFuture.runAsync(async::complete).join();
      }));

      assertThat(get("/soon").statusCode()).isEqualTo(200);
      assertThat(settled().admitted()).isOne();
    }

    @Test
    void holdsOnePlaceThroughTwoDispatches() throws Exception {
      List<Integer> inFlight = new ArrayList<>();
      startProtected(context -> Endpoint.at("/round", context, (request, response) -> {
        inFlight.add(shield.stats().inFlight());
        if (inFlight.size() < 3) {
          AsyncContext async = request.startAsync();
          ForkJoinPool.commonPool().execute(async::dispatch);
        }
      }));

      assertThat(get("/round").statusCode()).isEqualTo(200);
      assertThat(settled().admitted()).isOne();
      assertThat(inFlight).containsExactly(1, 1, 1);
    }

    @Test
    void holdsOnePlaceThroughTwoDispatchesOfTheWrappedRequest() throws Exception {
      List<Integer> inFlight = new ArrayList<>();
      startProtected(context -> Endpoint.at("/round", context, (request, response) -> {
        inFlight.add(shield.stats().inFlight());
        if (inFlight.size() < 3) {
          request.startAsync(request, response).dispatch();
        }
      }));

      assertThat(get("/round").statusCode()).isEqualTo(200);
      assertThat(settled().admitted()).isOne();
      assertThat(inFlight).containsExactly(1, 1, 1);
    }

    @Test
    void countsATimeoutThatNobodyAnswersAsFailed() throws Exception {
      startProtected(context -> Endpoint.at(
          "/never", context, (request, response) -> request.startAsync().setTimeout(50)));

      assertThat(get("/never").statusCode()).isEqualTo(500);
      assertThat(settled().failed()).isOne();
    }

    @Test
    void countsATimeoutThatTheApplicationAnswersAsItsAnswer() throws Exception {
      startProtected(context -> Endpoint.at("/poll", context, (request, response) -> {
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

      assertThat(get("/poll").statusCode()).isEqualTo(204);
      assertThat(settled().failed()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/plain", "/wrapped"})
    void freesThePlaceBeforeTheApplicationHearsOfTheCompletion(String path) throws Exception {
      CompletableFuture<Integer> heard = new CompletableFuture<>();
      startProtected(context -> {
        Endpoint.at("/plain", context, (request, response) -> listen(request.startAsync(), heard));
        Endpoint.at(
            "/wrapped",
            context,
            (request, response) -> listen(request.startAsync(request, response), heard));
      });

      get(path);

      assertThat(heard.get(20, TimeUnit.SECONDS)).isZero();
    }

    private void listen(AsyncContext async, CompletableFuture<Integer> heard) {
      async.addListener(new Listener() {
        @Override
        public void onComplete(AsyncEvent event) {
          heard.complete(shield.stats().inFlight());
        }
      });
      async.complete();
    }

    @Test
    void freesThePlaceIfTheRequestFailsRightAfterTheStart() throws Exception {
      startProtected(context -> Endpoint.at("/broken", context, (request, response) -> {
        request.startAsync();
        throw new ServletException("as the test wants it");
      }));

      // Tomcat 10.1.60 drops the connection. POST, since a client may repeat a GET then.
      sending("POST", "/broken").handle((answer, failure) -> "either").get(20, TimeUnit.SECONDS);

      assertThat(settled().failed()).isOne();
    }

    @Test
    void freesThePlaceIfTheRequestFailsRightAfterTheStartInALaterDispatch() throws Exception {
      startProtected(context -> Endpoint.at("/broken", context, (request, response) -> {
        AsyncContext async = request.startAsync();
        if (request.getDispatcherType() == DispatcherType.ASYNC) {
          throw new ServletException("as the test wants it");
        }
        async.dispatch();
      }));

      // Tomcat 10.1.60 drops the connection. POST, since a client may repeat a GET then.
      sending("POST", "/broken").handle((answer, failure) -> "either").get(20, TimeUnit.SECONDS);

      assertThat(settled().failed()).isOne();
    }

    @Test
    void countsAnAnswerOf500AsFailed() throws Exception {
      startProtected(context ->
          Endpoint.at("/later", context, (request, response) -> begun.add(request.startAsync())));

      CompletableFuture<HttpResponse<String>> answer = sending("GET", "/later");
      AsyncContext async = next();
      ((HttpServletResponse) async.getResponse()).setStatus(500);
      async.complete();

      assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(500);
      assertThat(settled().failed()).isOne();
    }

    @Test
    void holdsThePlaceAlsoIfTheRequestIsUnwrappedToStart() throws Exception {
      CompletableFuture<String> returned = new CompletableFuture<>();
      start(context -> {
        Layer.add("outer", context, (request, response, chain) -> {
          chain.doFilter(request, response);
          returned.complete("and holds " + shield.stats().inFlight());
        });
        Layer.map(
            context.addFilter("own", new FlowShieldFilter(shield)),
            EnumSet.of(DispatcherType.REQUEST));
        Endpoint.at(
            "/bare",
            context,
            (request, response) -> begun.add(unwrapped(request).startAsync()));
      });

      CompletableFuture<HttpResponse<String>> answer = sending("GET", "/bare");
      AsyncContext async = next();
      assertThat(returned.get(20, TimeUnit.SECONDS)).isEqualTo("and holds 1");
      async.complete();

      assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      assertThat(settled().admitted()).isOne();
    }

    @Test
    void freesThePlaceOfAnUnwrappedRequestThatIsOverBeforeTheChainReturns() throws Exception {
      startProtected(context -> {
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

      assertThat(get("/complete").statusCode()).isEqualTo(200);
      assertThat(get("/dispatch").statusCode()).isEqualTo(200);
      assertThat(settled().admitted()).isEqualTo(2);
    }

    @Test
    void freesEachPlaceHoweverRequestsEnd() throws Exception {
      startProtected(context -> {
        Endpoint.at(
            "/sync", context, (request, response) -> response.getWriter().print("sync"));
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
        for (String path :
            List.of("/sync", "/async", "/dispatch", "/throw", "/timeout", "/error")) {
          answers.add(sending("GET", path));
        }
      }
      CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
          .get(60, TimeUnit.SECONDS);

      ShieldStats stats = settled();
      assertThat(stats.admitted()).isEqualTo(120);
      assertThat(stats.failed()).isEqualTo(60);
    }

    /** Hears nothing, unless told to. */
    private static class Listener implements AsyncListener {
      @Override
      public void onComplete(AsyncEvent event) {}

      @Override
      public void onTimeout(AsyncEvent event) {}

      @Override
      public void onError(AsyncEvent event) {}

      @Override
      public void onStartAsync(AsyncEvent event) {}
    }
  }

  @Nested
  class WhenARequestFails {

    @Test
    void passesTheExceptionOnAsItIs() throws Exception {
      List<Exception> thrown = List.of(
          new IllegalStateException("unchecked"),
          new ServletException("checked"),
          new IOException("lost"));
      AtomicReference<Throwable> seen = new AtomicReference<>();
      start(context -> {
        Layer.add("outer", context, (request, response, chain) -> {
          try {
            chain.doFilter(request, response);
          } catch (IOException | ServletException | RuntimeException failure) {
            seen.set(failure);
          }
        });
        Layer.map(
            context.addFilter("own", new FlowShieldFilter(shield)),
            EnumSet.of(DispatcherType.REQUEST));
        for (int each = 0; each < thrown.size(); each++) {
          Exception failure = thrown.get(each);
          Endpoint.at("/" + each, context, (request, response) -> {
            throw failure;
          });
        }
      });

      for (int each = 0; each < thrown.size(); each++) {
        get("/" + each);
        assertThat(seen.get()).isSameAs(thrown.get(each));
      }
      assertThat(settled().failed()).isEqualTo(3);
    }

    @Test
    void countsAnErrorAndAnAnswerOf500AndAboveAsFailed() throws Exception {
      startProtected(context -> {
        Endpoint.at("/error", context, (request, response) -> {
          throw new AssertionError("as the test wants it");
        });
        Endpoint.at("/status", context, (request, response) -> response.setStatus(500));
        Endpoint.at("/send", context, (request, response) -> response.sendError(503));
        Endpoint.at("/client", context, (request, response) -> response.setStatus(499));
      });

      assertThat(get("/error").statusCode()).isEqualTo(500);
      assertThat(get("/status").statusCode()).isEqualTo(500);
      assertThat(get("/send").statusCode()).isEqualTo(503);
      assertThat(get("/client").statusCode()).isEqualTo(499);
      assertThat(settled().failed()).isEqualTo(3);
    }
  }

  @Nested
  class WhenARequestIsRejected {

    private void startSpent(Container.Application application) throws Exception {
      HttpShield one =
          HttpShield.builder().perClient("1/min").ticker(ManualTicker.atZero()).build();
      start(context -> {
        FlowShieldFilter.protect(context, one);
        application.start(context);
      });
      assertThat(get("/").body()).isEqualTo("in");
    }

    @Test
    void answersByItselfAndNotWithAPageOfErrors() throws Exception {
      startSpent(context -> {});

      HttpResponse<String> answer = get("/");

      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(answer.headers().allValues("Content-Type")).containsExactly("application/json");
      assertThat(answer.headers().allValues("Retry-After")).containsExactly("60");
      assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
      assertThat(answer.body()).startsWith("{\"status\":\"busy\"").endsWith("}");
    }

    @Test
    void answersHeadWithTheFieldsOfGetAndNoBody() throws Exception {
      startSpent(context -> {});

      HttpResponse<String> toGet = get("/");
      HttpResponse<String> toHead = send("HEAD", "/");

      assertThat(toHead.statusCode()).isEqualTo(429);
      assertThat(toHead.headers().firstValue("Content-Length"))
          .isEqualTo(toGet.headers().firstValue("Content-Length"))
          .isPresent();
      assertThat(toHead.body()).isEmpty();
    }

    @Test
    void keepsTheApplicationsFiltersOut() throws Exception {
      List<String> seen = new ArrayList<>();
      start(context -> {
        Layer.add("earlier", context, (request, response, chain) -> {
          seen.add(request.getRequestURI());
          chain.doFilter(request, response);
        });
        FlowShieldFilter.protect(
            context,
            HttpShield.builder()
                .perClient("1/min")
                .ticker(ManualTicker.atZero())
                .build());
      });

      get("/first");
      get("/second");

      assertThat(seen).containsExactly("/first");
    }

    @Test
    void knowsTheClientByTheConnectionWhateverAFilterMakesOfIt() throws Exception {
      start(context -> {
        Layer.add(
            "spoofed",
            context,
            (request, response, chain) -> chain.doFilter(
                new HttpServletRequestWrapper(request) {
                  @Override
                  public String getRemoteAddr() {
                    return request.getHeader("Spoofed");
                  }
                },
                response));
        Layer.map(
            context.addFilter(
                "own",
                new FlowShieldFilter(HttpShield.builder()
                    .perClient("1/min")
                    .ticker(ManualTicker.atZero())
                    .build())),
            EnumSet.of(DispatcherType.REQUEST));
      });

      assertThat(getAs("192.0.2.1").statusCode()).isEqualTo(200);
      assertThat(getAs("192.0.2.2").statusCode()).isEqualTo(429);
    }

    private HttpResponse<String> getAs(String address) throws Exception {
      HttpRequest request =
          HttpRequest.newBuilder(running().uri("/")).header("Spoofed", address).build();
      return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  @Nested
  class OnItsWayIn {

    @Test
    void leavesHealthChecksAloneHoweverTheyAreWritten() throws Exception {
      startProtected(context -> Endpoint.at(
          "/healthz", context, (request, response) -> response.getWriter().print("well")));

      assertThat(get("/healthz").body()).isEqualTo("well");
      assertThat(get("/healthz;a=b?c=d").body()).isEqualTo("well");
      assertThat(get("/x/../healthz").body()).isEqualTo("well");
      assertThat(get("/h%65althz").body()).isEqualTo("well");
      assertThat(settled().admitted()).isZero();
    }

    @Test
    void chargesWhatOnlyLooksLikeAHealthCheck() throws Exception {
      startProtected(context ->
          Endpoint.at("/*", context, (request, response) -> response.getWriter().print("work")));

      get("/healthz/../work");
      get("/work;/healthz");
      get("/work?/healthz");
      get("/healthzz");

      assertThat(settled().admitted()).isEqualTo(4);
    }

    @Test
    void finishesWorkWhoseClientHasGoneBeforeItFreesThePlace() throws Exception {
      CompletableFuture<String> began = new CompletableFuture<>();
      CompletableFuture<String> goOn = new CompletableFuture<>();
      startProtected(context -> Endpoint.at("/long", context, (request, response) -> {
        began.complete("began");
        goOn.get(20, TimeUnit.SECONDS);
      }));

      try (Socket client =
          new Socket(InetAddress.getLoopbackAddress(), running().port())) {
        client.setSoLinger(true, 0); // to close it is to reset it
        client.getOutputStream().write("GET /long HTTP/1.1\r\nHost: it\r\n\r\n".getBytes(US_ASCII));
        began.get(20, TimeUnit.SECONDS);
      }
      assertThat(get("/meanwhile").body()).isEqualTo("in");
      assertThat(shield.stats().inFlight()).isOne();
      goOn.complete("go on");

      assertThat(settled().admitted()).isEqualTo(2);
    }
  }

  @Nested
  class WhenItIsRegistered {

    @Test
    void protectsAnApplicationOnceAndSaysSo() throws Exception {
      start(context -> {
        FlowShieldFilter.protect(context, shield);
        assertThatThrownBy(() -> FlowShieldFilter.protect(context, shield))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("protect must be called once for the web application at '/', got a second"
                + " call, or one beside a filter named 'flowshield': keep one of them");
      });
    }

    @Test
    void saysThatItIsTooLateOnceTheApplicationHasStarted() throws Exception {
      Container late = start(context -> {});

      assertThatThrownBy(() -> FlowShieldFilter.protect(late.context(), shield))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("protect must be called while the web application at '/' starts, got one that"
              + " has started: call it in a ServletContainerInitializer, or in a"
              + " ServletContextListener that is declared in web.xml or annotated with"
              + " @WebListener")
          .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void saysWhichListenersMayProtect() throws Exception {
      AtomicReference<Throwable> seen = new AtomicReference<>();
      start(context -> context.addListener(new ServletContextListener() {
        @Override
        public void contextInitialized(ServletContextEvent event) {
          try {
            FlowShieldFilter.protect(event.getServletContext(), shield);
          } catch (IllegalStateException rejected) {
            seen.set(rejected);
          }
        }
      }));

      assertThat(seen.get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("got a listener that was added in code: call it in")
          .hasCauseInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void protectsByTheConfigurationAndHandsOutItsShield() throws Exception {
      AtomicReference<HttpShield> made = new AtomicReference<>();
      start(context -> {
        made.set(FlowShieldFilter.protect(context));
      });

      assertThat(get("/").body()).isEqualTo("in");
      assertThat(made.get().stats().admitted()).isOne();
      assertThat(made.get().toString()).contains("100/s");
    }

    @Test
    void warnsWhereItIsRegisteredWithoutAsyncSupport() throws Exception {
      start(context -> {
        FilterRegistration.Dynamic registration =
            context.addFilter("synchronous", new FlowShieldFilter(shield));
        registration.setAsyncSupported(false); // as it is in web.xml where nothing is said
        registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
      });
      try (LogOf log = new LogOf("dev.flowshield.servlet")) {
        assertThat(get("/").body()).isEqualTo("in");
        assertThat(get("/").body()).isEqualTo("in");
        assertThat(log.lines())
            .singleElement()
            .asString()
            .startsWith("FlowShield: filter 'synchronous' must support async");
      }
    }

    @Test
    void warnsOfNothingWhereItIsPutInByItself() throws Exception {
      start(context -> FlowShieldFilter.protect(context, shield));
      try (LogOf log = new LogOf("dev.flowshield.servlet")) {
        assertThat(get("/").body()).isEqualTo("in");
        assertThat(log.lines()).isEmpty();
      }
    }

    @Test
    void takesItsSettingsFromInitParamsWhenTheContainerMakesIt() throws Exception {
      start(context -> {
        FilterRegistration.Dynamic registration =
            context.addFilter("by name", FlowShieldFilter.class.getName());
        registration.setInitParameter("per-client", "2/day");
        registration.setInitParameter("in-flight", "10");
        Layer.map(registration, EnumSet.of(DispatcherType.REQUEST));
      });

      assertThat(get("/").statusCode()).isEqualTo(200);
      assertThat(get("/").statusCode()).isEqualTo(200);
      assertThat(get("/").statusCode()).isEqualTo(429);
    }

    @Test
    void keepsTheApplicationFromStartingIfAnInitParamIsNotKnown() {
      assertThatThrownBy(() -> start(context -> {
            FilterRegistration.Dynamic registration =
                context.addFilter("by name", FlowShieldFilter.class.getName());
            registration.setInitParameter("per-clint", "2/day");
            Layer.map(registration, EnumSet.of(DispatcherType.REQUEST));
          }))
          .isInstanceOf(Exception.class);
    }
  }
}
