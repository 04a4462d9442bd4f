package dev.flowshield.servlet.auto;

import static dev.flowshield.servlet.auto.DeploymentFixture.DOES_NOTHING;
import static dev.flowshield.servlet.auto.DeploymentFixture.TWO_AN_HOUR;
import static dev.flowshield.servlet.auto.DeploymentFixture.WEB_INF_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flowshield.contract.WireResponse;
import dev.flowshield.servlet.auto.app.FirstOfAll;
import dev.flowshield.servlet.auto.app.Hello;
import dev.flowshield.servlet.auto.app.OwnShield;
import dev.flowshield.servlet.auto.app.Stamp;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Tests of the position of the filter among others, and of the cases in which it is inactive. */
interface PlaceBehavior {

  String HELLO_SERVLET = "<servlet><servlet-name>hello</servlet-name>"
      + "<servlet-class>" + Hello.class.getName() + "</servlet-class></servlet>"
      + "<servlet-mapping><servlet-name>hello</servlet-name><url-pattern>/</url-pattern>"
      + "</servlet-mapping>";
  String STAMP_FILTER = "<filter><filter-name>stamp</filter-name>"
      + "<filter-class>" + Stamp.class.getName() + "</filter-class></filter>"
      + "<filter-mapping><filter-name>stamp</filter-name><url-pattern>/*</url-pattern>"
      + "</filter-mapping>";

  DeploymentFixture fixture();

  @Test
  default void standsBeforeTheFiltersOfTheApplication() throws Exception {
    fixture().deploy(fixture().archive().with(Stamp.class).with(WEB_INF_FILE, TWO_AN_HOUR));

    assertStandsBeforeTheStamp();
  }

  @Test
  default void standsBeforeFiltersThatInitializersPutFirst() throws Exception {
    fixture()
        .deploy(fixture()
            .archive()
            .with(Stamp.class)
            .withJar("a-framework.jar", FirstOfAll.class)
            .with(WEB_INF_FILE, TWO_AN_HOUR));

    assertStandsBeforeTheStamp();
  }

  @Test
  default void letsAFilterThatCodeRegistersStandAlone() throws Exception {
    fixture()
        .deploy(fixture().archive().with(OwnShield.class).with(WEB_INF_FILE, "per-client=1/h\n"));

    fixture().assertRejectsTheThirdRequest();
    assertThat(fixture().log().lines()).contains(DOES_NOTHING + ownFilter("flowshield"));
  }

  @Test
  default void letsAFilterInWebXmlStandAlone() throws Exception {
    fixture()
        .deploy(fixture().archive().withWebXml("", """
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

    fixture().assertRejectsTheThirdRequest();
    assertThat(fixture().log().lines()).contains(DOES_NOTHING + ownFilter("own"));
  }

  @Test
  default void saysThatItsNameIsTaken() {
    Throwable failure = catchThrowable(() -> fixture()
        .deploy(fixture()
            .archive()
            .with(Stamp.class)
            .withWebXml(
                "",
                "<filter><filter-name>flowshield-auto</filter-name><filter-class>"
                    + Stamp.class.getName() + "</filter-class></filter>")
            .with(WEB_INF_FILE, "")));

    assertThat(fixture().messagesOf(failure))
        .contains("the name 'flowshield-auto' must be free for flowshield-servlet-auto, got a"
            + " filter that has it in the web application at '/': rename that filter");
  }

  @Test
  default void worksWhereWebXmlIsComplete() throws Exception {
    fixture()
        .deploy(fixture()
            .archive()
            .with(Stamp.class)
            .withWebXml("metadata-complete='true'", HELLO_SERVLET + STAMP_FILTER)
            .with(WEB_INF_FILE, TWO_AN_HOUR));

    assertStandsBeforeTheStamp();
  }

  @Test
  default void isLeftOutByAnOrderThatDoesNotNameIt() throws Exception {
    fixture()
        .deploy(fixture()
            .archive()
            .withWebXml("", "<absolute-ordering/>")
            .with(WEB_INF_FILE, TWO_AN_HOUR));

    fixture().assertRejectsNothing();
    assertThat(fixture().log().lines()).isEmpty();
  }

  @Test
  default void worksInAnOrderThatNamesIt() throws Exception {
    fixture()
        .deploy(fixture()
            .archive()
            .withWebXml("", "<absolute-ordering><name>flowshield</name></absolute-ordering>")
            .with(WEB_INF_FILE, TWO_AN_HOUR));

    fixture().assertRejectsTheThirdRequest();
  }

  private void assertStandsBeforeTheStamp() throws IOException {
    assertThat(fixture().get("/").values("Stamp")).isNotEmpty();
    assertThat(fixture().get("/").values("Stamp")).isNotEmpty();
    WireResponse rejected = fixture().get("/");
    assertThat(rejected.status()).isEqualTo(429);
    assertThat(rejected.values("Stamp")).isEmpty();
  }

  private static String ownFilter(String name) {
    return "has a FlowShieldFilter of its own, '" + name
        + "', which reads neither context-params nor WEB-INF/flowshield.properties";
  }
}
