package dev.flowshield;

import java.util.Locale;

/** How a limit goes on while the {@link LimitStore} that keeps it does not answer. */
public enum StoreFailurePolicy {
  /** Each instance keeps its share of the limit by itself: the limit over the instances. */
  LOCAL,
  /** All is admitted, as if there were no limit. */
  OPEN,
  /** All is rejected. */
  CLOSED;

  /**
   * Reads one as a configuration has it: {@code local}, {@code open} or {@code closed}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static StoreFailurePolicy parse(String text) {
    for (StoreFailurePolicy each : values()) {
      if (each.toString().equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException("on-store-failure must be local, open or closed, got '"
        + text + "': leave it out for local, with which each instance keeps its share");
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
