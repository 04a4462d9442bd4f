package dev.flowshield.checks.overload.measure;

/**
 * A histogram of latencies, in buckets that are each 5 % wider than the previous one. Not
 * thread-safe.
 */
public final class LogHistogram {

  private static final double LOWEST = 1000;
  private static final double GROWTH = 1.05;
  private static final double LOG_GROWTH = Math.log(GROWTH);
  private static final int BUCKETS = 512; // to 20 h

  private final long[] counts = new long[BUCKETS];
  private long count;

  /** Counts a latency. */
  public void record(long nanos) {
    int bucket = nanos <= LOWEST ? 0 : (int) (Math.log(nanos / LOWEST) / LOG_GROWTH);
    counts[Math.min(bucket, BUCKETS - 1)]++;
    count++;
  }

  /** Returns the number of latencies. */
  public long count() {
    return count;
  }

  /**
   * Returns the latency that a share of all latencies does not exceed, accurate to a bucket.
   *
   * @param share 0 to 1
   * @return the latency in nanoseconds; NaN without latencies
   */
  public double quantile(double share) {
    if (count == 0) {
      return Double.NaN;
    }
    double rank = share * count;
    long below = 0;
    int bucket = 0;
    while (bucket < BUCKETS - 1 && below + counts[bucket] < rank) {
      below += counts[bucket];
      bucket++;
    }
    double within = counts[bucket] == 0 ? 0 : (rank - below) / counts[bucket];
    return LOWEST * Math.pow(GROWTH, bucket + within);
  }
}
