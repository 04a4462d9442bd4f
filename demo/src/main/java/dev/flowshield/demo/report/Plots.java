package dev.flowshield.demo.report;

import dev.flowshield.demo.result.Comparison;
import dev.flowshield.demo.result.Outcome;
import dev.flowshield.demo.result.Results;
import dev.flowshield.demo.result.Second;
import dev.flowshield.demo.traffic.Schedule;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.IntervalMarker;
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

/**
 * Draws the runs of a comparison over time: a point for each second of traffic, the spike shaded.
 */
final class Plots {

  private static final Color[] COLOURS = {Palette.BARE, Palette.SHIELDED};
  private static final Shape[] SHAPES = {
    new Rectangle2D.Double(-4, -4, 8, 8), new Ellipse2D.Double(-4.5, -4.5, 9, 9)
  };
  private static final int SCALE = 2;
  private static final float THICK = 2.6f;
  private static final float THIN = 1.4f;

  private final Comparison comparison;
  private final Duration deadline;

  Plots(Comparison comparison, Duration deadline) {
    this.comparison = comparison;
    this.deadline = deadline;
  }

  /** Both plots beside each other, sized in points of the page and drawn finer than that. */
  BufferedImage picture(int width, int height) {
    BufferedImage image =
        new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.scale(SCALE, SCALE);
    servedInTime().draw(graphics, new Rectangle2D.Double(0, 0, width / 2.0, height));
    latency().draw(graphics, new Rectangle2D.Double(width / 2.0, 0, width / 2.0, height));
    graphics.dispose();
    return image;
  }

  /** Requests served in time in each second. */
  private JFreeChart servedInTime() {
    NumberAxis axis = new NumberAxis("requests a second");
    int capacity = comparison.capacityPerSecond();
    axis.setRange(0, capacity * 1.25);
    axis.setTickUnit(new NumberTickUnit(capacity / 4.0));
    XYPlot plot = plot(axis, second -> second.tally().of(Outcome.IN_TIME));
    String label = "what the server can do: " + capacity;
    plot.addRangeMarker(line(capacity, label), Layer.FOREGROUND);
    return chart("Requests served in time", plot);
  }

  /** The 99th percentile of the latencies of served requests in each second. */
  private JFreeChart latency() {
    LogAxis axis = new LogAxis("milliseconds, logarithmic");
    axis.setRange(10, 20_000);
    DecimalFormat whole = new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT));
    axis.setTickUnit(new NumberTickUnit(1)); // each power of ten
    axis.setNumberFormatOverride(whole);
    XYPlot plot = plot(
        axis, second -> second.served().isEmpty() ? Double.NaN : second.served().millis(99));
    plot.addRangeMarker(
        line((double) deadline.toMillis(), "in time up to " + deadline.toMillis() + " ms"),
        Layer.FOREGROUND);
    return chart("Latency of served requests, 99th percentile", plot);
  }

  private XYPlot plot(ValueAxis range, ToDoubleFunction<Second> value) {
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer();
    renderer.setDrawSeriesLineAsPath(true);
    for (int i = 0; i < comparison.runs().size(); i++) {
      Results run = comparison.runs().get(i);
      XYSeries series = new XYSeries(run.name());
      run.seconds()
          .forEach(second -> series.add(second.number() - 0.5, value.applyAsDouble(second)));
      data.addSeries(series);
      renderer.setSeriesPaint(i, COLOURS[i % COLOURS.length]);
      renderer.setSeriesShape(i, SHAPES[i % SHAPES.length]);
      renderer.setSeriesStroke(
          i, new BasicStroke(THICK, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    }
    NumberAxis domain = new NumberAxis("seconds since the start");
    domain.setRange(0, comparison.runs().get(0).length());
    domain.setTickUnit(new NumberTickUnit(1));
    XYPlot plot = new XYPlot(data, domain, range, renderer);
    plot.setBackgroundPaint(Palette.PAPER);
    plot.setDomainGridlinesVisible(false);
    plot.setRangeGridlinePaint(Palette.FAINT);
    plot.setRangeGridlineStroke(new BasicStroke(1));
    plot.setOutlineVisible(false);
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    plot.addDomainMarker(spike(), Layer.BACKGROUND);
    for (ValueAxis axis : new ValueAxis[] {domain, range}) {
      axis.setLabelFont(font(Font.PLAIN, 13));
      axis.setTickLabelFont(font(Font.PLAIN, 12));
      axis.setLabelPaint(Palette.INK);
      axis.setTickLabelPaint(Palette.INK);
      axis.setAxisLinePaint(Palette.MARK);
    }
    return plot;
  }

  private IntervalMarker spike() {
    Schedule schedule = comparison.runs().get(0).schedule();
    IntervalMarker marker = new IntervalMarker(
        schedule.startNanos(comparison.spike()) / 1e9,
        schedule.endNanos(comparison.spike()) / 1e9,
        Palette.SPIKE);
    marker.setAlpha(1);
    marker.setLabel(comparison.spike().name());
    marker.setLabelBackgroundColor(Palette.SPIKE);
    marker.setLabelFont(font(Font.ITALIC, 12));
    marker.setLabelPaint(Palette.INK);
    marker.setLabelAnchor(RectangleAnchor.TOP);
    marker.setLabelTextAnchor(TextAnchor.TOP_CENTER);
    return marker;
  }

  private static ValueMarker line(double value, String label) {
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

  private static JFreeChart chart(String title, XYPlot plot) {
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
