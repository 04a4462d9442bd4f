package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;
import static dev.flowshield.checks.overload.scenario.Span.MILLISECOND;

import dev.flowshield.checks.overload.scenario.Population.Group;
import java.util.List;
import java.util.stream.Stream;

/** The written scenarios, by topic. */
public final class Scenarios {

  private Scenarios() {}

  /** Returns all scenarios. */
  public static List<Scenario> all() {
    return Stream.of(
            spikes(), changesAndQuirks(), hangsAndMixes(), longOnes(), classes(), clients())
        .flatMap(List::stream)
        .map(ScenarioBuilder::build)
        .toList();
  }

  /**
   * Returns the scenario with the given name.
   *
   * @throws IllegalArgumentException if there is no such scenario
   */
  public static Scenario named(String name) {
    return all().stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("name must be one of " + all() + ", got " + name));
  }

  /** Creates loads far above the capacity, for several kinds of work and sizes of servers. */
  private static List<ScenarioBuilder> spikes() {
    return List.of(
        scenario("S1").service(constant(10)).overload(10),
        scenario("S2").overload(10),
        scenario("S3").service(bimodal(.1)).overload(10),
        scenario("S4").service(lognormal(10)).overload(10),
        scenario("S5").workers(2).overload(10),
        scenario("S6").workers(64).overload(10),
        scenario("S7").io(90).overload(3).deadline(1000),
        scenario("S8").overload(20, 110, 1.3).end(130),
        scenario("S13").base(.7).overload(20, 30, 3).retries(3).deadline(250),
        scenario("S14")
            .base(.3)
            .ramp(10, 40, 3)
            .ramp(40, 70, .3)
            .overloaded(17.8, 62.2)
            .end(80),
        scenario("S15").contention(.05).overload(10),
        scenario("S16").workers(2).service(exponential(100)).overload(5).deadline(2000),
        scenario("S17").failFast(14, 20).overload(3),
        scenario("S18").rejectionCost(.02).overload(10));
  }

  /**
   * Creates scenarios that resemble an overload without being one, and overloads that do not
   * resemble one.
   */
  private static List<ScenarioBuilder> changesAndQuirks() {
    return List.of(
        scenario("S9").base(.8).workersFrom(20, 4).workersFrom(40, 8),
        scenario("S10")
            .base(.25)
            .serviceFrom(20, exponential(30))
            .overloaded(20, 60)
            .withinCapacity(),
        scenario("S11").base(.8).randomPauses().overloaded(10, 60).withinCapacity(),
        scenario("S12").base(.9).overloaded(10, 60).withinCapacity(),
        scenario("S20").workers(64).io(90).base(.02).overload(.8).withinCapacity(),
        scenario("S21").container(12).overload(10),
        scenario("S23").container(12).service(exponential(100)).overload(10).deadline(2000),
        scenario("S25").workers(2).container(2).base(.9).overloaded(10, 60).withinCapacity(),
        scenario("S24").container(12).base(.9).overloaded(10, 60).withinCapacity(),
        scenario("S22").container(12).base(.7).pause(8, 8.2).overload(3));
  }

  private static List<ScenarioBuilder> hangsAndMixes() {
    double slower = mean(bimodal(.1)) / mean(bimodal(.5));
    return List.of(
        scenario("H1").hang(20, 25).overloaded(20, 25).measured(20, 40),
        scenario("H2").io(90).hang(20, 25).overloaded(20, 25).measured(20, 40),
        scenario("M1")
            .service(bimodal(.1))
            .serviceFrom(20, bimodal(.5))
            .base(.9)
            .loadFrom(20, .9 * slower)
            .overloaded(20, 60)
            .withinCapacity(),
        scenario("M2")
            .service(bimodal(.1))
            .serviceFrom(20, bimodal(.5))
            .base(.9)
            .loadFrom(20, 2 * slower)
            .loadFrom(40, .9 * slower));
  }

  private static List<ScenarioBuilder> longOnes() {
    return List.of(
        scenario("D1").overload(20, 620, 1.2).end(640),
        scenario("D2").service(bimodal(.1)).overload(20, 620, 1.05).end(640),
        scenario("D3").serviceFrom(40, exponential(30)).overload(20, 60, 3).end(60),
        // In multiples of the capacity for slow work: like D3, with the fast work last.
        scenario("D4")
            .service(exponential(30))
            .serviceFrom(40, exponential(10))
            .overload(20, 60, 9)
            .end(80),
        scenario("D5").workers(4).workersFrom(40, 16).overload(20, 60, 5).end(80),
        scenario("D6").coldStart(3).overloaded(0, 20).loadFrom(20, .5).end(40),
        squareWave(),
        scenario("D9").coldStart(2).overloaded(0, 60),
        scenario("D10").warmUp(5, 3).overloaded(0, 5).measured(0, 20).end(40),
        scenario("D11").warmUp(10, 3).overloaded(0, 7).measured(0, 20).end(40));
  }

  private static ScenarioBuilder squareWave() {
    ScenarioBuilder wave = scenario("D7").overloaded(20, 60).end(80);
    for (int instant = 20; instant < 60; instant += 4) {
      wave.loadFrom(instant, 3).loadFrom(instant + 2, .5);
    }
    return wave;
  }

  private static List<ScenarioBuilder> classes() {
    return List.of(
        scenario("P1").classes(.8, .15, .05).overload(10),
        scenario("P2").classes(.8, .15, .05).overload(1.5),
        scenario("P3").classes(.7, .2, .1).io(90).overload(3).deadline(1000),
        scenario("P4").container(12).classes(.8, .15, .05).overload(10));
  }

  private static List<ScenarioBuilder> clients() {
    return List.of(
        scenario("F1").victimsAndAbusers(20, .02, 1, 9.6),
        scenario("F2").victimsAndAbusers(20, .02, 1, 1),
        scenario("F3").clients(Group.equal(1, 1, Population.DEFAULT)).overload(10),
        scenario("F4").clients(Group.equal(100, 1, Population.DEFAULT)).overload(3),
        scenario("F5").victimsAndAbusers(20, .02, 10, 9.6),
        scenario("F6").workers(64).victimsAndAbusers(200, .002, 1, 9.6),
        scenario("F7").workers(16).victimsAndAbusers(100, .004, 5, 9.6),
        scenario("F9").container(12).victimsAndAbusers(20, .02, 1, 9.6),
        scenario("F8").clients(new Group(200, 1, 1, Population.DEFAULT, false)).overload(5));
  }

  private static ServiceTime constant(double millis) {
    return new ServiceTime.Constant(millis * MILLISECOND);
  }

  private static ServiceTime exponential(double millis) {
    return new ServiceTime.Exponential(millis * MILLISECOND);
  }

  private static ServiceTime bimodal(double shareOfSlow) {
    return new ServiceTime.Bimodal(5 * MILLISECOND, 55 * MILLISECOND, shareOfSlow);
  }

  private static ServiceTime lognormal(double millis) {
    return new ServiceTime.Lognormal(millis * MILLISECOND, 1.5);
  }

  private static double mean(ServiceTime time) {
    return time.mean();
  }
}
