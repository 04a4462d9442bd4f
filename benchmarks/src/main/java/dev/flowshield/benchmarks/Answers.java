package dev.flowshield.benchmarks;

/** Sees to it that a benchmark measured what its name says. */
final class Answers {

  private Answers() {}

  /** Fails the benchmark unless those with permits admit and those without reject. */
  static void check(boolean ofPlenty, boolean ofSpent) {
    if (!ofPlenty || ofSpent) {
      throw new IllegalStateException(
          "who has permits must admit and who has none must reject, got " + ofPlenty + " and "
              + ofSpent + ": the rows of this benchmark mean nothing");
    }
  }
}
