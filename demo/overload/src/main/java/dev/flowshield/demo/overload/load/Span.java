package dev.flowshield.demo.overload.load;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The figures of a part of a run: a phase, a second, or the whole run.
 *
 * @param figures the figures in the order of {@link Figure}
 */
public record Span(Map<Figure, Double> figures) {

  private static final Pattern BLANKS = Pattern.compile(" +");

  public Span {
    figures = Collections.unmodifiableMap(
        figures.isEmpty() ? new EnumMap<>(Figure.class) : new EnumMap<>(figures));
  }

  /**
   * Parses pairs such as {@code ok=12 shed=3}.
   *
   * @throws IllegalArgumentException if a pair is malformed, or its key is not that of a figure
   */
  static Span parse(String pairs) {
    Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    for (String pair : BLANKS.split(pairs.strip(), -1)) {
      int equals = pair.indexOf('=');
      Figure figure = Figure.ofKey(pair.substring(0, Math.max(0, equals)))
          .orElseThrow(() -> new IllegalArgumentException(
              "figures of a load client must be pairs such as ok=12, got " + pair));
      figures.put(figure, Double.parseDouble(pair.substring(equals + 1)));
    }
    return new Span(figures);
  }

  /** Returns a figure that the span must have. */
  public double of(Figure figure) {
    Double value = figures.get(figure);
    if (value == null) {
      throw new IllegalArgumentException("a load client must report " + figure.key() + ", got "
          + figures.keySet().stream().map(Figure::key).toList());
    }
    return value;
  }

  /** Returns a figure that is a count. */
  public long count(Figure figure) {
    return (long) of(figure);
  }

  /** Returns one count as a percentage of another; 0 if the other is 0. */
  public double percent(Figure part, Figure all) {
    return of(all) == 0 ? 0 : 100 * of(part) / of(all);
  }

  /** Returns the pairs that {@link #parse} reads. */
  String text() {
    return figures.entrySet().stream()
        .map(figure -> figure.getKey().key() + "=" + text(figure.getValue()))
        .collect(Collectors.joining(" "));
  }

  private static String text(double value) {
    boolean isWhole = value == Math.rint(value);
    return String.format(Locale.ROOT, isWhole ? "%.0f" : "%.3f", value);
  }
}
