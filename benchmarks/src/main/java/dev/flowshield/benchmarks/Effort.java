package dev.flowshield.benchmarks;

import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The duration and reliability of a run. */
enum Effort {
  /** Shows that everything runs; the results have no meaning. A minute and a half. */
  SMOKE(Turns.ONE, Turns.ONE),
  /**
   * About five minutes. Rows behind a promise get the most time, ours and those of others alike.
   * They also get two JVMs, because compilations differ.
   */
  SHORT(Turns.SOME, Turns.FEW),
  /** Almost an hour. */
  LONG(Turns.MOST, Turns.MANY);

  private final Turns promised;
  private final Turns others;

  Effort(Turns promised, Turns others) {
    this.promised = promised;
    this.others = others;
  }

  void setUp(ChainedOptionsBuilder options, boolean isPromised) {
    Turns turns = isPromised ? promised : others;
    options
        .forks(turns.forks)
        .warmupIterations(2)
        .warmupTime(TimeValue.milliseconds(turns.warmupMillis))
        .measurementIterations(turns.measurements)
        .measurementTime(TimeValue.milliseconds(turns.millis));
  }

  private enum Turns {
    ONE(1, 25, 1, 50),
    FEW(1, 300, 3, 150),
    SOME(2, 300, 4, 150),
    MANY(2, 1500, 5, 1000),
    MOST(3, 1500, 5, 1000);

    private final int forks;
    private final int warmupMillis;
    private final int measurements;
    private final int millis;

    Turns(int forks, int warmupMillis, int measurements, int millis) {
      this.forks = forks;
      this.warmupMillis = warmupMillis;
      this.measurements = measurements;
      this.millis = millis;
    }
  }
}
