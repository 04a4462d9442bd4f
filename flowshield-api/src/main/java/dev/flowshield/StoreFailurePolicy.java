package dev.flowshield;

import java.util.Locale;

/** The behavior of a limit while its {@link LimitStore} does not respond. */
public enum StoreFailurePolicy {
  /** Each instance enforces its share: the limit divided by the number of instances. */
  LOCAL,
  /** All requests are admitted, as if there were no limit. */
  OPEN,
  /** All requests are rejected. */
  CLOSED;

  /**
   * Parses the text of a policy as in a configuration: {@code local}, {@code open} or {@code
   * closed}.
   *
   * @throws IllegalArgumentException if the text is not a policy
   */
  public static StoreFailurePolicy parse(String text) {
    for (StoreFailurePolicy each : values()) {
      if (each.toString().equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException("on-store-failure must be local, open or closed, got '"
        + text + "': leave it out for local, with which each instance enforces its share");
  }

  /** Returns the text that {@link #parse} reads. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
