package dev.flowshield.servlet.auto;

import static dev.flowshield.servlet.auto.DeploymentFixture.CLASS_PATH_FILE;
import static dev.flowshield.servlet.auto.DeploymentFixture.DOES_NOTHING;
import static dev.flowshield.servlet.auto.DeploymentFixture.TWO_AN_HOUR;
import static dev.flowshield.servlet.auto.DeploymentFixture.WEB_INF_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Tests of the sources of a configuration, and of their precedence. */
interface SettingsBehavior {

  DeploymentFixture fixture();

  @Test
  default void leavesAnApplicationWithoutAConfigurationAloneAndSaysHowToTurnItOn()
      throws Exception {
    fixture().deploy(fixture().archive());

    fixture().assertRejectsNothing();
    assertThat(fixture().log().lines())
        .containsExactly(DOES_NOTHING + "finds no configuration: put a file flowshield.properties"
            + " into WEB-INF, which may be empty for the defaults, or set context-param"
            + " flowshield.per-client to 100/s");
  }

  @Test
  default void protectsByAContextParam() throws Exception {
    fixture()
        .deploy(fixture().archive().withWebXml("", contextParam("flowshield.per-client", "2/h")));

    fixture().assertRejectsTheThirdRequest();
  }

  @Test
  default void protectsByAFileInWebInf() throws Exception {
    fixture().deploy(fixture().archive().with(WEB_INF_FILE, TWO_AN_HOUR));

    fixture().assertRejectsTheThirdRequest();
  }

  @Test
  default void protectsByAFileOnTheClassPath() throws Exception {
    fixture().deploy(fixture().archive().with(CLASS_PATH_FILE, TWO_AN_HOUR));

    fixture().assertRejectsTheThirdRequest();
  }

  @Test
  default void protectsByTheContextParamOfItsDocumentation() throws Exception {
    fixture().deploy(fixture().archive().withWebXml("", documented("```xml\n<context-param>")));

    assertThat(fixture().log().lines()).singleElement().asString().contains("each client 200/s");
  }

  @Test
  default void protectsByTheFileOfItsDocumentation() throws Exception {
    fixture().deploy(fixture().archive().with(WEB_INF_FILE, documented("```properties\n")));

    assertThat(fixture().log().lines())
        .singleElement()
        .asString()
        .contains("each client 200/s", "at most 500 requests in flight");
  }

  /** Returns the content of the documented code block with this beginning. */
  private static String documented(String begin) throws IOException {
    Path module = Path.of(System.getProperty("basedir", ""));
    String text = Files.readString(module.resolve("../docs/servlet-auto.md"));
    int block = text.indexOf(begin);
    assertThat(block).as(begin).isNotNegative();
    int content = text.indexOf('\n', block) + 1;
    return text.substring(content, text.indexOf("```", content));
  }

  @Test
  default void protectsByASystemPropertyAlone() throws Exception {
    System.setProperty("flowshield.per-client", "2/h");
    try {
      fixture().deploy(fixture().archive());
    } finally {
      System.clearProperty("flowshield.per-client");
    }

    fixture().assertRejectsTheThirdRequest();
  }

  @Test
  default void protectsByTheDefaultsWhereTheFileIsEmpty() throws Exception {
    fixture().deploy(fixture().archive().with(WEB_INF_FILE, ""));

    assertThat(fixture().get("/").body()).isEqualTo("hello");
    assertThat(fixture().log().lines())
        .singleElement()
        .asString()
        .contains("each client 100/s", "as many requests in flight as the server can work at");
  }

  @Test
  default void letsAContextParamWinOverTheFileSettingBySetting() throws Exception {
    fixture()
        .deploy(fixture()
            .archive()
            .withWebXml("", contextParam("flowshield.per-client", "2/h"))
            .with(WEB_INF_FILE, "per-client=7/h\nin-flight=77\n"));

    assertThat(fixture().log().lines())
        .singleElement()
        .asString()
        .contains("each client 2/h", "at most 77 requests in flight");
  }

  @Test
  default void letsTheFileInWebInfCountAloneAndWarns() throws Exception {
    fixture()
        .deploy(fixture()
            .archive()
            .with(WEB_INF_FILE, TWO_AN_HOUR)
            .with(CLASS_PATH_FILE, "in-flight=77\n"));

    assertThat(fixture().log().lines())
        .hasSize(2)
        .contains("FlowShield: flowshield.properties must be in WEB-INF or on the class path, got"
            + " both for the web application at '/': the one in WEB-INF counts alone, so remove"
            + " the other or merge them")
        .anySatisfy(line -> assertThat(line)
            .contains("each client 2/h", "as many requests in flight as the server can work at"));
  }

  @Test
  default void keepsTheApplicationFromStartingIfASettingIsWrong() throws Exception {
    Throwable failure = catchThrowable(() -> fixture()
        .deploy(fixture().archive().withWebXml("", contextParam("flowshield.per-clint", "2/h"))));

    assertThat(fixture().messagesOf(failure))
        .anySatisfy(message -> assertThat(message)
            .startsWith("FlowShield cannot start:\n  setting 'per-clint' must be one of ["));
    assertThat(fixture().log().lines()).isEmpty();
  }

  private static String contextParam(String name, String value) {
    return "<context-param><param-name>" + name + "</param-name><param-value>" + value
        + "</param-value></context-param>";
  }
}
