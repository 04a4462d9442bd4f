package dev.flowshield.spi;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;

/**
 * Makes limiters known by a name, so that {@code RateLimiter.of("my-limiter", limit)} and the
 * configuration find them.
 *
 * <p>Found with {@link java.util.ServiceLoader}: {@code provides} it in the module descriptor and,
 * for the class path, list it in {@code META-INF/services/dev.flowshield.spi.RateLimiterProvider}.
 * A public class with a public constructor without parameters.
 */
public interface RateLimiterProvider {

  /**
   * The name, unique among all providers: lower-case words of letters and digits, joined by
   * hyphens; the first character is a letter. With any other name, or null, no limiter is found:
   * the exception names this provider.
   */
  String name();

  /**
   * A new limiter.
   *
   * @throws IllegalArgumentException if this limiter cannot keep what the spec asks for; the
   *     message reaches the user as it is, so it says what was given, what is allowed and how to
   *     correct it
   */
  RateLimiter create(LimiterSpec spec);
}
