package dev.flowshield.engine;

/**
 * A rejection, as a {@link RejectionListener} gets it.
 *
 * @param rejection the rejection itself, with the wait before a retry
 * @param kind its kind
 * @param key the id of the key, 16 hex digits, which no reader can turn back into the key; the same
 *     in all shields of a process, another in the next process, unless that has loaded a {@link
 *     Snapshot}. With {@link FlowShieldBuilder#showKeys}, the first 64 characters of the key: text
 *     that the client chose, to be escaped before it goes to a log or a page
 * @param suppressed the number of rejections of this kind since its last event, without this one
 */
public record RejectionEvent(Rejection rejection, Kind kind, String key, long suppressed) {

  /**
   * The kind of a rejection. Each has its own rate of events, so a flood of one kind hides no
   * other.
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
