package dev.flowshield.demo.result;

import java.util.List;
import java.util.Locale;

/**
 * Lines of a table for a terminal: a column is as wide as its heading says, text stands on the left
 * and numbers on the right.
 */
public final class Columns {

  private final List<String> headings;
  private final int texts;

  /**
   * Columns two blanks apart.
   *
   * @param texts how many of them, from the first, hold text
   * @param headings padded with blanks to the width of their columns
   */
  public Columns(int texts, String... headings) {
    this.headings = List.of(headings);
    this.texts = texts;
  }

  /** The headings as a line. */
  public String heading() {
    return line(headings.stream().map(String::strip).toArray());
  }

  /** A line under the headings or between rows. */
  public String rule() {
    return line(headings.stream().map(heading -> "-".repeat(heading.length())).toArray());
  }

  /** One row; whole numbers get thousands separators. */
  public String line(Object... cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.length; i++) {
      String cell = cells[i] instanceof Number number
          ? String.format(Locale.ROOT, "%,d", number.longValue())
          : cells[i].toString();
      String padding = " ".repeat(Math.max(0, headings.get(i).length() - cell.length()));
      line.append(i == 0 ? "" : "  ").append(i < texts ? cell + padding : padding + cell);
    }
    return line.toString().stripTrailing();
  }
}
