package dev.flowshield.http.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import org.htmlunit.BrowserVersion;
import org.htmlunit.MockWebConnection;
import org.htmlunit.ScriptPreProcessor;
import org.htmlunit.WebClient;
import org.htmlunit.WebConsole;
import org.htmlunit.html.HtmlButton;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the page does in a browser, whose clock and timers are turned by hand. */
class PageInBrowserTest {

  /** Replaces clock, timers and chance of the page before its script runs. */
  private static final String BY_HAND = """
      if (!window.byHand) {
        window.byHand = {now: 1000, timers: [], hidden: false};
        performance.now = function () { return byHand.now; };
        Math.random = function () { return 0.5; };
        window.setTimeout = function (run, delay) { byHand.timers.push([byHand.now + delay, run]); };
        Object.defineProperty(document, 'hidden', {get: function () { return byHand.hidden; }});
        byHand.advance = function (millis) {
          byHand.now += millis;
          var due = byHand.timers.filter(function (timer) { return timer[0] <= byHand.now; });
          byHand.timers = byHand.timers.filter(function (timer) { return timer[0] > byHand.now; });
          due.forEach(function (timer) { timer[1](); });
        };
      }
      """;

  private final MockWebConnection server = new MockWebConnection();
  private final List<String> complaints = new ArrayList<>();
  private WebClient browser;

  @BeforeEach
  void open() {
    browser = new WebClient(BrowserVersion.FIREFOX);
    browser.setWebConnection(server);
    browser.setScriptPreProcessor(byHand());
    browser.getOptions().setThrowExceptionOnFailingStatusCode(false);
    browser.getOptions().setThrowExceptionOnScriptError(true);
    browser.getWebConsole().setLogger(complaints());
    browser.setCssErrorHandler(new org.htmlunit.SilentCssErrorHandler());
  }

  @AfterEach
  void close() {
    browser.close();
    assertThat(complaints).isEmpty();
  }

  @Test
  void countsTheSecondsDownAndLoadsAgainAfterTheWait() throws Exception {
    HtmlPage page = load(3, true);
    assertThat(text(page, "countdown")).isEqualTo("Next try in 3 seconds.");
    assertThat(button(page).isDisabled()).isTrue();
    advance(page, 1000);
    assertThat(text(page, "countdown")).isEqualTo("Next try in 2 seconds.");
    advance(page, 1000);
    assertThat(text(page, "countdown")).isEqualTo("Next try in 1 second.");
    assertThat(text(page, "status"))
        .as("what a screen reader is told meanwhile")
        .isEmpty();
    advance(page, 1000);
    assertThat(text(page, "status")).isEqualTo("Trying again now.");
    assertThat(button(page).isDisabled()).isFalse();
    assertThat(server.getRequestCount()).as("requests before all of the wait").isEqualTo(1);
    advance(page, 999);
    assertThat(server.getRequestCount()).isEqualTo(1);
    advance(page, 1);
    assertThat(server.getRequestCount())
        .as("the wait, and half of the two seconds")
        .isEqualTo(2);
  }

  @Test
  void doesNotHurryWhereTimersComeLate() throws Exception {
    HtmlPage page = load(600, true);
    assertThat(text(page, "countdown")).isEqualTo("Next try in 10 minutes.");
    advance(page, 599_500);
    assertThat(text(page, "countdown")).isEqualTo("Next try in 1 second.");
    advance(page, 999);
    advance(page, 1);
    advance(page, 1000);
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void aPageThatIsNotLookedAtWaitsForItsReader() throws Exception {
    HtmlPage page = load(1, true);
    page.executeJavaScript("byHand.hidden = true;");
    advance(page, 1000);
    advance(page, 1_000_000);
    assertThat(server.getRequestCount()).isEqualTo(1);
    page.executeJavaScript(
        "byHand.hidden = false; document.dispatchEvent(new Event('visibilitychange'));");
    browser.waitForBackgroundJavaScript(1000);
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void doesNotSendAFormAgainUnlessItsButtonIsPressed() throws Exception {
    HtmlPage page = load(2, false);
    assertThat(text(page, "countdown")).isEqualTo("You can try again in 2 seconds.");
    assertThat(button(page).isDisabled()).isTrue();
    advance(page, 1000);
    advance(page, 1000);
    assertThat(text(page, "status")).isEqualTo("You can try again now.");
    advance(page, 1_000_000);
    assertThat(server.getRequestCount()).isEqualTo(1);
    button(page).click();
    browser.waitForBackgroundJavaScript(1000);
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void withoutScriptItSaysWhatToDo() throws Exception {
    browser.getOptions().setJavaScriptEnabled(false);
    HtmlPage page = load(5, true);
    assertThat(page.getBody().asNormalizedText())
        .isEqualTo("This site is busy\n"
            + "More people are using this site than it can serve at this moment."
            + " You have done nothing wrong.\n"
            + "Please wait 5 seconds.\n"
            + "Then load this page again.");
    assertThat(page.getTitleText()).isEqualTo("This site is busy");
  }

  private HtmlPage load(long seconds, boolean repeats) throws Exception {
    URL url = new URL("https://site.example/orders?page=2");
    String page = new String(Page.BUSY.bytes(RejectionReason.SERVER_BUSY, seconds, repeats), UTF_8);
    server.setResponse(url, page, 503, "Service Unavailable", "text/html; charset=utf-8", null);
    return browser.getPage(url);
  }

  private void advance(HtmlPage page, long millis) {
    page.executeJavaScript("byHand.advance(" + millis + ");");
    browser.waitForBackgroundJavaScript(1000); // ends as soon as there is nothing to wait for
  }

  private static String text(HtmlPage page, String id) {
    return page.getElementById(id).getTextContent();
  }

  private static HtmlButton button(HtmlPage page) {
    return page.getHtmlElementById("again");
  }

  private static ScriptPreProcessor byHand() {
    return (page, source, name, line, element) -> BY_HAND + source;
  }

  private WebConsole.Logger complaints() {
    return new WebConsole.Logger() {
      @Override
      public boolean isTraceEnabled() {
        return false;
      }

      @Override
      public void trace(Object message) {}

      @Override
      public boolean isDebugEnabled() {
        return false;
      }

      @Override
      public void debug(Object message) {}

      @Override
      public boolean isInfoEnabled() {
        return false;
      }

      @Override
      public void info(Object message) {}

      @Override
      public boolean isWarnEnabled() {
        return true;
      }

      @Override
      public void warn(Object message) {
        complaints.add(String.valueOf(message));
      }

      @Override
      public boolean isErrorEnabled() {
        return true;
      }

      @Override
      public void error(Object message) {
        complaints.add(String.valueOf(message));
      }
    };
  }
}
