package dev.flowshield.spi;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;

/**
 * A named factory for limiters, so that {@code RateLimiter.of("my-limiter", limit)} and the
 * configuration find them.
 *
 * <p>Found by {@link java.util.ServiceLoader}. Declare it with {@code provides} in the module
 * descriptor. For the class path, list it in {@code
 * META-INF/services/dev.flowshield.spi.RateLimiterProvider}. Must be a public class with a public
 * constructor without parameters.
 */
public interface RateLimiterProvider {

  /**
   * Returns the name, unique among all providers: lower-case words of letters and digits, joined by
   * hyphens. The first character is a letter. With another name, or null, no limiter is found, and
   * the exception names this provider.
   */
  String name();

  /**
   * Creates a limiter.
   *
   * @throws IllegalArgumentException if this limiter does not support the specification. The
   *     message reaches the user unchanged, so it must state the given value, the allowed values
   *     and the correction
   */
  RateLimiter create(LimiterSpec spec);
}
