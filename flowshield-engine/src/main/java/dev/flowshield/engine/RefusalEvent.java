package dev.flowshield.engine;

/**
 * A refusal, as a {@link RefusalListener} is told of it.
 *
 * @param refusal why, and when to come back
 * @param kind what it means
 * @param client stands for the client's key, 16 hex digits; the same as long as the shield lives, another with the next. Where the owner
 *     asked to see keys: the key's first 64 characters. That is text the client chose: escape it before it goes to a log or a page
 * @param suppressed how many refusals of that kind were not told since the event of that kind before, so that in all {@code 1 + suppressed} were
 *     refused since
 */
public record RefusalEvent(Refusal refusal, Kind kind, String client, long suppressed) {

  /** What a refusal means. Each kind is told by itself, so that a flood of one hides none of another. */
  public enum Kind {
    /** A limit refused. */
    OVER_LIMIT,
    /** A limit refused, and with that the client is blocked, by its {@link Penalty}. */
    BLOCK,
    /** The client was blocked already. */
    BLOCKED,
    /** The server was full. */
    SHED,
    /** A shadow limit would have refused, and the work was admitted. */
    SHADOW
  }
}
