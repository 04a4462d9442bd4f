package dev.flowshield.benchmarks.load;

import dev.flowshield.benchmarks.http.Shields;
import dev.flowshield.http.HttpShield;
import org.jspecify.annotations.Nullable;

/** What stands in front of the application of a server. */
enum Protection {
  /** Nothing. */
  BARE,
  /** A shield as it is without settings, but for how much it admits. */
  PLAIN,
  /** A shield with everything switched on. */
  EVERYTHING,
  /** A filter with Bucket4j and Caffeine, for servers with servlets. */
  BUCKET4J,
  /** What the server itself brings. */
  OWN;

  /** The shield that stands there; null if it is something else. */
  @Nullable
  HttpShield shield() {
    return switch (this) {
      case PLAIN -> Shields.plain();
      case EVERYTHING -> Shields.withEverything();
      default -> null;
    };
  }
}
