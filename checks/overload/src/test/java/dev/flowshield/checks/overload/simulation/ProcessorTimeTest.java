package dev.flowshield.checks.overload.simulation;

import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;
import static dev.flowshield.checks.overload.scenario.Span.MILLISECOND;
import static dev.flowshield.checks.overload.scenario.Span.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.checks.overload.scenario.ScenarioBuilder;
import dev.flowshield.checks.overload.scenario.ServiceTime.Constant;
import dev.flowshield.engine.overload.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** Tests of the busy time of processors, as read by a protection. */
class ProcessorTimeTest {

  private static final double WORK = 10 * MILLISECOND;
  private static final double TICK = 10 * MILLISECOND;

  /** A limit that reads the processor time in each call. */
  private static final class Reader implements Protection {

    private final int limit;
    private final List<Long> readings = new ArrayList<>();
    private final List<Long> instants = new ArrayList<>();
    private LongSupplier usedNanos = () -> -1;
    private int processors;
    private int inFlight;
    private long admitted;
    private long ended;
    private long rejected;

    Reader(int limit) {
      this.limit = limit;
    }

    @Override
    public void processors(LongSupplier usedNanos, int count) {
      this.usedNanos = usedNanos;
      this.processors = count;
    }

    private void read(long now) {
      readings.add(usedNanos.getAsLong());
      instants.add(now);
    }

    @Override
    public long enter(Attempt attempt, long now) {
      read(now);
      if (inFlight == limit) {
        rejected++;
        return REJECTED;
      }
      inFlight++;
      admitted++;
      return 0;
    }

    @Override
    public void exit(long place, Outcome outcome, long now) {
      read(now);
      inFlight--;
      ended++;
    }

    double last() {
      return readings.get(readings.size() - 1);
    }
  }

  private static ScenarioBuilder declared() {
    return scenario("steady").service(new Constant(WORK)).overloaded(0, 10).end(10);
  }

  private static Reader run(ScenarioBuilder declared, int limit) {
    Reader reader = new Reader(limit);
    new Simulation(declared.build(), 1).run(reader);
    return reader;
  }

  @Test
  void isThatOfTheWorkWhereItSharesProcessors() {
    Reader reader = run(declared().shared(), 1000);

    assertThat(reader.processors).isEqualTo(8);
    assertThat(reader.last()).isCloseTo(reader.ended * WORK, within(TICK));
  }

  @Test
  void isAllThereIsUnderOverloadRejectionsIncluded() {
    Reader reader = run(declared().shared().coldStart(5).rejectionCost(.01), 20);

    double all = 8. * 10 * SECOND;
    assertThat(reader.rejected).isGreaterThan(10_000);
    assertThat(reader.last()).isCloseTo(all, within(.02 * all));
    assertThat(reader.last())
        .isCloseTo(reader.ended * WORK + reader.rejected * .01 * WORK, within(.02 * all));
  }

  @Test
  void isNothingInAPause() {
    Reader reader = run(declared().shared().coldStart(5).pause(5, 8), 20);

    assertThat(reader.last()).isCloseTo(8. * 7 * SECOND, within(.02 * 8 * 7 * SECOND));
  }

  @Test
  void isHardlyAnyWhereWorkersWait() {
    Reader reader = run(declared(), 1000);

    assertThat(reader.processors).isEqualTo(8);
    assertThat(reader.last()).isCloseTo(reader.admitted * .05 * MILLISECOND, within(TICK));
  }

  @Test
  void isTheShareOfTheWorkInWhichWorkersCompute() {
    Reader reader = run(declared().computing(.25, 0), 1000);

    assertThat(reader.last()).isCloseTo(.25 * reader.ended * WORK, within(TICK));
  }

  @Test
  void growsInTicksUpToTheInstantOfTheCall() {
    Reader reader = run(declared().shared().coldStart(3), 20);

    assertThat(reader.readings).isSorted().allMatch(reading -> reading % (long) TICK == 0);
    assertThat(reader.readings.get(0)).isZero();
    for (int i = 0; i < reader.readings.size(); i += 100) {
      double possible = 8. * reader.instants.get(i);
      assertThat((double) reader.readings.get(i)).isLessThanOrEqualTo(possible);
    }
  }
}
