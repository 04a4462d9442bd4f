package dev.flowshield;

/** How a limit goes on while the {@link LimitStore} that keeps it does not answer. */
public enum OnStoreFailure {
  /** Each instance keeps its share of the limit by itself: the limit over the instances. */
  LOCAL,
  /** All is admitted, as if there were no limit. */
  OPEN,
  /** All is rejected. */
  CLOSED
}
