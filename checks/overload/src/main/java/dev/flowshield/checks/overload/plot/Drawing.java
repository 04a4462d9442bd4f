package dev.flowshield.checks.overload.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Point2D;
import java.util.List;
import java.util.Map;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.IntervalMarker;
import org.jfree.chart.plot.SeriesRenderingOrder;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.Layer;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** The parts of charts, in the colours of a palette. */
final class Drawing {

  private static final int SMALL = 12;
  private static final int USUAL = 13;
  private static final int LARGE = 16;

  private final Palette palette;

  Drawing(Palette palette) {
    this.palette = palette;
  }

  Palette palette() {
    return palette;
  }

  /** Returns a plot of lines, each a list of points, without a horizontal axis. */
  XYPlot plot(ValueAxis range, Map<Style, List<Point2D>> lines) {
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setDrawSeriesLineAsPath(true);
    lines.forEach((style, line) -> {
      int number = data.getSeriesCount();
      data.addSeries(series(style.title(), line));
      renderer.setSeriesPaint(number, style.color(palette));
      renderer.setSeriesStroke(number, style.stroke());
    });
    return plot(range, data, renderer);
  }

  /** Returns a plot with one line. */
  XYPlot plot(ValueAxis range, List<Point2D> line, Color color) {
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setSeriesPaint(0, color);
    renderer.setSeriesStroke(0, new BasicStroke(2));
    renderer.setDefaultSeriesVisibleInLegend(false);
    return plot(range, new XYSeriesCollection(series("", line)), renderer);
  }

  private static XYSeries series(String title, List<Point2D> line) {
    XYSeries series = new XYSeries(title);
    line.forEach(point -> series.add(point.getX(), point.getY()));
    return series;
  }

  private XYPlot plot(ValueAxis range, XYSeriesCollection data, XYLineAndShapeRenderer renderer) {
    XYPlot plot = new XYPlot(data, null, style(range), renderer);
    plot.setBackgroundPaint(palette.paper());
    plot.setDomainGridlinesVisible(false);
    plot.setRangeGridlinePaint(palette.faint());
    plot.setRangeGridlineStroke(new BasicStroke(1));
    plot.setOutlineVisible(false);
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    // The first line is drawn above the others.
    plot.setSeriesRenderingOrder(SeriesRenderingOrder.REVERSE);
    return plot;
  }

  /** Returns an axis of numbers. */
  NumberAxis axis(String label, double from, double to) {
    NumberAxis axis = new NumberAxis(label);
    axis.setRange(from, to);
    style(axis);
    return axis;
  }

  ValueAxis style(ValueAxis axis) {
    axis.setLabelFont(font(Font.PLAIN, USUAL));
    axis.setTickLabelFont(font(Font.PLAIN, SMALL));
    axis.setLabelPaint(palette.ink());
    axis.setTickLabelPaint(palette.ink());
    axis.setAxisLinePaint(palette.mark());
    axis.setTickMarkPaint(palette.mark());
    return axis;
  }

  /** Hides the lines in the legend, because another plot has the same lines. */
  void hideInLegend(XYPlot plot) {
    plot.getRenderer().setDefaultSeriesVisibleInLegend(false);
  }

  /** Shades a range. */
  void shade(XYPlot plot, double from, double to) {
    IntervalMarker marker = new IntervalMarker(from, to, palette.spike());
    marker.setAlpha(1);
    plot.addDomainMarker(marker, Layer.BACKGROUND);
  }

  /** Draws a level across the plot, with its label above its right end. */
  void level(XYPlot plot, double value, String label) {
    BasicStroke dashes = new BasicStroke(
        1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 1, new float[] {6, 4}, 0);
    ValueMarker marker = new ValueMarker(value, palette.mark(), dashes);
    marker.setLabel(label);
    marker.setLabelFont(font(Font.PLAIN, SMALL));
    marker.setLabelPaint(palette.ink());
    marker.setLabelBackgroundColor(palette.paper());
    marker.setLabelAnchor(RectangleAnchor.TOP_RIGHT);
    marker.setLabelTextAnchor(TextAnchor.BOTTOM_RIGHT);
    plot.addRangeMarker(marker, Layer.FOREGROUND);
  }

  /** Returns a chart of a plot, with its legend below. */
  JFreeChart chart(String title, XYPlot plot) {
    JFreeChart chart = new JFreeChart(null, font(Font.BOLD, LARGE), plot, false);
    TextTitle heading = new TextTitle(title, font(Font.BOLD, LARGE));
    heading.setPaint(palette.ink());
    heading.setPadding(new RectangleInsets(0, 0, 10, 0));
    heading.setHorizontalAlignment(HorizontalAlignment.LEFT);
    chart.setTitle(heading);
    LegendTitle legend = new LegendTitle(plot);
    legend.setItemFont(font(Font.PLAIN, USUAL));
    legend.setItemPaint(palette.ink());
    legend.setItemLabelPadding(new RectangleInsets(2, 4, 2, 14));
    legend.setBackgroundPaint(palette.paper());
    legend.setFrame(BlockBorder.NONE);
    legend.setPosition(RectangleEdge.BOTTOM);
    chart.addLegend(legend);
    chart.setBackgroundPaint(palette.paper());
    chart.setPadding(new RectangleInsets(12, 12, 8, 16));
    return chart;
  }

  private static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }
}
