package dev.flowshield.engine;

/**
 * A refusal, as a {@link RefusalListener} is told of it.
 *
 * @param refusal why, and when to come back
 * @param shadow whether the limit is a shadow: it would have refused, and the work was admitted
 * @param client stands for the client's key, 16 hex digits; the same as long as the shield lives, another with the next. Where the owner
 *     asked to see keys: the key's first 64 characters. That is text the client chose: escape it before it goes to a log or a page
 * @param suppressed how many refusals were not told since the event before, so that in all {@code 1 + suppressed} were refused since
 */
public record RefusalEvent(Refusal refusal, boolean shadow, String client, long suppressed) {}
