package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What the filter does with what only servlets have: dispatches, async contexts, registration. The
 * same on every container. A topic is an interface whose tests are default methods and ask for the
 * {@link FilterFixture}.
 */
abstract class FilterBehavior
    implements DispatchBehavior,
        AsyncBehavior,
        FailureBehavior,
        StreamBehavior,
        RejectionBehavior,
        HealthCheckBehavior,
        PoolBehavior,
        RegistrationBehavior,
        SpellingBehavior {

  private final FilterFixture fixture;
  private final String servletVersion;

  /** Of a container, and the version of the Servlet API that it is to have. */
  FilterBehavior(Container.Starter starter, String servletVersion) {
    this.fixture = new FilterFixture(starter);
    this.servletVersion = servletVersion;
  }

  @Override
  public final FilterFixture fixture() {
    return fixture;
  }

  @AfterEach
  void stop() throws Exception {
    fixture.stop();
  }

  @Test
  void runsOnTheContainerItIsNamedAfter() throws Exception {
    ServletContext context = fixture.start(application -> {}).context();

    assertThat(context.getMajorVersion() + "." + context.getMinorVersion())
        .isEqualTo(servletVersion);
  }
}
