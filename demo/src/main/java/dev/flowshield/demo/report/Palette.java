package dev.flowshield.demo.report;

import java.awt.Color;

/**
 * The colours of plots, which can be told apart with any colour vision (blue and vermilion of Okabe
 * and Ito), on white.
 */
public final class Palette {

  /** The colour of limited values. */
  public static final Color SHIELDED = new Color(0x0072B2);

  /** The colour of values without protection. */
  public static final Color BARE = new Color(0xD55E00);

  /** The colour of a span of time with an incident. */
  public static final Color SPIKE = new Color(0xF0E8D4);

  /** The colour of grids, and of other spans of time. */
  public static final Color FAINT = new Color(0xE4E7EB);

  static final Color PAPER = Color.WHITE;
  static final Color INK = new Color(0x1F2933);
  static final Color MARK = new Color(0x52606D);

  private Palette() {}
}
