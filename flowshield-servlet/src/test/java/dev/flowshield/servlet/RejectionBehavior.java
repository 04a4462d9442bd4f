package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.contract.Connection;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.testkit.ManualTicker;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests of the response to a rejected client, and of the client's identity. */
interface RejectionBehavior {

  FilterFixture fixture();

  private void startSpent(Container.Application application) throws Exception {
    HttpShield one = HttpShield.builder()
        .perClient("1/min")
        .operations(o -> o.ticker(ManualTicker.atZero()))
        .build();
    fixture().start(context -> {
      FlowShieldFilter.protect(context, one);
      application.start(context);
    });
    assertThat(fixture().get("/").body()).isEqualTo("in");
  }

  @Test
  default void rejectsByItselfAndNotWithAPageOfErrors() throws Exception {
    startSpent(context -> {});

    HttpResponse<String> answer = fixture().get("/");

    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().allValues("Content-Type")).containsExactly("application/json");
    assertThat(answer.headers().allValues("Retry-After")).containsExactly("60");
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertThat(answer.body()).startsWith("{\"status\":\"busy\"").endsWith("}");
  }

  @Test
  default void rejectsHeadWithTheFieldsOfGetAndNoBody() throws Exception {
    startSpent(context -> {});

    HttpResponse<String> toGet = fixture().get("/");
    HttpResponse<String> toHead = fixture().send("HEAD", "/");

    assertThat(toHead.statusCode()).isEqualTo(429);
    assertThat(toHead.headers().firstValue("Content-Length"))
        .isEqualTo(toGet.headers().firstValue("Content-Length"))
        .isPresent();
    assertThat(toHead.body()).isEmpty();
  }

  @Test
  default void isSynchronousWhereTheRequestCannotBeAsynchronous() throws Exception {
    HttpShield one = HttpShield.builder()
        .perClient("1/min")
        .operations(o -> o.ticker(ManualTicker.atZero()))
        .build();
    fixture()
        .start(context -> context
            .addFilter("without async", new FlowShieldFilter(one))
            .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*"));
    fixture().get("/");
    try (Connection client = Connection.to(fixture().running().port())) {
      client.send("POST", "/", "Content-Length: 10");
      assertThat(client.read().status()).isEqualTo(429);
    }
  }

  @Test
  default void keepsARejectedRequestFromTheApplicationsFilters() throws Exception {
    List<String> seen = new ArrayList<>();
    fixture().start(context -> {
      Layer.add("earlier", context, (request, response, chain) -> {
        seen.add(request.getRequestURI());
        chain.doFilter(request, response);
      });
      FlowShieldFilter.protect(
          context,
          HttpShield.builder()
              .perClient("1/min")
              .operations(o -> o.ticker(ManualTicker.atZero()))
              .build());
    });

    fixture().get("/first");
    fixture().get("/second");

    assertThat(seen).containsExactly("/first");
  }

  @Test
  default void knowsTheClientByTheConnectionWhateverAFilterMakesOfIt() throws Exception {
    startBehindAFilterForProxies(onePerClient().build());

    assertThat(getAs("192.0.2.1").statusCode()).isEqualTo(200);
    assertThat(getAs("192.0.2.2").statusCode()).isEqualTo(429);
  }

  @Test
  default void knowsTheClientByTheFilterIfTold() throws Exception {
    startBehindAFilterForProxies(
        onePerClient().clients(c -> c.clientAddress("container")).build());

    assertThat(getAs("192.0.2.1").statusCode()).isEqualTo(200);
    assertThat(getAs("192.0.2.2").statusCode()).isEqualTo(200);
    assertThat(getAs("192.0.2.1").statusCode()).isEqualTo(429);
  }

  @Test
  default void readsTheFieldsOfProxiesBelowAFilterThatTakesThemAway() throws Exception {
    startBehindAFilterForProxies(
        onePerClient().clients(c -> c.trustedProxies("loopback")).build());

    assertThat(getAs("192.0.2.1").statusCode()).isEqualTo(200);
    assertThat(getAs("192.0.2.2").statusCode()).isEqualTo(200);
    assertThat(getAs("192.0.2.1").statusCode()).isEqualTo(429);
  }

  @Test
  default void readsTheKeyOfAPolicyBelowAFilterThatTakesItsHeaderAway() throws Exception {
    startBehindAFilterForProxies(HttpShield.builder()
        .perClient("100/s")
        .policies("GET /** * 1/min key=header:X-Forwarded-For")
        .operations(o -> o.ticker(ManualTicker.atZero()))
        .build());

    assertThat(getAs("alice").statusCode()).isEqualTo(200);
    assertThat(getAs("bob").statusCode()).isEqualTo(200);
    assertThat(getAs("alice").statusCode()).isEqualTo(429);
  }

  private static HttpShieldBuilder onePerClient() {
    return HttpShield.builder().perClient("1/min").operations(o -> o.ticker(ManualTicker.atZero()));
  }

  /** Adds a filter before that of the shield, similar to Spring's filter for forwarding headers. */
  private void startBehindAFilterForProxies(HttpShield shield) throws Exception {
    fixture().start(context -> {
      Layer.add(
          "believing",
          context,
          (request, response, chain) -> chain.doFilter(
              new HttpServletRequestWrapper(request) {
                @Override
                public String getRemoteAddr() {
                  return request.getHeader("X-Forwarded-For");
                }

                @Override
                public @Nullable String getHeader(String name) {
                  return name.equalsIgnoreCase("X-Forwarded-For") ? null : super.getHeader(name);
                }

                @Override
                public Enumeration<String> getHeaders(String name) {
                  return name.equalsIgnoreCase("X-Forwarded-For")
                      ? Collections.emptyEnumeration()
                      : super.getHeaders(name);
                }
              },
              response));
      Layer.map(
          context.addFilter("own", new FlowShieldFilter(shield)),
          EnumSet.of(DispatcherType.REQUEST));
    });
  }

  private HttpResponse<String> getAs(String address) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(fixture().running().uri("/"))
        .header("X-Forwarded-For", address)
        .build();
    return fixture().send(request);
  }
}
