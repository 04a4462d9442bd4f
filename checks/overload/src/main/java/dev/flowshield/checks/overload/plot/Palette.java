package dev.flowshield.checks.overload.plot;

import java.awt.Color;

/**
 * The colours of a picture, on white or black paper. The line colours can be told apart with any
 * colour vision (after Okabe and Ito).
 *
 * @param name the last part of the file name
 * @param lines the colours of protections, see {@link Style}
 */
record Palette(
    String name, Color paper, Color ink, Color mark, Color faint, Color spike, Lines lines) {

  static final Palette LIGHT = new Palette(
      "light",
      Color.WHITE,
      new Color(0x1F2933),
      new Color(0x52606D),
      new Color(0xE4E7EB),
      new Color(0xF0E8D4),
      new Lines(
          new Color(0x0072B2),
          new Color(0xD55E00),
          new Color(0x008F68),
          new Color(0xB0508A),
          new Color(0xB37A00),
          new Color(0x6B4FBB)));

  static final Palette DARK = new Palette(
      "dark",
      new Color(0x0D1117),
      new Color(0xE4E7EB),
      new Color(0x9AA5B1),
      new Color(0x2A323C),
      new Color(0x332E1F),
      new Lines(
          new Color(0x56B4E9),
          new Color(0xFF8A3D),
          new Color(0x2FC79B),
          new Color(0xE58FC3),
          new Color(0xF0B429),
          new Color(0xA78BFA)));

  /** The colours of lines. */
  record Lines(
      Color blue, Color vermilion, Color green, Color purple, Color orange, Color violet) {}
}
