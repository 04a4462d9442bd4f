package dev.flowshield.http.answer;

import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The origins whose web pages may read rejections. A browser hides a response from a page of
 * another origin unless the response names that origin (CORS). A filter behind the shield cannot
 * add the name, because a rejection does not reach it.
 *
 * <p>An origin is compared as a whole, and only a listed origin is ever named. Immutable.
 */
public final class CrossOrigin {

  /** No other origin. */
  public static final CrossOrigin NONE = new CrossOrigin("corsOrigins", List.of());

  // As browsers write it: lower case, no path, not even a slash.
  private static final Pattern ORIGIN =
      Pattern.compile("[a-z][a-z0-9+.-]*://([a-z0-9_.-]+|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?");
  private static final Header VARY = new Header("Vary", "Origin");
  private static final Header EXPOSE =
      new Header("Access-Control-Expose-Headers", "Retry-After, RateLimit, RateLimit-Policy");

  private final Set<String> origins;

  /**
   * Creates a list of origins.
   *
   * @param name the setting, for messages
   * @throws IllegalArgumentException if one is not an exact origin
   */
  public CrossOrigin(String name, Collection<String> origins) {
    for (String origin : origins) {
      if (!ORIGIN.matcher(origin).matches()) {
        throw new IllegalArgumentException(
            name + " must be exact origins such as 'https://app.example.com', got '" + origin
                + "': " + wayOut(origin));
      }
    }
    this.origins = Set.copyOf(new TreeSet<>(origins));
  }

  /** Returns a response that the page behind the request can read, if its origin is listed. */
  ShieldResponse readable(ShieldResponse response, RequestView request) {
    String origin = origins.isEmpty() ? null : request.header("Origin");
    return origin != null && origins.contains(origin)
        ? response.withMissing(
            List.of(new Header("Access-Control-Allow-Origin", origin), VARY, EXPOSE))
        : response;
  }

  private static String wayOut(String origin) {
    if (origin.contains("*")) {
      return "list each origin, as a pattern would let pages read answers that are not for them";
    }
    if (origin.equals("null")) {
      return "leave it out, as pages of any site can send it";
    }
    return "write scheme and host in lower case, with the port where it is not the usual one, and"
        + " nothing behind, not even a slash";
  }
}
