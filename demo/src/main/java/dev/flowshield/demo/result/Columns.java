package dev.flowshield.demo.result;

import java.util.List;
import java.util.Locale;

/**
 * The lines of a table for a terminal. A column is as wide as its heading, with text on the left
 * and numbers on the right.
 */
public final class Columns {

  private final List<String> headings;
  private final int texts;

  /**
   * Creates columns that are two blanks apart.
   *
   * @param texts the number of columns, from the first, that hold text
   * @param headings the headings, padded with blanks to the width of their columns
   */
  public Columns(int texts, String... headings) {
    this.headings = List.of(headings);
    this.texts = texts;
  }

  /** Returns the headings as a line. */
  public String heading() {
    return line(headings.stream().map(String::strip).toArray());
  }

  /** Returns a line under the headings or between rows. */
  public String rule() {
    return line(headings.stream().map(heading -> "-".repeat(heading.length())).toArray());
  }

  /** Returns a row; whole numbers get thousands separators. */
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
