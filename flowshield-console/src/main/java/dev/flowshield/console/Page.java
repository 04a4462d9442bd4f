package dev.flowshield.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The page with its policy. The page loads nothing from elsewhere, and a browser runs only the
 * script and the style whose hashes the policy has, so injected text cannot run.
 *
 * @param html the page, with the address of the console in it
 * @param policy the value of {@code Content-Security-Policy}
 */
record Page(String html, String policy) {

  private static final String RESOURCE = "console.html";
  private static final String POLICY_SLOT = "{policy}";
  private static final String PATH_SLOT = "{path}";

  /**
   * Reads the page.
   *
   * @param path the path of the console, of which the page needs the last segment
   */
  static Page of(String path) {
    String html = read();
    String policy = "default-src 'none'; connect-src 'self'; img-src data:; style-src "
        + hash(between(html, "<style>", "</style>"))
        + "; script-src "
        + hash(between(html, "<script>", "</script>"))
        + "; base-uri 'none'; form-action 'none'";
    String last = path.substring(path.lastIndexOf('/') + 1);
    String filled = html.replace(POLICY_SLOT, policy).replace(PATH_SLOT, last);
    return new Page(filled, policy + "; frame-ancestors 'none'"); // which a page cannot say itself
  }

  private static String read() {
    try (InputStream page = Page.class.getResourceAsStream(RESOURCE)) {
      if (page == null) {
        throw new IllegalStateException(RESOURCE + " must be in the jar of the console");
      }
      return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(RESOURCE + " must be readable", unreadable);
    }
  }

  private static String between(String html, String start, String end) {
    int from = html.indexOf(start) + start.length();
    return html.substring(from, html.indexOf(end, from));
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException impossible) { // each JDK must have it
      throw new IllegalStateException("SHA-256 must be there", impossible);
    }
  }
}
