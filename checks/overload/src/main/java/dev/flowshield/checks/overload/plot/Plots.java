package dev.flowshield.checks.overload.plot;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.measure.Second;
import dev.flowshield.checks.overload.peers.Contender;
import dev.flowshield.checks.overload.peers.Contenders;
import dev.flowshield.checks.overload.report.Summary;
import dev.flowshield.checks.overload.report.Trial;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Span;
import dev.flowshield.checks.overload.simulation.Simulation;
import java.awt.geom.Point2D;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.XYPlot;

/** A writer of plots, each for light pages and for dark pages. */
public final class Plots {

  private static final int WIDTH = 860;
  private static final Set<Style> OVER_TIME =
      EnumSet.of(Style.FLOWSHIELD, Style.NONE, Style.VEGAS, Style.GRADIENT, Style.BULKHEAD);
  private static final List<Palette> PALETTES = List.of(Palette.LIGHT, Palette.DARK);

  private final Path directory;

  /** Creates plots in an existing directory. */
  public Plots(Path directory) {
    this.directory = directory;
  }

  /**
   * Plots the offered requests, the requests served in time and their latency for each second, in a
   * scenario with an overload: {@code overload-over-time}.
   */
  public void overTime(Scenario scenario, long seed) {
    Simulation simulation = new Simulation(scenario, seed);
    Map<Style, Result> results = new EnumMap<>(Style.class);
    for (Style style : OVER_TIME) {
      results.put(style, simulation.run(contender(style).create().apply(scenario)));
    }
    for (Palette palette : PALETTES) {
      write("overload-over-time", palette, overTime(new Drawing(palette), scenario, results), 760);
    }
  }

  private static Contender contender(Style style) {
    return Contenders.all().stream()
        .filter(each -> each.name().equals(style.protection()))
        .findFirst()
        .orElseThrow();
  }

  private static JFreeChart overTime(
      Drawing drawing, Scenario scenario, Map<Style, Result> results) {
    double capacity = scenario.server().nominalCapacity() * Span.SECOND;
    NumberAxis time = drawing.axis("seconds", 0, (double) scenario.end() / Span.SECOND);
    time.setTickUnit(new NumberTickUnit(5));

    Result any = results.values().iterator().next();
    XYPlot offered = drawing.plot(
        axis(drawing, "offered a second", 11 * capacity, 5 * capacity),
        line(any, Second::offered),
        drawing.palette().ink());
    XYPlot good = drawing.plot(
        axis(drawing, "in time a second", 1.3 * capacity, capacity / 2),
        lines(results, result -> line(result, Second::good)));
    drawing.level(good, capacity, "what the server can do: " + Math.round(capacity));
    XYPlot slow =
        drawing.plot(logarithmic(drawing), lines(results, result -> line(result, Second::p99)));
    drawing.level(
        slow,
        (double) scenario.traffic().deadlineNanos() / Span.MILLISECOND,
        "in time up to " + scenario.traffic().deadlineNanos() / Span.MILLISECOND + " ms");

    drawing.hideInLegend(slow);
    CombinedDomainXYPlot all = new CombinedDomainXYPlot(time);
    all.setGap(16);
    all.add(offered, 2);
    all.add(good, 4);
    all.add(slow, 4);
    for (XYPlot each : List.of(offered, good, slow)) {
      drawing.shade(
          each,
          (double) scenario.overload().from() / Span.SECOND,
          (double) scenario.overload().to() / Span.SECOND);
    }
    return drawing.chart("Ten times what the server can do, for 20 seconds", all);
  }

  private static NumberAxis axis(Drawing drawing, String label, double to, double step) {
    NumberAxis axis = drawing.axis(label, 0, to);
    axis.setTickUnit(new NumberTickUnit(step));
    axis.setNumberFormatOverride(whole());
    return axis;
  }

  private static LogAxis logarithmic(Drawing drawing) {
    LogAxis axis = new LogAxis("p99, ms, logarithmic");
    axis.setRange(10, 50_000);
    axis.setTickUnit(new NumberTickUnit(1)); // each power of ten
    axis.setNumberFormatOverride(whole());
    drawing.style(axis);
    return axis;
  }

  private static DecimalFormat whole() {
    return new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT));
  }

  private static <T> Map<Style, List<Point2D>> lines(
      Map<Style, T> values, Function<T, List<Point2D>> line) {
    Map<Style, List<Point2D>> lines = new EnumMap<>(Style.class);
    values.forEach((style, value) -> lines.put(style, line.apply(value)));
    return lines;
  }

  private static List<Point2D> line(Result result, ToDoubleFunction<Second> number) {
    return IntStream.range(0, result.seconds().size())
        .mapToObj(
            second -> point(second + .5, number.applyAsDouble(result.seconds().get(second))))
        .toList();
  }

  private static Point2D point(double x, double y) {
    return new Point2D.Double(x, y);
  }

  /**
   * Plots goodput relative to the best of each scenario, the worst scenarios first, a line for each
   * protection: {@code overload-at-random}.
   */
  public void atRandom(List<Trial> trials) {
    Summary summary = new Summary(trials);
    Map<Style, double[]> sorted = new EnumMap<>(Style.class);
    for (Style style : Style.values()) {
      double[] relative = trials.stream()
          .filter(trial -> trial.protection().equals(style.protection()))
          .mapToDouble(summary::relative)
          .sorted()
          .toArray();
      if (relative.length > 0) {
        sorted.put(style, relative);
      }
    }
    for (Palette palette : PALETTES) {
      write("overload-at-random", palette, atRandom(new Drawing(palette), sorted), 520);
    }
  }

  private static JFreeChart atRandom(Drawing drawing, Map<Style, double[]> sorted) {
    NumberAxis share = drawing.axis("part of the best goodput of the scenario", 0, 1.02);
    share.setTickUnit(new NumberTickUnit(.2));
    XYPlot plot = drawing.plot(share, lines(sorted, Plots::line));
    int scenarios = sorted.values().iterator().next().length;
    NumberAxis domain = drawing.axis("scenarios, worst first, %", 0, 100);
    domain.setTickUnit(new NumberTickUnit(10));
    plot.setDomainAxis(domain);
    return drawing.chart(scenarios + " scenarios drawn at random", plot);
  }

  private static List<Point2D> line(double[] sorted) {
    return IntStream.range(0, sorted.length)
        .mapToObj(i -> point(100 * (i + .5) / sorted.length, sorted[i]))
        .toList();
  }

  private void write(String name, Palette palette, JFreeChart chart, int height) {
    Svg.write(chart, WIDTH, height, directory.resolve(name + "-" + palette.name() + ".svg"));
  }
}
