package dev.flowshield.checks.overload.scenario;

/**
 * A span of virtual time.
 *
 * @param from the start in nanoseconds, inclusive
 * @param to the end in nanoseconds, exclusive
 */
public record Span(long from, long to) {

  /** The nanoseconds of a second. */
  public static final long SECOND = 1_000_000_000;

  /** The nanoseconds of a millisecond. */
  public static final long MILLISECOND = 1_000_000;

  /** Validates the span. */
  public Span {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("from must be 0 to 'to', got " + from + ", " + to);
    }
  }

  /** Creates a span in seconds. */
  public static Span seconds(double from, double to) {
    return new Span(nanos(from), nanos(to));
  }

  /** Converts seconds to nanoseconds. */
  static long nanos(double seconds) {
    return Math.round(seconds * SECOND);
  }

  /** Returns whether an instant lies in this span. */
  public boolean contains(long instant) {
    return from <= instant && instant < to;
  }
}
