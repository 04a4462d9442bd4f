package dev.flowshield.demo.overload.server;

import dev.flowshield.http.HttpShield;
import org.jspecify.annotations.Nullable;

/** What stands in front of a server's work. */
public enum Protection {
  /** Nothing. */
  NONE,
  /** A shield that finds its cap by itself. */
  AUTO,
  /** A shield with a cap that was set by hand, by someone who knows what the server does. */
  HAND;

  private static final int BY_HAND = 16;

  /**
   * More than any client sends, as it is the cap that is tried. But without a limit for each, the
   * shield does not tell clients apart.
   */
  private static final String PER_CLIENT = "100000/s";

  @Nullable
  HttpShield shield() {
    return switch (this) {
      case NONE -> null;
      case AUTO -> HttpShield.builder().perClient(PER_CLIENT).inFlightAuto().build();
      case HAND -> HttpShield.builder().perClient(PER_CLIENT).inFlight(BY_HAND).build();
    };
  }
}
