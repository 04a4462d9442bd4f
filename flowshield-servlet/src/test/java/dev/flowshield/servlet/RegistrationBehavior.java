package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.http.HttpShield;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Tests of the registration of the filter, and of the messages about a wrong one. */
interface RegistrationBehavior {

  FilterFixture fixture();

  @Test
  default void protectsAnApplicationOnceAndSaysSo() throws Exception {
    fixture().start(context -> {
      FlowShieldFilter.protect(context, fixture().shield());
      assertThatThrownBy(() -> FlowShieldFilter.protect(context, fixture().shield()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("protect must be called once for the web application at '/', got a second"
              + " call, or one beside a filter named 'flowshield': keep one of them");
    });
  }

  @Test
  default void saysThatItIsTooLateOnceTheApplicationHasStarted() throws Exception {
    Container late = fixture().start(context -> {});

    assertThatThrownBy(() -> FlowShieldFilter.protect(late.context(), fixture().shield()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("protect must be called while the web application at '/' starts, got one that"
            + " has started: call it in a ServletContainerInitializer, or in a"
            + " ServletContextListener that is declared in web.xml or annotated with"
            + " @WebListener")
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  default void saysWhichListenersMayProtect() throws Exception {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    fixture()
        .start(context -> context.addListener(new ServletContextListener() {
          @Override
          public void contextInitialized(ServletContextEvent event) {
            try {
              FlowShieldFilter.protect(event.getServletContext(), fixture().shield());
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
  default void protectsByTheConfigurationAndHandsOutItsShield() throws Exception {
    AtomicReference<HttpShield> made = new AtomicReference<>();
    fixture().start(context -> {
      made.set(FlowShieldFilter.protect(context));
    });

    assertThat(fixture().get("/").body()).isEqualTo("in");
    assertThat(made.get().stats().admitted()).isOne();
    assertThat(made.get().toString()).contains("100/s");
  }

  @Test
  default void takesContextParamsForSettings() throws Exception {
    AtomicReference<HttpShield> made = new AtomicReference<>();
    fixture().start(context -> {
      context.setInitParameter("flowshield.per-client", "7/min");
      context.setInitParameter("per-client", "8/min"); // of another library
      made.set(FlowShieldFilter.protect(context));
    });

    assertThat(made.get().toString()).contains("each client 7/min");
  }

  @Test
  default void warnsWhereItIsRegisteredWithoutAsyncSupport() throws Exception {
    fixture().start(context -> {
      FilterRegistration.Dynamic registration =
          context.addFilter("synchronous", new FlowShieldFilter(fixture().shield()));
      registration.setAsyncSupported(false); // the default of web.xml
      registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
    });
    try (LogOf log = new LogOf("dev.flowshield.servlet")) {
      assertThat(fixture().get("/").body()).isEqualTo("in");
      assertThat(fixture().get("/").body()).isEqualTo("in");
      assertThat(log.lines())
          .singleElement()
          .asString()
          .startsWith("FlowShield: filter 'synchronous' must support async");
    }
  }

  @Test
  default void warnsOfNothingWhereItIsPutInByItself() throws Exception {
    fixture().start(context -> FlowShieldFilter.protect(context, fixture().shield()));
    try (LogOf log = new LogOf("dev.flowshield.servlet")) {
      assertThat(fixture().get("/").body()).isEqualTo("in");
      assertThat(log.lines()).isEmpty();
    }
  }

  @Test
  default void takesItsSettingsFromInitParamsWhenTheContainerMakesIt() throws Exception {
    fixture().start(context -> {
      FilterRegistration.Dynamic registration =
          context.addFilter("by name", FlowShieldFilter.class.getName());
      registration.setInitParameter("per-client", "2/day");
      registration.setInitParameter("in-flight", "10");
      Layer.map(registration, EnumSet.of(DispatcherType.REQUEST));
    });

    assertThat(fixture().get("/").statusCode()).isEqualTo(200);
    assertThat(fixture().get("/").statusCode()).isEqualTo(200);
    assertThat(fixture().get("/").statusCode()).isEqualTo(429);
  }

  @Test
  default void keepsTheApplicationFromStartingIfAnInitParamIsNotKnown() {
    assertThatThrownBy(() -> fixture().start(context -> {
          FilterRegistration.Dynamic registration =
              context.addFilter("by name", FlowShieldFilter.class.getName());
          registration.setInitParameter("per-clint", "2/day");
          Layer.map(registration, EnumSet.of(DispatcherType.REQUEST));
        }))
        .isInstanceOf(Exception.class);
  }
}
