package dev.flowshield.http.exchange;

import dev.flowshield.engine.Rejection;
import dev.flowshield.http.binding.RequestView;

/**
 * Adapts the responses to rejections to an application: {@link
 * dev.flowshield.http.HttpShieldBuilder.ResponseOptions#renderer(RejectionRenderer)}.
 *
 * <pre>{@code
 * .renderer((proposed, request, why) -> proposed.withBody(
 *     "application/vnd.api+json", errors(proposed.status()).getBytes(UTF_8)))
 * }</pre>
 *
 * <p>Called for each rejected request, by many threads at once, on the thread that called the
 * shield, which may be an event loop. It must not block, and its cost matters under a flood. A
 * denied client or path gets its response without it, because no limit has rejected the request.
 */
@FunctionalInterface
public interface RejectionRenderer {

  /**
   * Returns the response to send. If this throws or returns null, the proposed response is sent,
   * and the shield logs its first failure.
   *
   * @param proposed the default response, shared between requests
   * @param request the rejected request, not to be kept. Escape its text before it enters a body
   * @param why the cause of the rejection; {@link dev.flowshield.engine.Shed} also if there is no
   *     room for one more stream, with status 429 if the client has too many
   */
  ShieldResponse render(ShieldResponse proposed, RequestView request, Rejection why);
}
