package dev.flowshield.checks.overload;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.peers.Contender;
import dev.flowshield.checks.overload.peers.Contenders;
import dev.flowshield.checks.overload.plot.Plots;
import dev.flowshield.checks.overload.report.HarmTable;
import dev.flowshield.checks.overload.report.Losses;
import dev.flowshield.checks.overload.report.Summary;
import dev.flowshield.checks.overload.report.Table;
import dev.flowshield.checks.overload.report.Trial;
import dev.flowshield.checks.overload.scenario.HarmlessScenarios;
import dev.flowshield.checks.overload.scenario.RandomScenarios;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Scenarios;
import dev.flowshield.checks.overload.simulation.Simulation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
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
   *     from the first seed and named R; the directory of the plots, or "none"; how many random
   *     ones that are harmless, named Q
   */
  public static void main(String[] args) {
    Predicate<String> names = Pattern.compile(args[0]).asMatchPredicate();
    Predicate<String> protections = Pattern.compile(args[1]).asMatchPredicate();
    long seed = Long.parseLong(args[2]);
    List<Contender> contenders = Contenders.all().stream()
        .filter(contender -> protections.test(contender.name()))
        .toList();
    OverloadChecks checks = new OverloadChecks(contenders, seed, Integer.parseInt(args[3]));
    List<Trial> trials = checks.overload(named(
        names,
        Scenarios.all().stream(),
        RandomScenarios.of(seed, Integer.parseInt(args[4])).stream()));
    checks.harmless(named(
        names,
        HarmlessScenarios.written().stream(),
        HarmlessScenarios.of(seed, Integer.parseInt(args[6])).stream()));
    if (!args[5].equals("none")) {
      draw(new Plots(Path.of(args[5])), trials, seed);
    }
  }

  private static List<Scenario> named(
      Predicate<String> names, Stream<Scenario> written, Stream<Scenario> drawn) {
    return Stream.concat(written, drawn)
        .filter(scenario -> names.test(scenario.name()))
        .toList();
  }

  private static void draw(Plots plots, List<Trial> trials, long seed) {
    plots.overTime(Scenarios.named("S2"), seed);
    List<Trial> random =
        trials.stream().filter(trial -> trial.scenario().startsWith("R")).toList();
    if (!random.isEmpty()) {
      plots.atRandom(random);
    }
  }

  private List<Trial> overload(List<Scenario> scenarios) {
    if (scenarios.isEmpty()) {
      return List.of();
    }
    Table table = new Table();
    List<Trial> all = print(scenarios, table.head(), table::row);
    new Summary(all).rows().forEach(System.out::println);
    System.out.println();
    new Losses("flowshield", all, scenarios).rows().forEach(System.out::println);
    return all;
  }

  private void harmless(List<Scenario> scenarios) {
    if (!scenarios.isEmpty()) {
      HarmTable table = new HarmTable();
      List<Trial> all = print(scenarios, table.head(), table::row);
      table.summary(all).forEach(System.out::println);
    }
  }

  private List<Trial> print(List<Scenario> scenarios, String head, Function<Trial, String> row) {
    System.out.println(head);
    List<Trial> all = new ArrayList<>();
    scenarios.parallelStream().map(this::trials).forEachOrdered(trials -> {
      trials.forEach(trial -> System.out.println(row.apply(trial)));
      all.addAll(trials);
    });
    System.out.println();
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
