package dev.flowshield.http;

import dev.flowshield.engine.Rejection;

/**
 * Gives rejections the words and the form of an application:
 * {@link HttpShieldBuilder.ResponseOptions#renderer(RejectionRenderer)}.
 *
 * <pre>{@code
 * .renderer((proposed, request, why) -> proposed.withBody(
 *     "application/vnd.api+json", errors(proposed.status()).getBytes(UTF_8)))
 * }</pre>
 *
 * <p>It is called for each rejected request, by the thread that asked the shield, on some servers
 * an event loop: it must not block, and under a flood its cost counts. Called by many threads at
 * once. It is not called for a client or a path that is
 * {@linkplain HttpShieldBuilder.Clients#deny denied}, because no limit has rejected the request.
 */
@FunctionalInterface
public interface RejectionRenderer {

  /**
   * The answer to send. If this throws or gives null, the proposed answer is sent, and the first
   * failure of a shield is logged.
   *
   * @param proposed the answer that is sent without a renderer, shared between requests
   * @param request the rejected request, not to be kept; what comes from it must be escaped before
   *     it may stand in a body
   * @param why what has rejected the request; {@link dev.flowshield.engine.Shed} also where there
   *     is no room for one more open stream, with status 429 if its client has too many
   */
  ShieldResponse render(ShieldResponse proposed, RequestView request, Rejection why);
}
