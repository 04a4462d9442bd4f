package dev.flowshield.demo.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.IntervalMarker;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;

/** The style of all plots of the demos. */
public final class ChartStyle {

  private static final float THIN = 1.4f;

  private ChartStyle() {}

  /** Sets paper, grid and axes. */
  public static void apply(XYPlot plot) {
    plot.setBackgroundPaint(Palette.PAPER);
    plot.setDomainGridlinesVisible(false);
    plot.setRangeGridlinePaint(Palette.FAINT);
    plot.setRangeGridlineStroke(new BasicStroke(1));
    plot.setOutlineVisible(false);
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    for (ValueAxis axis : new ValueAxis[] {plot.getDomainAxis(), plot.getRangeAxis()}) {
      axis.setLabelFont(font(Font.PLAIN, 13));
      axis.setTickLabelFont(font(Font.PLAIN, 12));
      axis.setLabelPaint(Palette.INK);
      axis.setTickLabelPaint(Palette.INK);
      axis.setAxisLinePaint(Palette.MARK);
    }
  }

  /** Returns a line of this width, in points. */
  public static BasicStroke stroke(float width) {
    return new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  }

  /** Returns a shaded span of the time axis, with its name on top. */
  public static IntervalMarker span(double from, double to, Color shade, String label) {
    IntervalMarker marker = new IntervalMarker(from, to, shade);
    marker.setAlpha(1);
    marker.setLabel(label);
    marker.setLabelBackgroundColor(shade);
    marker.setLabelFont(font(Font.ITALIC, 12));
    marker.setLabelPaint(Palette.INK);
    marker.setLabelAnchor(RectangleAnchor.TOP);
    marker.setLabelTextAnchor(TextAnchor.TOP_CENTER);
    return marker;
  }

  /** Returns a dashed line at a value. */
  public static ValueMarker line(double value, String label) {
    BasicStroke dashes = new BasicStroke(
        THIN, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 1, new float[] {6, 4}, 0);
    ValueMarker marker = new ValueMarker(value, Palette.MARK, dashes);
    marker.setLabel(label);
    marker.setLabelFont(font(Font.PLAIN, 12));
    marker.setLabelPaint(Palette.INK);
    marker.setLabelBackgroundColor(Palette.PAPER);
    marker.setLabelAnchor(RectangleAnchor.TOP_RIGHT);
    marker.setLabelTextAnchor(TextAnchor.BOTTOM_RIGHT);
    return marker;
  }

  /** Returns a chart with its title above and its legend below. */
  public static JFreeChart chart(String title, XYPlot plot) {
    JFreeChart chart = new JFreeChart(null, font(Font.BOLD, 16), plot, false);
    TextTitle heading = new TextTitle(title, font(Font.BOLD, 16));
    heading.setPaint(Palette.INK);
    heading.setPadding(new RectangleInsets(0, 0, 10, 0));
    heading.setHorizontalAlignment(HorizontalAlignment.LEFT);
    chart.setTitle(heading);
    LegendTitle legend = new LegendTitle(plot);
    legend.setItemFont(font(Font.PLAIN, 13));
    legend.setItemPaint(Palette.INK);
    legend.setFrame(BlockBorder.NONE);
    legend.setPosition(RectangleEdge.BOTTOM);
    chart.addLegend(legend);
    chart.setBackgroundPaint(Palette.PAPER);
    chart.setPadding(new RectangleInsets(12, 12, 8, 16));
    return chart;
  }

  private static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }
}
