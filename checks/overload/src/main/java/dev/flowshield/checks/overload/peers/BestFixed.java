package dev.flowshield.checks.overload.peers;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.simulation.Simulation;
import dev.flowshield.engine.overload.InFlight;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/** The fixed limit that an operator would choose after trying several. */
final class BestFixed {

  private static final double[] MULTIPLES = {1, 1.5, 2, 3, 4, 6, 8, 12, 20};
  private static final double AS_GOOD = .99;
  private static final long SEED = 0;

  private BestFixed() {}

  /** Returns the lowest limit whose goodput is almost that of the best. */
  static int of(Scenario scenario) {
    Simulation simulation = new Simulation(scenario, SEED);
    Map<Integer, Double> goodput = new TreeMap<>();
    DoubleStream.of(MULTIPLES)
        .mapToInt(multiple -> (int) Math.ceil(multiple * scenario.inFlight()))
        .forEach(limit -> goodput.computeIfAbsent(limit, one -> goodput(simulation, one)));
    double best = goodput.values().stream().mapToDouble(each -> each).max().orElseThrow();
    return goodput.entrySet().stream()
        .filter(each -> each.getValue() >= AS_GOOD * best)
        .mapToInt(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  private static double goodput(Simulation simulation, int limit) {
    Result result = simulation.run(new GateProtection(new InFlight(limit, false)));
    return result.goodput();
  }
}
