package dev.flowshield.servlet.auto;

import static dev.flowshield.servlet.auto.DeploymentFixture.TWO_AN_HOUR;
import static dev.flowshield.servlet.auto.DeploymentFixture.WEB_INF_FILE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.servlet.auto.app.OpenStore;
import dev.flowshield.spi.LimitStoreProvider;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of a web archive that has the jars of FlowShield and no code for it, equal on every
 * container. A topic is an interface with tests as default methods, which use the {@link
 * DeploymentFixture}.
 */
abstract class AutomaticBehavior implements SettingsBehavior, PlaceBehavior {

  private final DeploymentFixture fixture;
  private final String servletVersion;

  /** Creates the tests of a container, with the version of the Servlet API that it must have. */
  AutomaticBehavior(Deployed.Starter starter, String servletVersion) {
    this.fixture = new DeploymentFixture(starter);
    this.servletVersion = servletVersion;
  }

  @Override
  public final DeploymentFixture fixture() {
    return fixture;
  }

  @BeforeEach
  void workIn(@TempDir Path folder) {
    fixture.workIn(folder);
  }

  @AfterEach
  void stop() throws Exception {
    fixture.stop();
  }

  @Test
  void runsOnTheContainerItIsNamedAfter() throws Exception {
    fixture.deploy(fixture.archive());

    assertThat(fixture.get("/version").body()).isEqualTo(servletVersion);
  }

  @Test
  void leavesHealthChecksAlone() throws Exception {
    fixture.deploy(fixture.archive().with(WEB_INF_FILE, TWO_AN_HOUR));

    fixture.assertRejectsTheThirdRequest();
    assertThat(fixture.get("/healthz").body()).isEqualTo("hello");
  }

  @Test
  void closesTheStoreWithTheApplication() throws Exception {
    fixture.deploy(fixture
        .archive()
        .withJar("a-store.jar", LimitStoreProvider.class, OpenStore.class)
        .with(WEB_INF_FILE, TWO_AN_HOUR + "store=open:store\n"));
    assertThat(fixture.get("/").body()).isEqualTo("hello");
    assertThat(fixture.log().lines())
        .contains("FlowShield: the store is open")
        .doesNotContain("FlowShield: the store is closed");

    fixture.undeploy();

    assertThat(fixture.log().lines()).containsOnlyOnce("FlowShield: the store is closed");
  }

  @Test
  void letsWorkBeAsynchronous() throws Exception {
    fixture.deploy(fixture.archive().with(WEB_INF_FILE, TWO_AN_HOUR));

    assertThat(fixture.get("/async").body()).isEqualTo("hello later");
  }
}
