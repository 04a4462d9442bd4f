package dev.flowshield.demo.report;

import dev.flowshield.demo.result.Comparison;
import dev.flowshield.demo.result.Outcome;
import dev.flowshield.demo.result.Results;
import dev.flowshield.demo.result.Second;
import dev.flowshield.demo.traffic.Schedule;
import java.awt.Color;
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
import org.jfree.chart.plot.IntervalMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.Layer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * The plots of the runs of a comparison over time: a point for each second of traffic, with the
 * spike shaded.
 */
final class Plots {

  private static final Color[] COLOURS = {Palette.BARE, Palette.SHIELDED};
  private static final Shape[] SHAPES = {
    new Rectangle2D.Double(-4, -4, 8, 8), new Ellipse2D.Double(-4.5, -4.5, 9, 9)
  };
  private static final int SCALE = 2;
  private static final float THICK = 2.6f;

  private final Comparison comparison;
  private final Duration deadline;

  Plots(Comparison comparison, Duration deadline) {
    this.comparison = comparison;
    this.deadline = deadline;
  }

  /**
   * Returns both plots side by side, sized in points of the page and drawn at a higher resolution.
   */
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

  /** Plots the requests served in time in each second. */
  private JFreeChart servedInTime() {
    NumberAxis axis = new NumberAxis("requests a second");
    int capacity = comparison.capacityPerSecond();
    axis.setRange(0, capacity * 1.25);
    axis.setTickUnit(new NumberTickUnit(capacity / 4.0));
    XYPlot plot = plot(axis, second -> second.tally().of(Outcome.IN_TIME));
    String label = "what the server can do: " + capacity;
    plot.addRangeMarker(ChartStyle.line(capacity, label), Layer.FOREGROUND);
    return ChartStyle.chart("Requests served in time", plot);
  }

  /** Plots the 99th percentile of the latencies of served requests in each second. */
  private JFreeChart latency() {
    LogAxis axis = new LogAxis("milliseconds, logarithmic");
    axis.setRange(10, 20_000);
    DecimalFormat whole = new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT));
    axis.setTickUnit(new NumberTickUnit(1)); // each power of ten
    axis.setNumberFormatOverride(whole);
    XYPlot plot = plot(
        axis, second -> second.served().isEmpty() ? Double.NaN : second.served().millis(99));
    plot.addRangeMarker(
        ChartStyle.line(
            (double) deadline.toMillis(), "in time up to " + deadline.toMillis() + " ms"),
        Layer.FOREGROUND);
    return ChartStyle.chart("Latency of served requests, 99th percentile", plot);
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
      renderer.setSeriesStroke(i, ChartStyle.stroke(THICK));
    }
    NumberAxis domain = new NumberAxis("seconds since the start");
    domain.setRange(0, comparison.runs().get(0).length());
    domain.setTickUnit(new NumberTickUnit(1));
    XYPlot plot = new XYPlot(data, domain, range, renderer);
    ChartStyle.apply(plot);
    plot.addDomainMarker(spike(), Layer.BACKGROUND);
    return plot;
  }

  private IntervalMarker spike() {
    Schedule schedule = comparison.runs().get(0).schedule();
    return ChartStyle.span(
        schedule.startNanos(comparison.spike()) / 1e9,
        schedule.endNanos(comparison.spike()) / 1e9,
        Palette.SPIKE,
        comparison.spike().name());
  }
}
