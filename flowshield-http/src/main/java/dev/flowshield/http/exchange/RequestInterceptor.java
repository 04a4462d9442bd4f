package dev.flowshield.http.exchange;

import dev.flowshield.http.binding.RequestView;
import org.jspecify.annotations.Nullable;

/**
 * Responds to some requests in place of the application, for example for a console of the
 * operators. It is called first, so its requests are neither limited nor counted. It must be cheap,
 * and must authorize its callers.
 *
 * <p>Called by many threads, on the thread of the request, which may be an event loop. It must not
 * block.
 */
@FunctionalInterface
public interface RequestInterceptor {

  /**
   * Returns the response to a request; null to pass the request on to the limits and to the
   * application.
   */
  @Nullable
  ShieldResponse answer(RequestView request);
}
