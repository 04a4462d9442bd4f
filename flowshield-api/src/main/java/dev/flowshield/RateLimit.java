package dev.flowshield;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A rate limit: a number of permits per period, and a burst, which is the maximum number of permits
 * at one instant. Immutable.
 *
 * <p>The text of a limit has the form {@code 100/s}, {@code 1000/min burst 50}, {@code 10000/day}
 * or {@code 5/250ms}. It states the permits, a slash and the period. A period that is a multiple of
 * its unit starts with a whole number. The burst follows if it differs from the permits. {@link
 * #toString()} returns the same form.
 *
 * <p><b>Meaning.</b> {@code 100/s} admits at most 100 permits at one instant, and 100 per second in
 * the long run. In the least favorable second it admits the whole burst and one second's refill,
 * 200 permits together: {@link #worstCase()}.
 *
 * @param permits the permits refilled in one period, 1 to 1,000,000,000,000,000
 * @param period the time in which the permits are refilled, 1 nanosecond to 366 days
 * @param burst the maximum number of permits at one instant, 1 to 1,000,000,000,000,000
 */
public record RateLimit(long permits, Duration period, long burst) {

  // Permits and burst are far below 2^63, so that their sum, the worst case, never overflows.
  private static final long MOST_PERMITS = 1_000_000_000_000_000L;
  private static final Duration LONGEST_PERIOD = Duration.ofDays(366);

  private static final String FORM =
      "permits/period, as in '100/s', '1000/min burst 50' or '5/250ms' (periods: ns, us, ms, s, min, h, day)";
  // Eighteen digits always fit in a long, so a number that is too large is rejected with its range
  // and not as malformed.
  private static final Pattern TEXT = Pattern.compile(
      "(\\d{1,18}) ?/ ?(?:(\\d{1,18}) ?)?([a-z]{1,7})(?: burst (\\d{1,18}))?",
      Pattern.CASE_INSENSITIVE);

  // Common mistakes.
  private static final Pattern GROUPED = Pattern.compile("\\d,\\d{3}(?!\\d)");
  private static final Pattern FRACTION = Pattern.compile("\\d\\.\\d");
  private static final Pattern BURST_APART =
      Pattern.compile(",\\s*burst", Pattern.CASE_INSENSITIVE);

  /**
   * Validates the components.
   *
   * @throws IllegalArgumentException if a component is outside its range. The message states the
   *     component and the allowed range
   */
  public RateLimit {
    Objects.requireNonNull(
        period,
        "period must be 1 nanosecond to 366 days, got null: pass a duration, as in Duration.ofSeconds(1)");
    requireCount("permits", permits, "remove a route that admits nothing");
    requireCount("burst", burst, "leave it out for a burst equal to the permits");
    if (period.isNegative() || period.isZero() || period.compareTo(LONGEST_PERIOD) > 0) {
      throw new IllegalArgumentException("period must be 1 nanosecond to 366 days, got " + period
          + ": choose a shorter or longer period with as many permits");
    }
  }

  /**
   * Creates a limit whose burst equals the permits of one period.
   *
   * @throws IllegalArgumentException if a component is outside its range
   */
  public static RateLimit of(long permits, Duration period) {
    return new RateLimit(permits, period, permits);
  }

  /**
   * Parses the text of a limit, such as {@code 100/s} or {@code 1000/min burst 50}.
   *
   * @throws IllegalArgumentException if the text is not a limit. The message states the expected
   *     form
   */
  public static RateLimit parse(String text) {
    requireText(text);
    return parse(text, text);
  }

  /**
   * Parses the text of several limits, separated by commas, such as {@code 100/s, 5000/h}. All of
   * them are enforced on each key.
   *
   * @throws IllegalArgumentException if one of them is not a limit, or if two are equal. The
   *     message states the expected form
   */
  public static List<RateLimit> parseAll(String text) {
    requireText(text);
    List<RateLimit> limits =
        Stream.of(text.split(",", -1)).map(part -> parse(part, text)).toList();
    if (limits.stream().distinct().count() < limits.size()) {
      throw malformed(text, "state each limit once");
    }
    return limits;
  }

  private static void requireText(String text) {
    Objects.requireNonNull(text, "limit must be " + FORM + ", got null: pass a text in that form");
  }

  /** Parses one limit of a text that may contain several. */
  private static RateLimit parse(String part, String text) {
    Matcher matcher = TEXT.matcher(part.strip());
    if (!matcher.matches()) {
      throw malformed(text, wayOut(part, text));
    }
    long permits = Long.parseLong(matcher.group(1));
    String burst = matcher.group(4);
    return new RateLimit(
        permits, period(text, matcher), burst == null ? permits : Long.parseLong(burst));
  }

  private static String wayOut(String part, String text) {
    if (GROUPED.matcher(text).find()) {
      return "write numbers without commas, as in '1000/s'";
    }
    if (BURST_APART.matcher(text).find()) {
      return "leave out the comma before 'burst', as in '100/s burst 20'";
    }
    if (FRACTION.matcher(part).find()) {
      return "write whole numbers, as in '3/2s' for 1.5/s";
    }
    if (part.contains(";")) {
      return "separate limits by commas, as in '100/s, 5000/h'";
    }
    return part.equals(text) // otherwise the text contains a comma
        ? part.contains(",") ? "write one of them" : "write it in that form"
        : "write '" + shown(part.strip()) + "' in that form";
  }

  /**
   * Returns a copy with the given burst.
   *
   * @throws IllegalArgumentException if the burst is outside its range
   */
  public RateLimit withBurst(long newBurst) {
    return new RateLimit(permits, period, newBurst);
  }

  /**
   * Returns the maximum number of permits that can be admitted in any span of one period: the burst
   * and one period's refill. The bound holds for the default limiter, {@code token-bucket},
   * wherever the span begins.
   */
  public long worstCase() {
    return permits + burst;
  }

  /**
   * Returns the text of this limit in the form that {@link #parse} reads, such as {@code 1000/min
   * burst 50}.
   */
  @Override
  public String toString() {
    String rate = permits + "/" + text(period);
    return burst == permits ? rate : rate + " burst " + burst;
  }

  private static Duration period(String text, Matcher matcher) {
    String count = matcher.group(2);
    Duration unit = unit(text, matcher.group(3).toLowerCase(Locale.ROOT)).getDuration();
    try {
      return count == null ? unit : unit.multipliedBy(Long.parseLong(count));
    } catch (ArithmeticException overflow) {
      throw malformed(text, "the period is far beyond 366 days");
    }
  }

  private static ChronoUnit unit(String text, String name) {
    return switch (name) {
      case "ns" -> ChronoUnit.NANOS;
      case "us" -> ChronoUnit.MICROS;
      case "ms" -> ChronoUnit.MILLIS;
      case "s", "sec", "second", "seconds" -> ChronoUnit.SECONDS;
      case "min", "minute", "minutes" -> ChronoUnit.MINUTES;
      case "h", "hour", "hours" -> ChronoUnit.HOURS;
      case "d", "day", "days" -> ChronoUnit.DAYS;
      default -> throw malformed(text, "'" + name + "' is no period, " + instead(name));
    };
  }

  /** Returns a suggestion for a name that is not a unit. */
  private static String instead(String name) {
    return switch (name) {
      case "m" -> "write 'min' for a minute or '30day' for a month";
      case "w", "week", "weeks" -> "write '7day' for a week";
      case "mo", "month", "months" -> "write '30day' for a month";
      case "y", "year", "years" -> "write '365day' for a year";
      default -> "write one of those";
    };
  }

  private static String text(Duration period) {
    long nanos = period.toNanos(); // at most 366 days, so it fits
    if (nanos % 1_000_000_000L == 0) {
      long seconds = nanos / 1_000_000_000L;
      return seconds % 86_400 == 0
          ? text(seconds / 86_400, "day")
          : seconds % 3_600 == 0
              ? text(seconds / 3_600, "h")
              : seconds % 60 == 0 ? text(seconds / 60, "min") : text(seconds, "s");
    }
    return nanos % 1_000_000 == 0
        ? text(nanos / 1_000_000, "ms")
        : nanos % 1_000 == 0 ? text(nanos / 1_000, "us") : text(nanos, "ns");
  }

  private static String text(long count, String unit) {
    return count == 1 ? unit : count + unit;
  }

  private static void requireCount(String name, long value, String wayOut) {
    if (value < 1 || value > MOST_PERMITS) {
      throw new IllegalArgumentException(
          name + " must be 1 to 1,000,000,000,000,000, got " + value + ": " + wayOut);
    }
  }

  private static IllegalArgumentException malformed(String text, String wayOut) {
    return new IllegalArgumentException(
        "limit must be " + FORM + ", got '" + shown(text) + "': " + wayOut);
  }

  private static String shown(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "…";
  }
}
