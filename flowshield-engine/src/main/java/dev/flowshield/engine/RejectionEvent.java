package dev.flowshield.engine;

/**
 * A rejection, as a {@link RejectionListener} gets it.
 *
 * @param rejection why, and when to come back
 * @param kind what it means
 * @param key the id of the key, 16 hex digits, which no reader can turn back into the key; the same
 *     in all shields of a process, another in the next process, unless that has loaded a {@link
 *     Snapshot}. With {@link FlowShieldBuilder#showKeys}, the first 64 characters of the key: text
 *     that the client chose, to be escaped before it goes to a log or a page
 * @param suppressed how many rejections of that kind had no event of their own since the last event
 *     of that kind; so there were {@code 1 + suppressed} since
 */
public record RejectionEvent(Rejection rejection, Kind kind, String key, long suppressed) {

  /**
   * What a rejection means. Each kind has its own rate of events, so a flood of one hides no other.
   */
  public enum Kind {
    /** A limit rejected. */
    OVER_LIMIT,
    /** A limit rejected, and its {@link Penalty} blocks the key from now on. */
    BLOCK,
    /** The key was blocked already. */
    BLOCKED,
    /** The server was full. */
    SHED,
    /** The store of a limit did not answer. */
    UNAVAILABLE,
    /**
     * A shadow limit, or a shadow cap in flight, would have rejected, and the work was admitted.
     */
    SHADOW
  }
}
