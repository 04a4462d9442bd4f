package dev.flowshield.servlet.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.flowshield.contract.Connection;
import dev.flowshield.contract.WireResponse;
import dev.flowshield.servlet.auto.app.Hello;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A container with one web archive, and a client. Each test has its own fixture, which it stops.
 */
final class DeploymentFixture {

  static final String WEB_INF_FILE = "WEB-INF/flowshield.properties";
  static final String CLASS_PATH_FILE = "WEB-INF/classes/flowshield.properties";

  /** The content of a file. */
  static final String TWO_AN_HOUR = "per-client=2/h\n";

  /** The beginning of the message. */
  static final String DOES_NOTHING =
      "FlowShield: flowshield-servlet-auto does nothing for the web application at '/', because it ";

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Deployed.Starter starter;
  private final Logged log = new Logged();
  private @Nullable Path folder;
  private @Nullable Deployed deployed;
  private boolean hasRejected;

  DeploymentFixture(Deployed.Starter starter) {
    this.starter = starter;
  }

  /** Sets an empty directory. */
  void workIn(Path empty) {
    folder = empty;
  }

  /** Creates an archive with only the greeting servlet. */
  Archive archive() throws IOException {
    return new Archive(newFolder("archive")).with(Hello.class);
  }

  /** Starts a container with the archive. */
  void deploy(Archive archive) throws Exception {
    deployed = starter.start(archive.folder(), newFolder("work"));
  }

  /** Sends a request on a connection of its own. */
  WireResponse get(String path) throws IOException {
    Deployed running = Objects.requireNonNull(deployed, "deploy the archive first");
    try (Connection client = Connection.to(running.port())) {
      WireResponse answer = client.get(path);
      hasRejected |= answer.status() == 429;
      return answer;
    }
  }

  void assertRejectsTheThirdRequest() throws IOException {
    assertThat(threeStatuses()).containsExactly(200, 200, 429);
  }

  void assertRejectsNothing() throws IOException {
    assertThat(threeStatuses()).containsExactly(200, 200, 200);
  }

  private List<Integer> threeStatuses() throws IOException {
    return List.of(get("/").status(), get("/").status(), get("/").status());
  }

  Logged log() {
    return log;
  }

  /** Returns the reasons why an application did not start, which Jetty throws and Tomcat logs. */
  List<String> messagesOf(@Nullable Throwable failure) {
    assertThat(failure).as("what keeps the application from starting").isNotNull();
    List<String> messages = new ArrayList<>(Logged.failures(failure));
    messages.addAll(log.failures());
    return messages;
  }

  /** Stops the container and its application. */
  void undeploy() throws Exception {
    if (deployed != null) {
      deployed.stop();
      deployed = null;
    }
  }

  void stop() throws Exception {
    if (hasRejected) {
      awaitTheLineAboutRejections();
    }
    undeploy();
    log.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .as("threads that keep the classes of the application in memory")
        .noneMatch(thread -> ServerLoader.isAbove(thread.getContextClassLoader()));
  }

  /**
   * Waits for the line about rejections, which is logged in the background, by classes that a
   * stopped container does not load.
   */
  private void awaitTheLineAboutRejections() {
    assertTimeoutPreemptively(PATIENCE, () -> {
      while (log.lines().stream().noneMatch(line -> line.contains("rejected since the last"))) {
        Thread.onSpinWait();
      }
    });
  }

  private Path newFolder(String name) throws IOException {
    return Files.createDirectory(
        Objects.requireNonNull(folder, "set a folder first").resolve(name));
  }
}
