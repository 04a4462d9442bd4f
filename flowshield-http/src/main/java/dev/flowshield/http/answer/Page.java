package dev.flowshield.http.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The page for people, a template with placeholders.
 *
 * <p>The template is a resource. The text before its doctype is a comment for its editors and is
 * not sent. The content security policy is computed from its style and its script, so that both may
 * be edited.
 */
final class Page {

  /** The page that a rejected browser shows. */
  static final Page BUSY = new Page(resource("busy.html"));

  private static final int SECONDS_PER_MINUTE = 60;
  private static final int SECONDS_PER_HOUR = 3600;

  private final String template;
  private final String contentSecurityPolicy;

  /**
   * Creates a page.
   *
   * @param text with one element of style and one of script, both free of placeholders
   */
  Page(String text) {
    // A checkout may have changed the line ends. A browser normalizes them before it computes the
    // hashes.
    String lines = text.replace("\r\n", "\n");
    this.template = lines.substring(lines.indexOf("<!doctype html>")).strip() + "\n";
    this.contentSecurityPolicy = "default-src 'none'; style-src '" + hash("style")
        + "'; script-src '" + hash("script") + "'; base-uri 'none'; form-action 'none'";
  }

  /** Returns the value of Content-Security-Policy. */
  String contentSecurityPolicy() {
    return contentSecurityPolicy;
  }

  /**
   * Returns the bytes to send.
   *
   * @param repeats whether the page may reload itself
   */
  byte[] bytes(RejectionReason reason, long seconds, boolean repeats) {
    return template
        .replace("{{title}}", reason.title())
        .replace("{{explanation}}", reason.explanation())
        .replace("{{seconds}}", Long.toString(seconds))
        .replace("{{wait}}", words(seconds))
        .replace("{{repeats}}", Boolean.toString(repeats))
        .getBytes(UTF_8);
  }

  /** Returns a wait in words, rounded up. */
  static String words(long seconds) {
    if (seconds < 2 * SECONDS_PER_MINUTE) {
      return seconds == 1 ? "1 second" : seconds + " seconds";
    }
    return seconds < 2 * SECONDS_PER_HOUR
        ? ceilDiv(seconds, SECONDS_PER_MINUTE) + " minutes"
        : ceilDiv(seconds, SECONDS_PER_HOUR) + " hours";
  }

  private static long ceilDiv(long seconds, int unit) {
    return (seconds + unit - 1) / unit;
  }

  /** Returns the source of an element, as a content security policy names it. */
  private String hash(String element) {
    String start = "<" + element + ">";
    int from = template.indexOf(start) + start.length();
    String content = template.substring(from, template.indexOf("</" + element + ">", from));
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException impossible) { // each platform has it
      throw new IllegalStateException(impossible);
    }
  }

  private static String resource(String name) {
    try (InputStream text = Page.class.getResourceAsStream(name)) {
      if (text == null) {
        throw new IllegalStateException(name + " must be beside " + Page.class.getName()
            + ", got none: keep the resources of flowshield-http where jars are joined or trimmed");
      }
      return new String(text.readAllBytes(), UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(name + " must be readable", unreadable);
    }
  }
}
