package dev.flowshield.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;

/** The page of a 429 in Chromium. */
@Timeout(120)
@Tag("thorough")
class BusyPageTest {

  private static final Duration WAIT = Duration.ofSeconds(4);
  private static final Duration LONG_WAIT = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(60); // for a machine that is busy

  private final ChromeDriver browser = Chromium.start();

  @AfterEach
  void close() {
    browser.quit();
  }

  @Test
  void countsTheWaitDownAndThenLoadsAgainByItself() {
    try (Site site = rejecting(WAIT)) {
      site.advance(WAIT); // so that the second request is admitted whenever it comes
      List<String> seen = new ArrayList<>();
      await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
        String countdown = countdown();
        if (!countdown.isEmpty() && !seen.contains(countdown)) {
          seen.add(countdown);
        }
        return Site.TITLE.equals(browser.getTitle());
      });

      assertThat(List.of(
              "Next try in 4 seconds.",
              "Next try in 3 seconds.",
              "Next try in 2 seconds.",
              "Next try in 1 second."))
          .as("down, whatever was seen of it")
          .containsSubsequence(seen);
      assertThat(seen).hasSizeGreaterThan(1);
      List<Long> requests = site.requests();
      assertThat(requests)
          .as("one to spend the permit, one rejected, one admitted")
          .hasSize(3);
      assertThat(Duration.ofNanos(requests.get(2) - requests.get(1)))
          .as("the wait before the page was loaded again")
          .isGreaterThanOrEqualTo(WAIT);
      assertThat(complaints()).isEmpty();
    }
  }

  @Test
  void hasAButtonThatWaitsToo() {
    try (Site site = rejecting(LONG_WAIT)) {
      WebElement button = browser.findElement(By.id("again"));
      assertThat(button.isDisplayed()).isTrue();
      assertThat(button.isEnabled()).isFalse();
      assertThat(site.requests()).hasSize(2);
      assertThat(complaints()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"light, 'rgb(246, 247, 249)'", "dark, 'rgb(20, 25, 31)'"})
  void isLightOrDarkAsTheReadersSystemIs(String look, String ground) throws IOException {
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", look))));
    try (Site site = rejecting(LONG_WAIT)) {
      assertThat(browser.executeScript("return getComputedStyle(document.body).backgroundColor"))
          .isEqualTo(ground);
      assertThat(browser.findElement(By.tagName("h1")).isDisplayed()).isTrue();
      Path images = Files.createDirectories(Path.of(System.getProperty("flowshield.images")));
      Files.write(
          images.resolve("busy-" + look + ".png"), browser.getScreenshotAs(OutputType.BYTES));
      assertThat(site.requests()).hasSize(2);
      assertThat(complaints()).isEmpty();
    }
  }

  @Test
  void aPageAgainstItsPolicyWouldBeNoticed() {
    try (Site site = new Site(WAIT)) {
      browser.get(site.url("/against-the-policy"));
      List<String> complaints = // which the browser writes down in its own time
          await().atMost(PATIENCE).until(this::complaints, seen -> !seen.isEmpty());
      assertThat(complaints).singleElement().asString().contains("Content Security Policy");
    }
  }

  /** A site whose permit is spent, and which has rejected the browser. */
  private Site rejecting(Duration wait) {
    Site site = new Site(wait);
    browser.get(site.url("/orders"));
    assertThat(browser.getTitle()).isEqualTo(Site.TITLE);
    browser.get(site.url("/orders"));
    assertThat(browser.getTitle()).isEqualTo("Too many requests");
    return site;
  }

  private String countdown() {
    try {
      return browser.findElement(By.id("countdown")).getText();
    } catch (NoSuchElementException | StaleElementReferenceException loadedAgain) {
      return "";
    }
  }

  /** What the console of the browser has, but for the status of the answer itself. */
  private List<String> complaints() {
    return Chromium.console(browser).stream()
        .filter(line -> !line.contains("status of 429 (Too Many Requests)"))
        .toList();
  }
}
