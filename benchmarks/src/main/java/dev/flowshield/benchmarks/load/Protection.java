package dev.flowshield.benchmarks.load;

/** What stands in front of the application of a server. */
enum Protection {
  /** Nothing. */
  BARE,
  /** A shield with everything switched on. */
  FLOWSHIELD,
  /** A filter with Bucket4j and Caffeine, for servers with servlets. */
  BUCKET4J,
  /** What the server itself brings. */
  OWN
}
