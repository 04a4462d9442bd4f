package dev.flowshield.http.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The page as it is sent. */
class PageTest {

  private static final int MOST_BYTES = 6000; // it is sent by a server that is short of time

  @ParameterizedTest
  @EnumSource
  void isFilledInAndNeedsNothingFromElsewhere(RejectionReason reason) {
    String page = page(reason, 5, true);
    assertThat(page)
        .startsWith("<!doctype html>\n<html lang=\"en\">")
        .endsWith("</html>\n")
        .contains("<title>" + reason.title() + "</title>")
        .contains("data-seconds=\"5\" data-repeats=\"true\"")
        .contains("Please wait 5 seconds.")
        .contains("<noscript>", "prefers-color-scheme: dark", "role=\"status\"", "Try again")
        .doesNotContain(
            "{{", "}}", "src=", "href=", "url(", "@import", "http", "style=\"", "onclick")
        .hasSizeLessThan(MOST_BYTES);
    assertThat(page(reason, 5, false)).contains("data-repeats=\"false\"");
  }

  @Test
  void thePolicyAllowsItsOwnStyleAndScriptAndNothingElse() throws Exception {
    String page = page(RejectionReason.SERVER_BUSY, 3600, true);
    assertThat(Page.BUSY.contentSecurityPolicy())
        .isEqualTo("default-src 'none'; style-src '" + hash(page, "style") + "'; script-src '"
            + hash(page, "script") + "'; base-uri 'none'; form-action 'none'");
  }

  @Test
  void theEndsOfLinesOfAnotherSystemDoNotSpoilThePolicy() {
    String text = "A note.\n<!doctype html>\n<style>\np {}\n</style>\n<script>\n1;\n</script>\n";
    Page page = new Page(text.replace("\n", "\r\n"));
    assertThat(page.contentSecurityPolicy()).isEqualTo(new Page(text).contentSecurityPolicy());
    assertThat(new String(page.bytes(RejectionReason.BLOCKED, 1, true), UTF_8))
        .startsWith("<!doctype html>\n")
        .doesNotContain("\r");
  }

  @Test
  void isMadeOnceForAWaitAndAReason() {
    Pages pages = new Pages();
    byte[] first = pages.repeating(RejectionReason.BLOCKED, 301);
    assertThat(pages.repeating(RejectionReason.BLOCKED, 301)).isSameAs(first);
    assertThat(pages.repeating(RejectionReason.SERVER_BUSY, 301)).isNotSameAs(first);
    assertThat(pages.withButton(RejectionReason.BLOCKED, 301)).isNotEqualTo(first);
    assertThat(pages.repeating(RejectionReason.BLOCKED, 301 + 64)).isNotEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1 second",
    "2, 2 seconds",
    "119, 119 seconds",
    "120, 2 minutes",
    "121, 3 minutes",
    "7140, 119 minutes",
    "7199, 120 minutes",
    "7200, 2 hours",
    "7201, 3 hours",
    "86400, 24 hours"
  })
  void tellsTheWaitInWordsAndNeverLessThanItIs(long seconds, String words) {
    assertThat(Page.words(seconds)).isEqualTo(words);
  }

  private static String page(RejectionReason reason, long seconds, boolean repeats) {
    return new String(Page.BUSY.bytes(reason, seconds, repeats), UTF_8);
  }

  private static String hash(String page, String element) throws Exception {
    Matcher content = Pattern.compile("<" + element + ">(.*?)</" + element + ">", Pattern.DOTALL)
        .matcher(page);
    assertThat(content.find()).isTrue();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.group(1).getBytes(UTF_8));
    assertThat(content.find()).as("a second one").isFalse();
    return "sha256-" + Base64.getEncoder().encodeToString(digest);
  }
}
