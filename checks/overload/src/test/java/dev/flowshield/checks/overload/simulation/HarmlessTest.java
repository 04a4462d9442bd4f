package dev.flowshield.checks.overload.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.checks.overload.measure.Harm;
import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.scenario.HarmlessScenarios;
import dev.flowshield.checks.overload.scenario.Load;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.ServerModel;
import dev.flowshield.checks.overload.scenario.Span;
import dev.flowshield.checks.overload.scenario.Timeline;
import dev.flowshield.checks.overload.scenario.Traffic;
import dev.flowshield.engine.overload.Outcome;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks that harmless scenarios do no harm to a server without protection. */
class HarmlessTest {

  private static final long SEED = 1;
  private static final int MOST_OPEN = 1200;
  private static final int MORE_THAN_ARE_WANTED = 10_000;

  static Stream<Scenario> all() {
    return Stream.concat(
        HarmlessScenarios.written().stream(), HarmlessScenarios.of(1, 100).stream());
  }

  @ParameterizedTest
  @MethodSource("all")
  void allIsServedAlmostAsFastAsByALargerServer(Scenario scenario) {
    Counter counter = new Counter();
    Result result = new Simulation(scenario, SEED).run(counter);
    Result unlimited = new Simulation(larger(scenario), SEED).run(new Counter());

    assertThat(result.harm()).isEqualTo(Harm.NONE);
    assertThat(counter.mostOpen).isLessThan(MOST_OPEN);
    // The queues of finite servers: usual ones at this load, and those of bunches and pauses.
    assertThat(result.p99()).isLessThan(unlimited.p99() + mostQueueMillis(scenario));
    // Work that shares processors takes 1 / (1 - load) times as long: 5 times at 80 %.
    assertThat(result.p50()).isLessThan(5 * unlimited.p50() + 1);
  }

  private static double mostQueueMillis(Scenario scenario) {
    double work = Stream.concat(
            Stream.of(scenario.server().service()),
            scenario.traffic().mix().routes().stream().map(route -> route.work()))
        .flatMap(timeline -> timeline.changes().stream())
        .mapToDouble(change -> change.value().mean())
        .max()
        .orElseThrow();
    double slowdown = scenario.server().warmUp().factor();
    return 200 + 40 * slowdown * work / Span.MILLISECOND;
  }

  private static Scenario larger(Scenario scenario) {
    ServerModel model = scenario.server();
    ServerModel larger = new ServerModel(
        Timeline.of(MORE_THAN_ARE_WANTED),
        model.service(),
        model.delayNanos(),
        model.contention(),
        model.rejectionCost(),
        0,
        model.pauses(),
        model.hasRandomPauses(),
        List.of(),
        List.of(),
        model.warmUp(),
        model.computing());
    return new Scenario(
        scenario.name(),
        larger,
        scaled(scenario.traffic(), (double) model.workers().first() / MORE_THAN_ARE_WANTED),
        scenario.overload(),
        scenario.measured(),
        true);
  }

  /** Returns the same requests, in multiples of another capacity. */
  private static Traffic scaled(Traffic traffic, double factor) {
    List<Load.Piece> pieces = traffic.load().pieces().stream()
        .map(piece ->
            new Load.Piece(piece.from(), piece.to(), factor * piece.start(), factor * piece.end()))
        .toList();
    return new Traffic(
        new Load(pieces),
        factor * traffic.base(),
        traffic.population(),
        traffic.deadlineNanos(),
        traffic.retries(),
        traffic.mix());
  }

  /** A protection that stores little, because there are millions of requests. */
  private static final class Counter implements Protection {

    private int open;
    private int mostOpen;

    @Override
    public long enter(Attempt attempt, long now) {
      mostOpen = Math.max(mostOpen, ++open);
      return 0;
    }

    @Override
    public void exit(long place, Outcome outcome, long now) {
      open--;
    }
  }
}
