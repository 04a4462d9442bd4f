package dev.flowshield.benchmarks.load;

import dev.flowshield.benchmarks.http.Shields;
import dev.flowshield.http.HttpShield;
import org.jspecify.annotations.Nullable;

/** The protection of the application of a server. */
enum Protection {
  /** No protection. */
  BARE,
  /** A shield with default settings, apart from its limits. */
  PLAIN,
  /** A shield with all features. */
  EVERYTHING,
  /** A filter with Bucket4j and Caffeine, for servers with servlets. */
  BUCKET4J,
  /** The server's own protection. */
  OWN;

  /** Returns the shield; null for other protections. */
  @Nullable
  HttpShield shield() {
    return switch (this) {
      case PLAIN -> Shields.plain();
      case EVERYTHING -> Shields.withEverything();
      default -> null;
    };
  }
}
