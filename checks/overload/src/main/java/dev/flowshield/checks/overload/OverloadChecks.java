package dev.flowshield.checks.overload;

import dev.flowshield.checks.overload.peers.Contender;
import dev.flowshield.checks.overload.peers.Contenders;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Scenarios;
import dev.flowshield.checks.overload.simulation.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** Runs scenarios with protections, and prints what comes of it. */
public final class OverloadChecks {

  private OverloadChecks() {}

  /**
   * Runs them.
   *
   * @param args a regular expression for the names of scenarios; one for those of protections; the
   *     first seed; how many seeds
   */
  public static void main(String[] args) {
    Predicate<String> scenarios = Pattern.compile(args[0]).asMatchPredicate();
    Predicate<String> protections = Pattern.compile(args[1]).asMatchPredicate();
    long seed = Long.parseLong(args[2]);
    int seeds = Integer.parseInt(args[3]);
    List<Contender> contenders = Contenders.all().stream()
        .filter(contender -> protections.test(contender.name()))
        .toList();
    for (Scenario scenario : Scenarios.all()) {
      if (scenarios.test(scenario.name())) {
        List<Simulation> simulations = LongStream.range(seed, seed + seeds)
            .parallel()
            .mapToObj(one -> new Simulation(scenario, one))
            .toList();
        for (Contender contender : contenders) {
          System.out.println(scenario + " " + contender + " "
              + new ArrayList<>(simulations.stream()
                  .parallel()
                  .map(s -> {
                    long t = System.nanoTime();
                    var r = s.run(contender.create().apply(scenario));
                    return (System.nanoTime() - t) / 1000000 + " ms " + r;
                  })
                  .toList()));
        }
      }
    }
  }
}
