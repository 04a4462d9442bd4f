package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FlowShieldFilterTest {

  private static final Map<String, Object> REQUEST = Map.of(
      "getDispatcherType",
      DispatcherType.REQUEST,
      "getServletPath",
      "/",
      "getMethod",
      "GET",
      "getRemoteAddr",
      "192.0.2.1",
      "isAsyncSupported",
      true,
      "isAsyncStarted",
      false);

  private final HttpShield shield = HttpShield.builder()
      .perClient("1/s")
      .operations(o -> o.ticker(ManualTicker.atZero()))
      .build();

  @Test
  void rejectsInitParamsBesideAShieldMadeBefore() {
    FlowShieldFilter filter = new FlowShieldFilter(shield);

    assertThatThrownBy(() -> filter.init(new Config(Map.of("limit", "5/s"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("init-params must be absent if the filter is given a shield, got {limit=5/s}"
            + " for filter 'mine': set them when the shield is built");
  }

  @Test
  void saysWhichInitParamsThereAreIfOneIsNotKnown() {
    FlowShieldFilter filter = new FlowShieldFilter();

    assertThatThrownBy(() -> filter.init(new Config(Map.of("per-clint", "5/s"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'per-clint'")
        .hasMessageContaining("per-client");
  }

  @Test
  void saysWhatIsWrongWithTheValueOfAnInitParam() {
    FlowShieldFilter filter = new FlowShieldFilter();

    assertThatThrownBy(() -> filter.init(new Config(Map.of("in-flight", "many"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in-flight")
        .hasMessageContaining("'many'");
  }

  @Test
  void rejectsToRunBeforeItIsInitialized() {
    FlowShieldFilter filter = new FlowShieldFilter();

    assertThatThrownBy(() -> filter.doFilter(request(), response(), (request, response) -> {}))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("call init, or pass it a shield");
  }

  @Test
  void rejectsToBeMadeWithoutAShieldItWasPromised() {
    assertThatThrownBy(() -> new FlowShieldFilter(nothing()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage(
            "shield must be an existing shield, got null: build one, or omit it to create one"
                + " from the configuration");
  }

  @Test
  void rejectsToBeMadeWithoutAPoolItWasPromised() {
    assertThatThrownBy(() -> new FlowShieldFilter(shield, nothing()))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("pool must be that of the container, got null: omit it to have it found");
  }

  @Test
  void looksForAQueueInThePoolItIsGiven() throws Exception {
    AtomicInteger tasks = new AtomicInteger();
    FlowShieldFilter filter = new FlowShieldFilter(
        HttpShield.builder().inFlight(InFlightLimit.auto()).build(),
        task -> tasks.incrementAndGet());

    filter.doFilter(request(), response(), (request, response) -> {});

    await().untilAsserted(() -> assertThat(tasks).hasValue(1));
  }

  @Test
  void servesARequestWhoseContainerThrowsWhenItIsAskedForItsContext() throws Exception {
    FlowShieldFilter filter = new FlowShieldFilter(shield);
    Map<String, Object> withoutContext = new HashMap<>(REQUEST);
    withoutContext.put("getServletContext", new NullPointerException("part of the test"));
    AtomicInteger passed = new AtomicInteger();

    filter.doFilter(
        stub(HttpServletRequest.class, withoutContext),
        response(),
        (request, response) -> passed.incrementAndGet());

    assertThat(passed).hasValue(1);
  }

  @Test
  void hasNoAsyncContextWhereTheContainerHasNone() throws Exception {
    FlowShieldFilter filter = new FlowShieldFilter(shield);

    filter.doFilter(
        request(),
        response(),
        (request, response) ->
            assertThat(((HttpServletRequest) request).getAsyncContext()).isNull());

    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void logsNoShieldAsActiveWhereThereIsNothingToProtect() {
    ServletContext started = stub(
        ServletContext.class,
        Map.of("getContextPath", "/app", "addFilter", new IllegalStateException("started")));
    try (LogOf log = new LogOf("dev.flowshield.http")) {
      assertThatThrownBy(() -> FlowShieldFilter.protect(nothing()))
          .isInstanceOf(NullPointerException.class)
          .hasMessage(
              "context must be that of the web application, got null: pass the context of the"
                  + " event or initializer");
      assertThatThrownBy(() -> FlowShieldFilter.protect(started))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("got one that has started");
      assertThat(log.lines()).isEmpty();
    }
  }

  @Test
  void warnsOnceIfNothingBehindItCanBeAsynchronous() throws Exception {
    FlowShieldFilter filter = new FlowShieldFilter(shield);
    filter.init(new Config(Map.of()));
    Map<String, Object> withoutAsync = new HashMap<>(REQUEST);
    withoutAsync.put("isAsyncSupported", false);
    try (LogOf log = new LogOf("dev.flowshield.servlet")) {
      for (int i = 0; i < 2; i++) {
        withoutAsync.put("getRemoteAddr", "192.0.2." + i);
        HttpServletRequest request = stub(HttpServletRequest.class, withoutAsync);
        filter.doFilter(request, response(), (behind, response) -> {});
      }
      assertThat(log.lines())
          .containsExactly("FlowShield: filter 'mine' must support async if work behind it is"
              + " asynchronous, got no support in it or in a filter before it: declare"
              + " <async-supported>true</async-supported> in web.xml, or call"
              + " setAsyncSupported(true) on its registration");
    }
  }

  @Test
  void passesTheRequestItselfOnWhileTheShieldIsOff() throws Exception {
    FlowShieldFilter filter = new FlowShieldFilter(
        HttpShield.builder()
            .inFlight(InFlightLimit.auto())
            .operations(o -> o.enabled(false))
            .build(),
        task -> {
          throw new AssertionError("the pool is looked at");
        });
    HttpServletRequest request = request();
    AtomicInteger passed = new AtomicInteger();

    filter.doFilter(request, response(), (behind, response) -> {
      assertThat(behind).isSameAs(request);
      passed.incrementAndGet();
    });

    assertThat(passed).hasValue(1);
  }

  @Test
  void passesAnErrorOnAsItIsAndFreesThePlace() {
    FlowShieldFilter filter = new FlowShieldFilter(shield);
    Error thrown = new StackOverflowError();

    assertThatThrownBy(() -> filter.doFilter(request(), response(), (request, response) -> {
          throw thrown;
        }))
        .isSameAs(thrown);
    assertThat(shield.stats().failed()).isOne();
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void freesThePlaceIfTheContainerTakesNoListenerAnyMore() throws Exception {
    FlowShieldFilter filter = new FlowShieldFilter(shield);
    Map<String, Object> startedElsewhere = new HashMap<>(REQUEST);
    startedElsewhere.put("isAsyncStarted", true);
    startedElsewhere.put("getAsyncContext", new IllegalStateException("completed meanwhile"));

    filter.doFilter(
        stub(HttpServletRequest.class, startedElsewhere),
        response(),
        (request, response) -> assertThat(shield.stats().inFlight()).isOne());

    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void freesThePlaceOfACompletedRequestIfTheContainerNeverTellsOfIt() throws Exception {
    FlowShieldFilter filter = new FlowShieldFilter(shield);
    Map<String, Object> asynchronous = new HashMap<>(REQUEST);
    asynchronous.put("startAsync", stub(AsyncContext.class, Map.of("getTimeout", 1L)));

    filter.doFilter(
        stub(HttpServletRequest.class, asynchronous),
        response(),
        (request, response) -> request.startAsync().complete());

    assertThat(shield.stats().inFlight()).isOne();
    await().untilAsserted(() -> assertThat(shield.stats().inFlight()).isZero());
    assertThat(shield.stats().ignored()).isZero();
  }

  @Test
  void moduleExportsTheFilterAndNeedsOnlyTheShieldAndTheServletApi() throws Exception {
    Path classes = Path.of(FlowShieldFilter.class
        .getProtectionDomain()
        .getCodeSource()
        .getLocation()
        .toURI());
    ModuleDescriptor module =
        ModuleFinder.of(classes).find("dev.flowshield.servlet").orElseThrow().descriptor();

    assertThat(module.exports())
        .extracting(ModuleDescriptor.Exports::source)
        .containsExactly("dev.flowshield.servlet");
    assertThat(module.requires().stream()
            .collect(Collectors.toMap(Requires::name, Requires::modifiers)))
        .containsEntry("dev.flowshield.http", Set.of(Requires.Modifier.TRANSITIVE))
        .containsEntry("jakarta.servlet", Set.of(Requires.Modifier.TRANSITIVE))
        .containsEntry("org.jspecify", Set.of(Requires.Modifier.STATIC))
        .containsOnlyKeys("java.base", "dev.flowshield.http", "jakarta.servlet", "org.jspecify");
    assertThat(module.opens()).isEmpty();
    assertThat(module.uses()).isEmpty();
    assertThat(module.provides()).isEmpty();
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  private static HttpServletRequest request() {
    return stub(HttpServletRequest.class, REQUEST);
  }

  private static HttpServletResponse response() {
    return stub(HttpServletResponse.class, Map.of("getStatus", 200));
  }

  /** Returns a stub with the given results and exceptions, and null for all other methods. */
  private static <T> T stub(Class<T> type, Map<String, Object> answers) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
          Object answer = answers.get(method.getName());
          if (answer instanceof RuntimeException failure) {
            throw failure;
          }
          return answer;
        }));
  }

  private record Config(Map<String, String> parameters) implements FilterConfig {
    @Override
    public String getFilterName() {
      return "mine";
    }

    @Override
    public ServletContext getServletContext() {
      return stub(ServletContext.class, Map.of());
    }

    @Override
    public String getInitParameter(String name) {
      return Objects.requireNonNull(parameters.get(name));
    }

    @Override
    public Enumeration<String> getInitParameterNames() {
      return Collections.enumeration(parameters.keySet());
    }
  }
}
