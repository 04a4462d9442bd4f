package dev.flowshield.checks.overload;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.peers.Contender;
import dev.flowshield.checks.overload.peers.Contenders;
import dev.flowshield.checks.overload.plot.Plots;
import dev.flowshield.checks.overload.report.Losses;
import dev.flowshield.checks.overload.report.Summary;
import dev.flowshield.checks.overload.report.Table;
import dev.flowshield.checks.overload.report.Trial;
import dev.flowshield.checks.overload.scenario.RandomScenarios;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Scenarios;
import dev.flowshield.checks.overload.simulation.Simulation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Runs scenarios with protections, and prints a row for each pair of them: the mean over the seeds.
 */
public final class OverloadChecks {

  private final List<Contender> contenders;
  private final long seed;
  private final int seeds;

  private OverloadChecks(List<Contender> contenders, long seed, int seeds) {
    this.contenders = contenders;
    this.seed = seed;
    this.seeds = seeds;
  }

  /**
   * Runs them.
   *
   * @param args a regular expression for the names of scenarios; one for those of protections; the
   *     first seed; how many seeds; how many random scenarios there are beside those by hand, drawn
   *     from the first seed and named R; the directory of the plots, or "none"
   */
  public static void main(String[] args) {
    Predicate<String> scenarios = Pattern.compile(args[0]).asMatchPredicate();
    Predicate<String> protections = Pattern.compile(args[1]).asMatchPredicate();
    long seed = Long.parseLong(args[2]);
    int random = Integer.parseInt(args[4]);
    List<Contender> contenders = Contenders.all().stream()
        .filter(contender -> protections.test(contender.name()))
        .toList();
    List<Trial> trials = new OverloadChecks(contenders, seed, Integer.parseInt(args[3]))
        .print(Stream.concat(Scenarios.all().stream(), RandomScenarios.of(seed, random).stream())
            .filter(scenario -> scenarios.test(scenario.name()))
            .toList());
    if (!args[5].equals("none")) {
      draw(new Plots(Path.of(args[5])), trials, seed);
    }
  }

  private static void draw(Plots plots, List<Trial> trials, long seed) {
    plots.overTime(Scenarios.named("S2"), seed);
    List<Trial> random =
        trials.stream().filter(trial -> trial.scenario().startsWith("R")).toList();
    if (!random.isEmpty()) {
      plots.atRandom(random);
    }
  }

  private List<Trial> print(List<Scenario> scenarios) {
    Table table = new Table();
    System.out.println(table.head());
    List<Trial> all = new ArrayList<>();
    scenarios.parallelStream().map(this::trials).forEachOrdered(trials -> {
      trials.forEach(trial -> System.out.println(table.row(trial)));
      all.addAll(trials);
    });
    System.out.println();
    new Summary(all).rows().forEach(System.out::println);
    System.out.println();
    new Losses("flowshield", all, scenarios).rows().forEach(System.out::println);
    return all;
  }

  private List<Trial> trials(Scenario scenario) {
    List<Simulation> simulations = LongStream.range(seed, seed + seeds)
        .parallel()
        .mapToObj(one -> new Simulation(scenario, one))
        .toList();
    return contenders.stream()
        .map(contender ->
            new Trial(scenario.name(), contender.name(), results(simulations, contender)))
        .toList();
  }

  private static List<Result> results(List<Simulation> simulations, Contender contender) {
    return simulations.parallelStream()
        .map(simulation -> simulation.run(contender.create().apply(simulation.scenario())))
        .toList();
  }
}
