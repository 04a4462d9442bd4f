package dev.flowshield.benchmarks;

/** A check that a benchmark measured the case in its name. */
final class Answers {

  private Answers() {}

  /** Fails the benchmark unless limiters with permits admit and spent limiters reject. */
  static void check(boolean ofPlenty, boolean ofSpent) {
    if (!ofPlenty || ofSpent) {
      throw new IllegalStateException(
          "who has permits must admit and who has none must reject, got " + ofPlenty + " and "
              + ofSpent + ": the rows of this benchmark mean nothing");
    }
  }
}
