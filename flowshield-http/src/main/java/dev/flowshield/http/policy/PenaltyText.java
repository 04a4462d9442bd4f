package dev.flowshield.http.policy;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.Penalty;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses and formats a penalty: {@code 20/min} blocks a key that is rejected 20 times within a
 * minute, for 5 minutes at first and for a day at most; {@code 20/min:1h} for an hour at first;
 * {@code 20/min:1h:7day} for a week at most.
 */
public final class PenaltyText {

  private static final int MOST_PARTS = 3;

  private PenaltyText() {}

  /**
   * Parses a penalty.
   *
   * @throws IllegalArgumentException if the text does not have that form, or a part is out of range
   */
  public static Penalty parse(String text) {
    return parse("penalty", text);
  }

  /** Reads a penalty, which messages call by this name. As {@link #parse(String)}. */
  public static Penalty parse(String name, String text) {
    List<String> parts = List.of(text.split(":", -1));
    if (parts.size() > MOST_PARTS) {
      throw malformed(name, text, null);
    }
    try {
      RateLimit breaches = RateLimit.parse(parts.get(0));
      Penalty penalty =
          Penalty.after((int) Math.min(breaches.permits(), Integer.MAX_VALUE), breaches.period());
      return parts.size() == 1 ? penalty : withBlocks(penalty, parts);
    } catch (IllegalArgumentException impossible) {
      throw malformed(name, text, impossible);
    }
  }

  private static Penalty withBlocks(Penalty penalty, List<String> parts) {
    Duration first = span(parts.get(1));
    Duration usual = penalty.longestBlock();
    Duration longest = parts.size() == MOST_PARTS
        ? span(parts.get(2))
        : first.compareTo(usual) > 0 ? first : usual;
    return penalty.withBlocks(first, longest);
  }

  private static Duration span(String text) {
    return RateLimit.parse("1/" + text).period();
  }

  private static IllegalArgumentException malformed(
      String name, String text, @Nullable IllegalArgumentException cause) {
    String reason = cause == null ? "" : " (" + cause.getMessage() + ")";
    return new IllegalArgumentException(
        name + " must be rejections/period, then how long the first block lasts and how long one"
            + " may get, as in '20/min', '20/min:1h' or '20/min:1h:7day', got '" + text
            + "': write it in that form" + reason,
        cause);
  }

  /** Returns the text of a penalty. */
  static String of(Penalty penalty) {
    return RateLimit.of(penalty.breaches(), penalty.within()) + ":" + span(penalty.firstBlock())
        + ":" + span(penalty.longestBlock());
  }

  private static String span(Duration span) {
    String rate = RateLimit.of(1, span).toString();
    String period = rate.substring(rate.indexOf('/') + 1);
    return Character.isDigit(period.charAt(0)) ? period : "1" + period;
  }
}
