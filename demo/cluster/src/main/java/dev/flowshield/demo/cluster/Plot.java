package dev.flowshield.demo.cluster;

import dev.flowshield.demo.report.ChartStyle;
import dev.flowshield.demo.report.Palette;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import javax.imageio.ImageIO;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.Layer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** A plot of the admitted requests in each second, in total and by instance, and of the limit. */
record Plot(Scenario scenario, Observed alone, Observed together) {

  private static final int WIDTH = 1100;
  private static final int HEIGHT = 520;
  private static final int SCALE = 2;
  private static final float THICK = 2.8f;
  private static final float THIN = 1.3f;

  /**
   * The colours of the instances, which can be told apart with any colour vision (Okabe and Ito).
   */
  private static final Color[] INSTANCES = {
    new Color(0x009E73), new Color(0x56B4E9), new Color(0xCC79A7), new Color(0xE69F00)
  };

  /** Writes the plot, and returns a sentence with its location. */
  String write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve("flowshield-cluster.png").toAbsolutePath().normalize();
    try {
      ImageIO.write(picture(), "png", file.toFile());
    } catch (RuntimeException | LinkageError | InternalError noFonts) {
      // The Java runtime may lack the libraries or the fonts for drawing.
      return "No plot, as this Java runtime cannot draw: " + noFonts;
    }
    return "Plot: " + file;
  }

  private BufferedImage picture() {
    BufferedImage image =
        new BufferedImage(WIDTH * SCALE, HEIGHT * SCALE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.scale(SCALE, SCALE);
    chart().draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
    graphics.dispose();
    return image;
  }

  private JFreeChart chart() {
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setDrawSeriesLineAsPath(true);
    add(data, renderer, "all, each for itself", Palette.BARE, THICK, alone, Count::admittedByAll);
    add(
        data,
        renderer,
        "all, with the store",
        Palette.SHIELDED,
        THICK,
        together,
        Count::admittedByAll);
    for (int i = 0; i < scenario.instances(); i++) {
      int instance = i;
      String name =
          "#" + (i + 1) + (i == 0 ? ", " + scenario.firstPercent() + " % of traffic" : "");
      Color colour = INSTANCES[i % INSTANCES.length];
      add(
          data,
          renderer,
          name,
          colour,
          THIN,
          together,
          count -> count.admitted().get(instance));
    }
    NumberAxis domain = new NumberAxis("seconds since the start");
    domain.setRange(0, together.seconds());
    domain.setTickUnit(new NumberTickUnit(2));
    NumberAxis range = new NumberAxis("admitted in each second");
    range.setRange(0, scenario.rate() * (scenario.instances() + 0.8));
    range.setTickUnit(new NumberTickUnit(scenario.rate()));
    XYPlot plot = new XYPlot(data, domain, range, renderer);
    ChartStyle.apply(plot);
    mark(plot);
    return ChartStyle.chart(
        scenario.instances() + " instances with the limit " + scenario.limit(), plot);
  }

  private void mark(XYPlot plot) {
    Timeline timeline = together.timeline();
    plot.addDomainMarker(
        ChartStyle.span(
            timeline.killed() / 1e9, timeline.started() / 1e9, Palette.SPIKE, "store killed"),
        Layer.BACKGROUND);
    plot.addDomainMarker(
        ChartStyle.span(
            timeline.started() / 1e9, timeline.allBack() / 1e9, Palette.FAINT, "up, empty"),
        Layer.BACKGROUND);
    plot.addRangeMarker(ChartStyle.line(scenario.rate(), "the limit"), Layer.FOREGROUND);
  }

  private static void add(
      XYSeriesCollection data,
      XYLineAndShapeRenderer renderer,
      String name,
      Color colour,
      float width,
      Observed run,
      ToIntFunction<Count> value) {
    XYSeries series = new XYSeries(name);
    for (int second = 1; second <= run.seconds(); second++) {
      series.add(second - 0.5, value.applyAsInt(run.second(second)));
    }
    renderer.setSeriesPaint(data.getSeriesCount(), colour);
    renderer.setSeriesStroke(data.getSeriesCount(), ChartStyle.stroke(width));
    data.addSeries(series);
  }
}
