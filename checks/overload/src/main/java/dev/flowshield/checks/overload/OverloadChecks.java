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
import dev.flowshield.checks.overload.scenario.RandomSharingScenarios;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Scenarios;
import dev.flowshield.checks.overload.scenario.SharingScenarios;
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
 * A program that runs scenarios with protections. It prints the mean over the seeds for each pair.
 */
public final class OverloadChecks {

  private final Predicate<String> names;
  private final Predicate<String> protections;
  private final long seed;
  private final int seeds;

  private OverloadChecks(String names, String protections, long seed, int seeds) {
    this.names = Pattern.compile(names).asMatchPredicate();
    this.protections = Pattern.compile(protections).asMatchPredicate();
    this.seed = seed;
    this.seeds = seeds;
  }

  /**
   * Runs the scenarios.
   *
   * @param args a regular expression for the names of scenarios; one for the names of protections;
   *     the first seed; the number of seeds; the directory of the plots, or "none"; then four
   *     numbers of random scenarios, drawn from the first seed: with a spike (named R), harmless
   *     (Q), with a spike at shared processors (U), and the same with cold code (V)
   */
  public static void main(String[] args) {
    long seed = Long.parseLong(args[2]);
    OverloadChecks checks = new OverloadChecks(args[0], args[1], seed, Integer.parseInt(args[3]));
    int[] random = Stream.of(args).skip(5).mapToInt(Integer::parseInt).toArray();
    List<Trial> trials =
        checks.overload(Contenders.all(), Scenarios.all(), RandomScenarios.of(seed, random[0]));
    List<Contender> more = Contenders.withBestFixed();
    checks.overload(more, SharingScenarios.all(), List.of());
    checks.overload(more, List.of(), RandomSharingScenarios.of(seed, random[2], false));
    checks.overload(more, List.of(), RandomSharingScenarios.of(seed, random[3], true));
    checks.harmless(HarmlessScenarios.written(), HarmlessScenarios.of(seed, random[1]));
    if (!args[4].equals("none")) {
      draw(new Plots(Path.of(args[4])), trials, seed);
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

  private List<Trial> overload(
      List<Contender> contenders, List<Scenario> written, List<Scenario> drawn) {
    List<Scenario> scenarios = wanted(written, drawn);
    if (scenarios.isEmpty()) {
      return List.of();
    }
    Table table = new Table();
    List<Trial> all = print(scenarios, contenders, table.head(), table::row);
    new Summary(all).rows().forEach(System.out::println);
    System.out.println();
    new Losses("flowshield", all, scenarios).rows().forEach(System.out::println);
    return all;
  }

  private void harmless(List<Scenario> written, List<Scenario> drawn) {
    List<Scenario> scenarios = wanted(written, drawn);
    if (!scenarios.isEmpty()) {
      HarmTable table = new HarmTable();
      List<Trial> all = print(scenarios, Contenders.all(), table.head(), table::row);
      table.summary(all).forEach(System.out::println);
    }
  }

  private List<Scenario> wanted(List<Scenario> written, List<Scenario> drawn) {
    return Stream.concat(written.stream(), drawn.stream())
        .filter(scenario -> names.test(scenario.name()))
        .toList();
  }

  private List<Trial> print(
      List<Scenario> scenarios,
      List<Contender> contenders,
      String head,
      Function<Trial, String> row) {
    List<Contender> wanted = contenders.stream()
        .filter(contender -> protections.test(contender.name()))
        .toList();
    System.out.println(head);
    List<Trial> all = new ArrayList<>();
    scenarios.parallelStream().map(scenario -> trials(scenario, wanted)).forEachOrdered(trials -> {
      trials.forEach(trial -> System.out.println(row.apply(trial)));
      all.addAll(trials);
    });
    System.out.println();
    return all;
  }

  private List<Trial> trials(Scenario scenario, List<Contender> contenders) {
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
