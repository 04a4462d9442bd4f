package dev.flowshield.demo.report;

import java.awt.Color;

/**
 * Colours that people tell apart however they see colour (blue and vermilion of Okabe and Ito), on
 * white.
 */
public final class Palette {

  /** What is kept within bounds. */
  public static final Color SHIELDED = new Color(0x0072B2);

  /** What it would be without. */
  public static final Color BARE = new Color(0xD55E00);

  /** A span of time in which something is wrong. */
  public static final Color SPIKE = new Color(0xF0E8D4);

  /** Grids, and other spans of time. */
  public static final Color FAINT = new Color(0xE4E7EB);

  static final Color PAPER = Color.WHITE;
  static final Color INK = new Color(0x1F2933);
  static final Color MARK = new Color(0x52606D);

  private Palette() {}
}
