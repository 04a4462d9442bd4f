package dev.flowshield.benchmarks.load;

/** The measurements of a client in one turn, or in several. */
final class Sample {

  private static final int REJECTED = 429;
  private static final int MOST_MICROS = 100_000;

  private final int[] micros = new int[MOST_MICROS + 1];
  private long answered;
  private long rejected;
  private long nanos;

  void add(long latencyNanos, int status) {
    if (status != 200 && status != REJECTED) {
      throw new IllegalStateException("a server must answer 200 or 429, got " + status);
    }
    micros[(int) Math.min(latencyNanos / 1000, MOST_MICROS)]++;
    answered++;
    if (status == REJECTED) {
      rejected++;
    }
  }

  void took(long wallNanos) {
    nanos = wallNanos;
  }

  void addAll(Sample other) {
    for (int i = 0; i < micros.length; i++) {
      micros[i] += other.micros[i];
    }
    answered += other.answered;
    rejected += other.rejected;
    nanos += other.nanos;
  }

  long answered() {
    return answered;
  }

  double perSecond() {
    return answered * 1e9 / nanos;
  }

  double rejectedShare() {
    return (double) rejected / answered;
  }

  /** Returns the latency below which the given share of the requests lies, in microseconds. */
  double quantileMicros(double part) {
    long before = 0;
    for (int i = 0; i < micros.length; i++) {
      before += micros[i];
      if (before >= part * answered) {
        return i;
      }
    }
    return MOST_MICROS;
  }
}
