package dev.flowshield.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.exchange.ConsoleAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;

/** The console in Chromium. */
@Timeout(120)
@Tag("thorough")
class ConsolePageTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20); // for a machine that is busy
  private static final String LONG_LINE =
      "return (document.querySelector('#chart1 path')?.getAttribute('d') ?? '').split('L').length > 12";
  private static final String GREEDY = "203.0.113.9";
  private static final String PASSWORD = "correct horse battery";

  private final ChromeDriver browser = Chromium.start();

  @AfterEach
  void close() {
    browser.quit();
  }

  private ConsoleSite local() {
    return new ConsoleSite(it -> it.operations(o -> o.console(ConsoleAccess.LOCAL)));
  }

  private void open(ConsoleSite site, int width, int height) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    browser.get(site.url("/flowshield"));
    try {
      await().atMost(PATIENCE).until(() -> text("linktext").equals("live"));
    } catch (ConditionTimeoutException notLive) {
      throw new AssertionError(
          text("linktext") + ", and the browser says " + complaints(), notLive);
    }
  }

  private String text(String id) {
    return browser.findElement(By.id(id)).getText();
  }

  private void click(String id) {
    browser.executeScript("document.getElementById(arguments[0]).click()", id);
  }

  private void type(String id, String text) {
    WebElement field = browser.findElement(By.id(id));
    field.clear();
    field.sendKeys(text);
  }

  private void confirm() {
    browser.findElement(By.id("dok")).click();
    await().atMost(PATIENCE).until(() -> !browser.findElement(By.id("dialog")).isDisplayed());
  }

  private void picture(String name) throws IOException {
    Path images = Files.createDirectories(Path.of(System.getProperty("flowshield.images")));
    browser.executeScript("document.activeElement.blur(); scrollTo(0, 0)");
    Map<String, Object> shot = browser.executeCdpCommand(
        "Page.captureScreenshot", Map.of("captureBeyondViewport", true, "format", "png"));
    Files.write(images.resolve("console-" + name + ".png"), Base64.getDecoder().decode((String)
        shot.get("data")));
    assertThat(browser.getScreenshotAs(OutputType.BYTES)).isNotEmpty();
  }

  private void look(String scheme) {
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  private List<String> complaints() {
    return Chromium.console(browser);
  }

  @Test
  void saysThatAllIsWellWhileItIs() throws IOException {
    try (ConsoleSite site = new ConsoleSite(
        it -> it.inFlight(InFlightLimit.auto()).operations(o -> o.console(ConsoleAccess.LOCAL)))) {
      site.load("198.51.100.7", "/", 8);
      open(site, 1280, 900);
      await().atMost(PATIENCE).until(() -> text("headline").equals("All is well"));

      assertThat(text("over")).isEqualTo("No");
      assertThat(text("who")).isEqualTo("Nobody");
      assertThat(text("help")).isEqualTo("Nothing to do.");
      await().atMost(PATIENCE).until(() -> Objects.equals(true, browser.executeScript(LONG_LINE)));
      picture("well-1280");
      assertThat(complaints()).isEmpty();
    }
  }

  @Test
  void saysWhoIsRejectedByWhichLimitUnderLoad() throws IOException {
    try (ConsoleSite site = local()) {
      site.load(GREEDY, "/", 100);
      for (int i = 0; i < 6; i++) {
        site.load("198.51.100." + i, i % 2 == 0 ? "/search" : "/", 12);
      }
      open(site, 1280, 900);
      String id = FlowShield.idOf(GREEDY);
      await().atMost(PATIENCE).until(() -> text("who").equals(id));

      assertThat(text("over")).isEqualTo("No");
      assertThat(text("by")).isIn("client", "login");
      assertThat(text("help")).contains("One client sends too much for");
      assertThat(text("headline")).isEqualTo("The server is fine; limits reject some requests");
      String before = text("headdetail");
      await().atMost(PATIENCE).until(() -> !text("headdetail").equals(before));
      await().atMost(PATIENCE).until(() -> Objects.equals(true, browser.executeScript(LONG_LINE)));
      for (String scheme : List.of("light", "dark")) {
        look(scheme);
        picture("load-1280-" + scheme);
      }
      look("light");
      open(site, 320, 700);
      await().atMost(PATIENCE).until(() -> text("who").equals(id));
      picture("load-320");
      assertThat(browser.executeScript("return document.documentElement.scrollWidth"))
          .as("nothing is wider than the screen")
          .isEqualTo(320L);
      assertThat(complaints()).isEmpty();
    }
  }

  @Test
  void saysThatTheServerIsFull() throws IOException {
    try (ConsoleSite site = local()) {
      for (int i = 0; i < 80; i++) {
        site.send("198.51.100." + i, "/slow");
      }
      await().atMost(PATIENCE).until(() -> site.shield().stats().inFlight() >= 49);
      site.load("198.51.100.200", "/", 15);
      open(site, 1280, 900);
      await().atMost(PATIENCE).until(() -> text("by").equals("The cap in flight"));

      assertThat(text("over")).isEqualTo("Its cap is reached");
      assertThat(text("help")).contains("in-flight=auto");
      assertThat(text("headline")).isEqualTo("The server is full: its cap is reached");
      await().atMost(PATIENCE).until(() -> Objects.equals(true, browser.executeScript(LONG_LINE)));
      picture("full-1280");
      assertThat(complaints()).isEmpty();
    }
  }

  @Test
  void changesALimitAndSaysWhatIsWrong() throws IOException {
    try (ConsoleSite site = local()) {
      open(site, 1280, 900);
      browser.findElement(By.cssSelector("[aria-label='Change client']")).click();
      assertThat(browser.findElement(By.id("dinput")).getDomProperty("value"))
          .isEqualTo("20/s burst 40");
      type("dinput", "much");
      click("dok");
      await()
          .atMost(PATIENCE)
          .until(() -> text("dproblem").contains("limit must be permits/period"));
      picture("dialog-1280");
      type("dinput", "30/s");
      confirm();

      await().atMost(PATIENCE).until(() -> text("done").startsWith("limit client is 30/s now"));
      assertThat(site.shield().engine().stats("client").limits()).hasToString("[30/s]");
      await().atMost(PATIENCE).until(() -> text("limits").contains("30/s each"));
      assertThat(complaints().stream().filter(line -> !line.contains("400 (Bad Request)")))
          .isEmpty();
    }
  }

  @Test
  void looksUpBlocksAndPardonsAClient() throws IOException {
    try (ConsoleSite site = local()) {
      open(site, 1280, 900);
      browser.executeScript("document.getElementById('looklimit').value = 'login'");
      type("lookkey", GREEDY + "\n");
      await()
          .atMost(PATIENCE)
          .until(() -> text("lookanswer").contains("would be admitted by login"));
      assertThat(text("lookanswer")).contains(FlowShield.idOf(GREEDY));
      click("lookblock");
      confirm();
      await().atMost(PATIENCE).until(() -> text("lookanswer").contains("is blocked for"));
      await().atMost(PATIENCE).until(() -> text("penalties").contains(FlowShield.idOf(GREEDY)));
      picture("blocked-1280");
      browser
          .findElement(By.cssSelector("[aria-label='Pardon " + FlowShield.idOf(GREEDY) + "']"))
          .click();
      await().atMost(PATIENCE).until(() -> text("done").endsWith("is pardoned"));
      assertThat(site.shield().engine().penalties()).isEmpty();

      browser.executeScript("document.getElementById('looklimit').value = 'client'");
      type("lookkey", "example.com\n");
      await()
          .atMost(PATIENCE)
          .until(() -> text("lookproblem").contains("address must be an IP address"));
      assertThat(complaints().stream().filter(line -> !line.contains("400 (Bad Request)")))
          .isEmpty();
    }
  }

  @Test
  void isUsedByTheKeyboardAlone() {
    try (ConsoleSite site = local()) {
      open(site, 1280, 900);
      browser.executeScript("document.querySelector('[aria-label=\"Change search\"]').focus()");
      browser.switchTo().activeElement().sendKeys("\n");
      assertThat(browser.switchTo().activeElement().getDomAttribute("id")).isEqualTo("dinput");
      type("dinput", "60/s");
      browser.switchTo().activeElement().sendKeys("\n");
      await().atMost(PATIENCE).until(() -> text("done").startsWith("limit search is 60/s now"));
      assertThat(browser.switchTo().activeElement().getDomAttribute("aria-label"))
          .as("the focus is back, and stays there while numbers move")
          .isEqualTo("Change search");
      assertThat(complaints()).isEmpty();
    }
  }

  @Test
  void keepsAHostileKeyAText() {
    try (ConsoleSite site = new ConsoleSite(it -> it.limit(Limit.each("own", "1/h"))
        .operations(o -> o.console(ConsoleAccess.LOCAL).showKeys(true)))) {
      String key = "<img src=x onerror=document.title='pwned'>";
      for (int i = 0; i < 9; i++) {
        site.shield().engine().admit(Charge.of("own", key));
      }
      open(site, 1280, 900);
      await().atMost(PATIENCE).until(() -> text("rejected").contains(key));

      assertThat(browser.findElements(By.tagName("img"))).isEmpty();
      assertThat(browser.getTitle()).doesNotContain("pwned");
      assertThat(complaints()).isEmpty();
    }
  }

  @Test
  void asksForThePassword() {
    try (ConsoleSite site = new ConsoleSite(
        it -> it.operations(o -> o.console(ConsoleAccess.PASSWORD).consolePassword(PASSWORD)))) {
      browser.get(site.url("/flowshield"));
      assertThat(browser.findElements(By.id("verdict"))).isEmpty();
      Chromium.console(browser);

      browser.get(site.url("/flowshield")
          .replace("http://", "http://admin:" + PASSWORD.replace(" ", "%20") + "@"));
      browser.get(site.url("/flowshield"));
      await().atMost(PATIENCE).until(() -> text("linktext").equals("live"));
      assertThat(complaints().stream().filter(line -> line.contains("/flowshield/state")))
          .isEmpty();
    }
  }
}
