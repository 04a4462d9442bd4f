package dev.flowshield.checks.overload.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Scenarios;
import dev.flowshield.checks.overload.simulation.Simulation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The targets of the adaptive gate, as means over seeds, with default settings. Unless stated
 * otherwise, the workers compute, and the gate sees processors.
 */
class AdaptiveGateTargetsTest {

  private static final int SEEDS = 6;
  private static final Map<String, List<Result>> RESULTS = new ConcurrentHashMap<>();

  private static List<Result> results(String scenario, boolean areIdle) {
    return RESULTS.computeIfAbsent(
        scenario + areIdle,
        name -> LongStream.rangeClosed(1, SEEDS)
            .parallel()
            .mapToObj(seed -> result(Scenarios.named(scenario), areIdle, seed))
            .toList());
  }

  private static Result result(Scenario scenario, boolean areIdle, long seed) {
    return new Simulation(areIdle ? scenario : scenario.computing(), seed)
        .run(GateProtection.finding(areIdle));
  }

  private static double mean(String scenario, ToDoubleFunction<Result> number) {
    return mean(results(scenario, false), number);
  }

  private static double meanOfIdle(String scenario, ToDoubleFunction<Result> number) {
    return mean(results(scenario, true), number);
  }

  private static double mean(List<Result> results, ToDoubleFunction<Result> number) {
    return results.stream().mapToDouble(number).average().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S13", "S15", "S16", "S17"})
  void theServerWorksAsMuchAsItCanHoweverMuchComes(String scenario) {
    assertThat(mean(scenario, Result::goodput)).isGreaterThan(scenario.equals("S15") ? 0.96 : 0.97);
  }

  @ParameterizedTest
  @ValueSource(strings = {"S1", "S2", "S3", "S5", "S6", "S7", "S8", "S9", "S13", "S17"})
  void soItDoesWhereProcessorsIdle(String scenario) {
    assertThat(meanOfIdle(scenario, Result::goodput)).isGreaterThan(0.97);
  }

  @ParameterizedTest
  @ValueSource(strings = {"S4", "S16"})
  void nearlySoWhereProcessorsIdleAndLatenciesDifferMuch(String scenario) {
    assertThat(meanOfIdle(scenario, Result::goodput)).isGreaterThan(0.85);
  }

  @ParameterizedTest
  @ValueSource(strings = {"S2", "S3", "S4", "S6", "S7", "S8"})
  void whatIsAdmittedIsFastAgainSoon(String scenario) {
    assertThat(mean(scenario, Result::p99Ratio)).isLessThan(3.1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"S1", "S2", "S3", "S4", "S5", "S6", "S8"})
  void theLimitIsFoundInHalfASecond(String scenario) {
    assertThat(mean(scenario, Result::convergence)).isLessThan(0.6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"S1", "S2", "S5", "S6", "S7", "S8", "S17"})
  void allIsWellSoonAfterwards(String scenario) {
    double most = scenario.equals("S5") ? 0.9 : 0.3; // two workers
    assertThat(mean(scenario, Result::recovery)).isLessThan(most);
    assertThat(mean(scenario, Result::goodAfter)).isGreaterThan(0.995);
  }

  @Test
  void aStormOfRetriesIsSoonOver() {
    assertThat(mean("S13", Result::recovery)).isLessThan(1.5);
    assertThat(mean("S13", Result::goodAfter)).isGreaterThan(0.995);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "M1"})
  void noRequestIsRejectedWhileTheServerCanWorkOff(String scenario) {
    assertThat(mean(scenario, Result::falseRejections)).isLessThanOrEqualTo(0.001);
    assertThat(meanOfIdle(scenario, Result::falseRejections)).isLessThanOrEqualTo(0.001);
  }

  @ParameterizedTest
  @ValueSource(strings = {"S21", "S22", "S23"})
  void aQueueInFrontDoesNotHideTheOverload(String scenario) {
    assertThat(mean(scenario, Result::goodput)).isGreaterThan(0.93);
    assertThat(mean(scenario, Result::p99Ratio)).isLessThan(1.8);
    assertThat(mean(scenario, Result::falseRejections)).isLessThan(0.001);
    assertThat(mean(scenario, Result::recovery)).isLessThan(1);
  }

  @Test
  void aQueueThatIsUsualIsNoOverload() {
    assertThat(mean("S24", Result::falseRejections)).isLessThanOrEqualTo(0.001);
    assertThat(mean("S25", Result::falseRejections)).as("two threads").isLessThan(0.02);
  }

  @Test
  void aQueueInFrontDoesNotMakeAllRequestsAlike() {
    assertThat(mean("P4", Result::topRejected)).isLessThan(0.01);
    assertThat(mean("F9", Result::victims)).isGreaterThan(0.93);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P1", "P2", "P3"})
  void whatMeansMostIsServedWhateverElseComes(String scenario) {
    assertThat(mean(scenario, Result::topRejected)).isLessThan(0.035);
    assertThat(mean(scenario, Result::goodput)).isGreaterThan(0.97);
  }

  @ParameterizedTest
  @ValueSource(strings = {"F1", "F2", "F5", "F6", "F7"})
  void clientsThatSendLittleAreServedBesideThoseThatFlood(String scenario) {
    assertThat(mean(scenario, Result::victims)).isGreaterThan(0.96);
    assertThat(mean(scenario, Result::goodput)).isGreaterThan(0.97);
  }

  @Test
  void aClientThatIsAloneHasTheServerForItself() {
    assertThat(mean("F3", Result::goodput)).isGreaterThan(0.98);
  }

  @Test
  void clientsOfAllSizesHaveSharesThatAreNearlyAlike() {
    assertThat(mean("F8", Result::jain)).isGreaterThan(0.55);
    assertThat(mean("F4", Result::jain)).isGreaterThan(0.95);
  }

  @Test
  void aStepThatTheServerCanTakeIsTaken() {
    assertThat(mean("S20", Result::goodput)).isGreaterThan(0.97);
    assertThat(mean("S20", Result::convergence)).isLessThan(1.5);
  }

  @Test
  void nothingDriftsInTenMinutes() {
    assertThat(mean("D1", Result::goodput)).isGreaterThan(0.96);
    assertThat(mean("D1", Result::p50)).as("twice what work takes, in ms").isLessThan(20);
    assertThat(Math.abs(mean("D1", Result::limitSlope))).isLessThan(0.1);
  }

  @Test
  void aServerThatStartsOverloadedIsFastAfterAMoment() {
    assertThat(mean("D9", Result::p50)).as("in ms").isLessThan(20);
    assertThat(mean("D9", Result::goodput)).isGreaterThan(0.97);
    assertThat(mean("D6", Result::convergence)).as("seconds").isLessThan(1);
    assertThat(mean("D11", Result::goodput)).as("code that is not warm").isGreaterThan(0.95);
  }

  @Test
  void slowerWorkIsNotTakenForWorkThatWaits() {
    assertThat(mean("S10", Result::goodput)).isGreaterThan(0.98);
    assertThat(mean("D3", Result::goodput)).isGreaterThan(0.93);
    assertThat(mean("D5", Result::goodput)).as("more workers").isGreaterThan(0.97);
  }
}
