package dev.flowshield.checks.overload.scenario;

/**
 * A stretch of virtual time.
 *
 * @param from nanoseconds, the first of it
 * @param to nanoseconds, the first after it
 */
public record Span(long from, long to) {

  /** Nanoseconds of a second. */
  public static final long SECOND = 1_000_000_000;

  /** Nanoseconds of a millisecond. */
  public static final long MILLISECOND = 1_000_000;

  /** Checks it. */
  public Span {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("from must be 0 to 'to', got " + from + ", " + to);
    }
  }

  /** A stretch in seconds. */
  public static Span seconds(double from, double to) {
    return new Span(nanos(from), nanos(to));
  }

  /** Seconds in nanoseconds. */
  static long nanos(double seconds) {
    return Math.round(seconds * SECOND);
  }

  /** Whether an instant lies in it. */
  public boolean contains(long instant) {
    return from <= instant && instant < to;
  }
}
