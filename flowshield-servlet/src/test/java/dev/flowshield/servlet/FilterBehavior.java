package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests of the filter with features that only servlets have: dispatches, async contexts,
 * registration. Equal on every container. A topic is an interface with tests as default methods,
 * which use the {@link FilterFixture}.
 */
abstract class FilterBehavior
    implements DispatchBehavior,
        AsyncBehavior,
        FailureBehavior,
        StreamBehavior,
        RejectionBehavior,
        HealthCheckBehavior,
        PoolBehavior,
        RegistrationBehavior {

  private final FilterFixture fixture;
  private final String servletVersion;

  /** Creates the tests of a container, with the version of the Servlet API that it must have. */
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
