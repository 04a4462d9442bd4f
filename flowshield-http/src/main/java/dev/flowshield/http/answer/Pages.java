package dev.flowshield.http.answer;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The pages for people. A page depends on the reason and the wait alone, so that all limits of a
 * shield share it.
 *
 * <p>Thread-safe. Caches pages of about 4 kB each, in a {@link WaitCache} for each reason.
 */
final class Pages {

  private final Page page = Page.BUSY;
  private final Map<RejectionReason, WaitCache<byte[]>> repeating =
      new EnumMap<>(RejectionReason.class);
  private final Map<RejectionReason, WaitCache<byte[]>> withButton =
      new EnumMap<>(RejectionReason.class);

  /** Creates an empty cache for the page of this library. */
  Pages() {
    for (RejectionReason reason : RejectionReason.values()) {
      repeating.put(reason, pages(reason, true));
      withButton.put(reason, pages(reason, false));
    }
  }

  private WaitCache<byte[]> pages(RejectionReason reason, boolean repeats) {
    return new WaitCache<>((seconds, remaining) -> page.bytes(reason, seconds, repeats));
  }

  /** Returns the value of Content-Security-Policy for a page. */
  String contentSecurityPolicy() {
    return page.contentSecurityPolicy();
  }

  byte[] repeating(RejectionReason reason, long seconds) {
    return Objects.requireNonNull(repeating.get(reason)).of(seconds, 0);
  }

  byte[] withButton(RejectionReason reason, long seconds) {
    return Objects.requireNonNull(withButton.get(reason)).of(seconds, 0);
  }
}
