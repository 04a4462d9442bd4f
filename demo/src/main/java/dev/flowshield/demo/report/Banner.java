package dev.flowshield.demo.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Paint;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * The banner of the project: a flood that meets a shield, and a steady flow behind it. It has its
 * own background, so that it looks the same on light and dark pages.
 */
public final class Banner {

  private static final int WIDTH = 1280;
  private static final int HEIGHT = 320;
  private static final int CORNER = 36;

  private static final Paint GROUND =
      new GradientPaint(0, 0, new Color(0x10263F), 0, HEIGHT, new Color(0x0A1828));
  private static final Color FLOOD = new Color(0xE69F00);
  private static final Color SHIELD_TOP = new Color(0x2F9BE0);
  private static final Color SHIELD_BOTTOM = new Color(0x0072B2);
  private static final Color QUIET = new Color(0xBFD4E6);

  private static final double MIDDLE = HEIGHT / 2.0;
  private static final double SHIELD_LEFT = 180;
  private static final double SHIELD_RIGHT = 340;
  private static final double CENTRE = (SHIELD_LEFT + SHIELD_RIGHT) / 2;
  private static final double FLOW_END = 446;
  private static final int FLOOD_LINES = 7;
  private static final double FLOOD_GAP = 24;

  private Banner() {}

  /** Writes the banner as a PNG to the file named by the argument. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      throw new IllegalArgumentException(
          "arguments must be one file name, got " + arguments.length + ": say where to write");
    }
    System.setProperty("java.awt.headless", "true");
    ImageIO.write(draw(), "png", Path.of(arguments[0]).toFile());
  }

  static BufferedImage draw() {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_ARGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setPaint(GROUND);
    graphics.fill(new RoundRectangle2D.Double(0, 0, WIDTH, HEIGHT, CORNER, CORNER));
    flood(graphics);
    shield(graphics);
    flow(graphics);
    name(graphics);
    graphics.dispose();
    return image;
  }

  /** Draws many irregular lines that end behind the shield. */
  private static void flood(Graphics2D graphics) {
    graphics.setStroke(new BasicStroke(4.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    Color nothing = new Color(FLOOD.getRed(), FLOOD.getGreen(), FLOOD.getBlue(), 0);
    graphics.setPaint(new GradientPaint(30, 0, nothing, (float) SHIELD_LEFT - 30, 0, FLOOD));
    for (int i = 0; i < FLOOD_LINES; i++) {
      double y = MIDDLE + 2 + (i - FLOOD_LINES / 2) * FLOOD_GAP;
      double height = 8 + 2.0 * (i * 2 % 5); // any numbers that differ from line to line
      double length = 46 + 9.0 * (i * 3 % 4);
      graphics.draw(wave(24, SHIELD_LEFT + 12, y, height, height, length, i * 1.9));
    }
  }

  private static void shield(Graphics2D graphics) {
    double top = 58;
    double bottom = 266;
    Path2D outline = new Path2D.Double();
    outline.moveTo(CENTRE, top);
    outline.curveTo(CENTRE + 26, top + 20, SHIELD_RIGHT - 26, top + 27, SHIELD_RIGHT, top + 27);
    outline.curveTo(SHIELD_RIGHT, top + 120, SHIELD_RIGHT - 12, bottom - 42, CENTRE, bottom);
    outline.curveTo(SHIELD_LEFT + 12, bottom - 42, SHIELD_LEFT, top + 120, SHIELD_LEFT, top + 27);
    outline.curveTo(SHIELD_LEFT + 26, top + 27, CENTRE - 26, top + 20, CENTRE, top);
    outline.closePath();
    graphics.setPaint(GROUND);
    graphics.setStroke(new BasicStroke(30, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(outline);
    graphics.setPaint(
        new GradientPaint(0, (float) top, SHIELD_TOP, 0, (float) bottom, SHIELD_BOTTOM));
    graphics.fill(outline);
    graphics.setColor(Color.WHITE);
    graphics.setStroke(new BasicStroke(5, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(outline);
  }

  /** Draws a line out of the shield that becomes calm. */
  private static void flow(Graphics2D graphics) {
    graphics.setColor(Color.WHITE);
    graphics.setStroke(new BasicStroke(8, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(wave(SHIELD_LEFT + 32, FLOW_END, MIDDLE - 8, 20, 2, 92, 0));
  }

  private static void name(Graphics2D graphics) {
    graphics.setColor(Color.WHITE);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 92));
    graphics.drawString("FlowShield", 496, 172);
    graphics.setColor(QUIET);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 31));
    graphics.drawString("Rate limits and overload protection for Java", 502, 228);
  }

  /** Returns a line from left to right whose amplitude changes evenly. */
  private static Shape wave(
      double from, double to, double y, double first, double last, double length, double phase) {
    Path2D wave = new Path2D.Double();
    wave.moveTo(from, y + first * Math.sin(phase));
    for (double x = from; x <= to; x++) {
      double height = first + (last - first) * (x - from) / (to - from);
      wave.lineTo(x, y + height * Math.sin(phase + (x - from) * 2 * Math.PI / length));
    }
    return wave;
  }
}
