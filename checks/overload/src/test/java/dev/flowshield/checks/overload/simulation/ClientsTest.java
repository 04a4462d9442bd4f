package dev.flowshield.checks.overload.simulation;

import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;
import static dev.flowshield.checks.overload.scenario.Span.MILLISECOND;
import static dev.flowshield.checks.overload.scenario.Span.SECOND;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.scenario.Population;
import dev.flowshield.checks.overload.scenario.Population.Group;
import dev.flowshield.checks.overload.scenario.ScenarioBuilder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Tests of arrivals and clients, and of clients without a response. */
class ClientsTest {

  private final Spy all = Spy.admittingAll();

  private static Result run(ScenarioBuilder declared, Protection protection) {
    return new Simulation(declared.build(), 1).run(protection);
  }

  private static ScenarioBuilder quiet() {
    return scenario("quiet").overloaded(0, 10).end(10);
  }

  @Test
  void arriveAsOftenAsTheLoadSays() {
    run(scenario("steps").end(60).loadFrom(20, 10).loadFrom(40, .25), all);

    assertThat(arrivals(0, 20)).isCloseTo(8000, within(300L));
    assertThat(arrivals(20, 40)).isCloseTo(160_000, within(1500L));
    assertThat(arrivals(40, 60)).isCloseTo(4000, within(200L));
  }

  @Test
  void arriveMoreAndMoreOftenOnARamp() {
    run(scenario("ramp").base(.5).ramp(10, 20, 2.5).ramp(20, 30, 0).end(40), all);

    assertThat(arrivals(10, 12)).isCloseTo((long) (800 * 2 * .7), within(100L));
    assertThat(arrivals(18, 20)).isCloseTo((long) (800 * 2 * 2.3), within(180L));
    assertThat(arrivals(20, 22)).isCloseTo((long) (800 * 2 * 2.25), within(180L));
    assertThat(arrivals(28, 30)).isCloseTo((long) (800 * 2 * .25), within(60L));
    assertThat(arrivals(30, 40)).isZero();
  }

  @Test
  void arriveIndependently() {
    run(scenario("steady").end(1000).base(.1).overloaded(0, 1), all);

    double[] gaps = LongStream.range(1, all.attempts.size())
        .mapToDouble(
            i -> all.attempts.get((int) i).at() - all.attempts.get((int) i - 1).at())
        .toArray();
    double mean = LongStream.range(0, gaps.length)
        .mapToDouble(i -> gaps[(int) i])
        .average()
        .orElseThrow();
    double square = LongStream.range(0, gaps.length)
        .mapToDouble(i -> gaps[(int) i] * gaps[(int) i])
        .average()
        .orElseThrow();
    // exponential gaps: the variance is the square of the mean
    assertThat(square / (mean * mean)).isCloseTo(2, within(.05));
  }

  @Test
  void areOfTheClassesThatAreDeclared() {
    run(quiet().classes(.8, .15, .05), all);

    assertThat(share(Population.SHEDDABLE)).isCloseTo(.8, within(.03));
    assertThat(share(Population.DEFAULT)).isCloseTo(.15, within(.03));
    assertThat(share(Population.CRITICAL)).isCloseTo(.05, within(.02));
  }

  @Test
  void abuseDuringTheOverloadAlone() {
    run(scenario("abuse").victimsAndAbusers(20, .02, 1, 9.6), all);

    assertThat(hashesBetween(0, 20)).hasSize(20);
    assertThat(hashesBetween(20, 40)).hasSize(21);
    assertThat(hashesBetween(40, 60)).hasSize(20);
    long most = all.attempts.stream().collect(groupingBy(Spy.Entered::hash)).values().stream()
        .mapToLong(List::size)
        .max()
        .orElseThrow();
    assertThat((double) most).isCloseTo(9.6 * 800 * 20, within(1500.));
  }

  @Test
  void differAsZipfSays() {
    run(quiet().clients(new Group(200, 1, 1, Population.DEFAULT, false)).end(60), all);

    List<Integer> counts =
        all.attempts.stream().collect(groupingBy(Spy.Entered::hash)).values().stream()
            .map(List::size)
            .sorted((a, b) -> b - a)
            .toList();
    double harmonic = LongStream.rangeClosed(1, 200).mapToDouble(i -> 1. / i).sum();
    double first = all.attempts.size() / harmonic;
    assertThat(counts.get(0) / first).isCloseTo(1, within(.05));
    assertThat(counts.get(1) / first).isCloseTo(.5, within(.05));
    assertThat(counts.get(9) / first).isCloseTo(.1, within(.02));
  }

  @Test
  void giveUpAfterThreeRetries() {
    Result result = run(quiet().retries(3), Spy.rejectingAll());

    assertThat(result.totals().attempts()).isEqualTo(4 * result.totals().offered());
    assertThat(result.totals().succeeded()).isZero();
  }

  @Test
  void doNotRetryWhereItIsNotDeclared() {
    Result result = run(quiet(), Spy.rejectingAll());

    assertThat(result.totals().attempts()).isEqualTo(result.totals().offered());
  }

  @Test
  void waitAtRandomBeforeEachRetryUpToTwiceAsLong() {
    Spy none = Spy.rejectingAll();
    run(quiet().base(.01).end(20).retries(3), none);

    List<List<Spy.Entered>> ofOneRequest =
        none.attempts.stream().collect(groupingBy(Spy.Entered::hash)).values().stream()
            .filter(attempts -> attempts.size() == 4)
            .toList();

    assertThat(ofOneRequest).hasSizeGreaterThan(80);
    for (int retry = 0; retry < 3; retry++) {
      int next = retry + 1;
      double most = (100 << retry) * MILLISECOND;
      List<Long> waits = ofOneRequest.stream()
          .map(attempts -> attempts.get(next).at() - attempts.get(next - 1).at())
          .toList();
      assertThat(waits).allMatch(wait -> wait <= most);
      assertThat(waits.stream().mapToLong(wait -> wait).average().orElseThrow() / most)
          .isCloseTo(.5, within(.1));
    }
  }

  @Test
  void retryWhenTheyHaveWaitedInVain() {
    Result result = run(quiet().retries(3).deadline(200).hang(0, 10), all);

    // The work for clients that have left is done nevertheless.
    assertThat(result.totals().attempts()).isEqualTo(4 * result.totals().offered());
    assertThat(all.exits).isNotEmpty();
  }

  @Test
  void doNotTurnTimeBackWhereAPauseIsLongerThanTheyWait() {
    run(quiet().retries(3).deadline(50).pause(5, 5.3), all);

    List<Long> times = all.attempts.stream().map(Spy.Entered::at).toList();
    List<Long> ends = all.exits.stream().map(Spy.Left::at).toList();
    assertThat(times).isSorted();
    assertThat(ends).isSorted();
    assertThat(times).filteredOn(at -> 5 * SECOND <= at && at < 5.3 * SECOND).isEmpty();
  }

  @Test
  void haveAnAnswerFromARetry() {
    // Rejects the first attempt of each client; almost every request has its own client.
    Set<Long> seen = new HashSet<>();
    Spy second = new Spy(attempt -> !seen.add(attempt.hash()));
    Result result = run(quiet().base(.01).retries(3), second);

    assertThat(result.totals().rejected()).isPositive();
    assertThat(result.totals().succeeded()).isEqualTo(result.totals().offered());
  }

  @Test
  void haveNoAnswerInTimeBeyondTheirDeadline() {
    Result inTime = run(quiet().io(100).deadline(400), Spy.admittingAll());
    Result late = run(quiet().io(100).deadline(99), Spy.admittingAll());

    assertThat(inTime.goodput()).isGreaterThan(.98);
    assertThat(late.goodput()).isZero();
    assertThat(late.totals().ended()).isGreaterThan(3900);
  }

  private long arrivals(int from, int to) {
    return all.attempts.stream()
        .filter(attempt -> from * SECOND <= attempt.at() && attempt.at() < to * SECOND)
        .count();
  }

  private double share(int criticality) {
    return all.attempts.stream()
            .filter(attempt -> attempt.criticality() == criticality)
            .count()
        / (double) all.attempts.size();
  }

  private List<Long> hashesBetween(int from, int to) {
    return all.attempts.stream()
        .filter(attempt -> from * SECOND <= attempt.at() && attempt.at() < to * SECOND)
        .map(Spy.Entered::hash)
        .distinct()
        .toList();
  }
}
