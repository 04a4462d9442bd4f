package dev.flowshield.http;

import org.jspecify.annotations.Nullable;

/**
 * Answers some requests in place of the application, such as those for a console of the operators.
 * Asked before all else, so what it answers is neither limited nor counted: it must be cheap, and
 * let in only those who may.
 *
 * <p>Called by many threads, on the thread of the request, which may be an event loop: it must not
 * block.
 */
@FunctionalInterface
public interface RequestInterceptor {

  /** The answer to a request; null for one that goes on to the limits and to the application. */
  @Nullable
  ShieldResponse answer(RequestView request);
}
