package dev.flowshield.checks.overload.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Stroke;

/** The line styles of protections. Protections without a style are not drawn. */
enum Style {
  FLOWSHIELD("flowshield", "FlowShield", 3.2f, 0),
  NONE("none", "no protection", 1.8f, 0),
  ORACLE("fixed-oracle", "a fixed cap, as an oracle would set it", 1.8f, 5),
  VEGAS("vegas-windowed", "Vegas, in windows", 1.8f, 0),
  GRADIENT("gradient2-tuned", "Gradient2, limits from 1 to 1,000", 1.8f, 0),
  BULKHEAD("bulkhead-25", "bulkhead of 25", 1.8f, 9),
  AIMD("aimd-tuned", "AIMD, tuned", 1.8f, 2);

  private final String protection;
  private final String title;
  private final float width;
  private final float dash;

  Style(String protection, String title, float width, float dash) {
    this.protection = protection;
    this.title = title;
    this.width = width;
    this.dash = dash;
  }

  /** Returns the name of the protection. */
  String protection() {
    return protection;
  }

  /** Returns the name for legends. */
  String title() {
    return title;
  }

  Color color(Palette palette) {
    return switch (this) {
      case FLOWSHIELD -> palette.lines().blue();
      case NONE -> palette.lines().vermilion();
      case ORACLE -> palette.mark();
      case VEGAS -> palette.lines().green();
      case GRADIENT -> palette.lines().purple();
      case BULKHEAD -> palette.lines().orange();
      case AIMD -> palette.lines().violet();
    };
  }

  Stroke stroke() {
    return dash == 0
        ? new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
        : new BasicStroke(
            width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 1, new float[] {dash, 3}, 0);
  }
}
