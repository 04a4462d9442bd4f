package dev.flowshield.servlet.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flowshield.contract.Answer;
import dev.flowshield.contract.Connection;
import dev.flowshield.servlet.auto.app.FirstOfAll;
import dev.flowshield.servlet.auto.app.Hello;
import dev.flowshield.servlet.auto.app.OwnShield;
import dev.flowshield.servlet.auto.app.Stamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a web archive that has the jars of FlowShield. The same on every container. */
abstract class AutomaticBehavior {

  private static final String WEB_INF_FILE = "WEB-INF/flowshield.properties";
  private static final String CLASS_PATH_FILE = "WEB-INF/classes/flowshield.properties";
  private static final String TWO_AN_HOUR = "per-client=2/h\n";
  private static final String HELLO_SERVLET = "<servlet><servlet-name>hello</servlet-name>"
      + "<servlet-class>" + Hello.class.getName() + "</servlet-class></servlet>"
      + "<servlet-mapping><servlet-name>hello</servlet-name><url-pattern>/</url-pattern>"
      + "</servlet-mapping>";
  private static final String STAMP_FILTER = "<filter><filter-name>stamp</filter-name>"
      + "<filter-class>" + Stamp.class.getName() + "</filter-class></filter>"
      + "<filter-mapping><filter-name>stamp</filter-name><url-pattern>/*</url-pattern>"
      + "</filter-mapping>";
  private static final String DOES_NOTHING =
      "FlowShield: flowshield-servlet-auto does nothing for the web application at '/', as it ";

  private final Deployed.Starter starter;
  private final String servletVersion;
  private final Logged log = new Logged();

  @TempDir
  private Path folder;

  private @Nullable Deployed deployed;

  /** Of a container, and the version of the Servlet API that it is to have. */
  AutomaticBehavior(Deployed.Starter starter, String servletVersion) {
    this.starter = starter;
    this.servletVersion = servletVersion;
  }

  @AfterEach
  void stop() throws Exception {
    if (deployed != null) {
      deployed.stop();
    }
    log.close();
  }

  @Test
  void runsOnTheContainerItIsNamedAfter() throws Exception {
    deploy(archive());

    assertThat(get("/version").body()).isEqualTo(servletVersion);
  }

  @Test
  void leavesAnApplicationWithoutAConfigurationAloneAndSaysHowToTurnItOn() throws Exception {
    deploy(archive());

    assertRejectsNothing();
    assertThat(log.lines())
        .containsExactly(DOES_NOTHING + "finds no configuration: put a file flowshield.properties"
            + " into WEB-INF, which may be empty for the defaults, or set context-param"
            + " flowshield.per-client to 100/s");
  }

  @Test
  void protectsByAContextParam() throws Exception {
    deploy(archive().withWebXml("", contextParam("flowshield.per-client", "2/h")));

    assertRejectsTheThirdRequest();
  }

  @Test
  void protectsByAFileInWebInf() throws Exception {
    deploy(archive().with(WEB_INF_FILE, TWO_AN_HOUR));

    assertRejectsTheThirdRequest();
  }

  @Test
  void protectsByAFileOnTheClassPath() throws Exception {
    deploy(archive().with(CLASS_PATH_FILE, TWO_AN_HOUR));

    assertRejectsTheThirdRequest();
  }

  @Test
  void protectsByASystemPropertyAlone() throws Exception {
    System.setProperty("flowshield.per-client", "2/h");
    try {
      deploy(archive());
    } finally {
      System.clearProperty("flowshield.per-client");
    }

    assertRejectsTheThirdRequest();
  }

  @Test
  void protectsByTheDefaultsWhereTheFileIsEmpty() throws Exception {
    deploy(archive().with(WEB_INF_FILE, ""));

    assertThat(get("/").body()).isEqualTo("hello");
    assertThat(log.lines())
        .singleElement()
        .asString()
        .contains("each client 100/s", "1,000 requests in flight");
  }

  @Test
  void letsAContextParamWinOverTheFileSettingBySetting() throws Exception {
    deploy(archive()
        .withWebXml("", contextParam("flowshield.per-client", "2/h"))
        .with(WEB_INF_FILE, "per-client=7/h\nin-flight=77\n"));

    assertThat(log.lines())
        .singleElement()
        .asString()
        .contains("each client 2/h", "at most 77 requests in flight");
  }

  @Test
  void letsTheFileInWebInfCountAloneAndWarns() throws Exception {
    deploy(archive().with(WEB_INF_FILE, TWO_AN_HOUR).with(CLASS_PATH_FILE, "in-flight=77\n"));

    assertThat(log.lines())
        .hasSize(2)
        .contains("FlowShield: flowshield.properties must be in WEB-INF or on the class path, got"
            + " both for the web application at '/': the one in WEB-INF counts alone, so remove"
            + " the other or merge them")
        .anySatisfy(line ->
            assertThat(line).contains("each client 2/h", "at most 1,000 requests in flight"));
  }

  @Test
  void keepsTheApplicationFromStartingIfASettingIsWrong() throws Exception {
    Throwable failure = catchThrowable(
        () -> deploy(archive().withWebXml("", contextParam("flowshield.per-clint", "2/h"))));

    assertThat(messagesOf(failure))
        .anySatisfy(message -> assertThat(message)
            .startsWith("FlowShield cannot start:\n  setting 'per-clint' must be one of ["));
    assertThat(log.lines()).isEmpty();
  }

  /** Jetty throws why an application did not start, Tomcat logs it. */
  private List<String> messagesOf(@Nullable Throwable failure) {
    assertThat(failure).isNotNull();
    List<String> messages = new ArrayList<>(Logged.failures(failure));
    messages.addAll(log.failures());
    return messages;
  }

  @Test
  void standsBeforeTheFiltersOfTheApplication() throws Exception {
    deploy(archive().with(Stamp.class).with(WEB_INF_FILE, TWO_AN_HOUR));

    assertStandsBeforeTheStamp();
  }

  @Test
  void standsBeforeFiltersThatInitializersPutFirst() throws Exception {
    deploy(archive()
        .with(Stamp.class)
        .withJar("a-framework.jar", FirstOfAll.class)
        .with(WEB_INF_FILE, TWO_AN_HOUR));

    assertStandsBeforeTheStamp();
  }

  private void assertStandsBeforeTheStamp() throws IOException {
    assertThat(get("/").values("Stamp")).isNotEmpty();
    assertThat(get("/").values("Stamp")).isNotEmpty();
    Answer rejected = get("/");
    assertThat(rejected.status()).isEqualTo(429);
    assertThat(rejected.values("Stamp")).isEmpty();
  }

  @Test
  void letsAFilterThatCodeRegistersStandAlone() throws Exception {
    deploy(archive().with(OwnShield.class).with(WEB_INF_FILE, "per-client=1/h\n"));

    assertRejectsTheThirdRequest();
    assertThat(log.lines()).contains(DOES_NOTHING + ownFilter("flowshield"));
  }

  @Test
  void letsAFilterInWebXmlStandAlone() throws Exception {
    deploy(archive().withWebXml("", """
            <filter>
              <filter-name>own</filter-name>
              <filter-class>dev.flowshield.servlet.FlowShieldFilter</filter-class>
              <async-supported>true</async-supported>
              <init-param>
                <param-name>per-client</param-name>
                <param-value>2/h</param-value>
              </init-param>
            </filter>
            <filter-mapping>
              <filter-name>own</filter-name>
              <url-pattern>/*</url-pattern>
            </filter-mapping>
            """).with(WEB_INF_FILE, "per-client=1/h\n"));

    assertRejectsTheThirdRequest();
    assertThat(log.lines()).contains(DOES_NOTHING + ownFilter("own"));
  }

  private static String ownFilter(String name) {
    return "has a FlowShieldFilter of its own, '" + name
        + "', which reads neither context-params nor WEB-INF/flowshield.properties";
  }

  @Test
  void saysThatItsNameIsTaken() {
    Throwable failure = catchThrowable(() -> deploy(archive()
        .with(Stamp.class)
        .withWebXml(
            "",
            "<filter><filter-name>flowshield-auto</filter-name><filter-class>"
                + Stamp.class.getName() + "</filter-class></filter>")
        .with(WEB_INF_FILE, "")));

    assertThat(messagesOf(failure))
        .contains("the name 'flowshield-auto' must be free for flowshield-servlet-auto, got a"
            + " filter that has it in the web application at '/': rename that filter");
  }

  @Test
  void leavesHealthChecksAlone() throws Exception {
    deploy(archive().with(WEB_INF_FILE, TWO_AN_HOUR));

    assertRejectsTheThirdRequest();
    assertThat(get("/healthz").body()).isEqualTo("hello");
  }

  @Test
  void letsWorkBeAsynchronous() throws Exception {
    deploy(archive().with(WEB_INF_FILE, TWO_AN_HOUR));

    assertThat(get("/async").body()).isEqualTo("hello later");
  }

  @Test
  void worksWhereWebXmlIsComplete() throws Exception {
    deploy(archive()
        .with(Stamp.class)
        .withWebXml("metadata-complete='true'", HELLO_SERVLET + STAMP_FILTER)
        .with(WEB_INF_FILE, TWO_AN_HOUR));

    assertStandsBeforeTheStamp();
  }

  @Test
  void isLeftOutByAnOrderThatDoesNotNameIt() throws Exception {
    deploy(archive().withWebXml("", "<absolute-ordering/>").with(WEB_INF_FILE, TWO_AN_HOUR));

    assertRejectsNothing();
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void worksInAnOrderThatNamesIt() throws Exception {
    deploy(archive()
        .withWebXml("", "<absolute-ordering><name>flowshield</name></absolute-ordering>")
        .with(WEB_INF_FILE, TWO_AN_HOUR));

    assertRejectsTheThirdRequest();
  }

  private Archive archive() throws IOException {
    return new Archive(Files.createDirectories(folder.resolve("archive"))).with(Hello.class);
  }

  private void deploy(Archive archive) throws Exception {
    deployed = starter.start(archive.folder(), Files.createDirectories(folder.resolve("work")));
  }

  private Answer get(String path) throws IOException {
    if (deployed == null) {
      throw new IllegalStateException("deploy first");
    }
    try (Connection client = Connection.to(deployed.port())) {
      return client.get(path);
    }
  }

  /** The statuses of three requests in turn. */
  private List<Integer> threeStatuses() throws IOException {
    return List.of(get("/").status(), get("/").status(), get("/").status());
  }

  private void assertRejectsTheThirdRequest() throws IOException {
    assertThat(threeStatuses()).containsExactly(200, 200, 429);
  }

  private void assertRejectsNothing() throws IOException {
    assertThat(threeStatuses()).containsExactly(200, 200, 200);
  }

  private static String contextParam(String name, String value) {
    return "<context-param><param-name>" + name + "</param-name><param-value>" + value
        + "</param-value></context-param>";
  }
}
