package dev.flowshield.benchmarks;

import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** How long a run takes, and how much it can be trusted. */
enum Effort {
  /** Shows that all of it runs; what it measures means nothing. Two minutes. */
  SMOKE(Turns.ONE, Turns.ONE),
  /** Five minutes. What a promise is held to gets the most of them. */
  SHORT(Turns.SOME, Turns.FEW),
  /** The better part of an hour. */
  LONG(Turns.MOST, Turns.MANY);

  private final Turns ours;
  private final Turns peers;

  Effort(Turns ours, Turns peers) {
    this.ours = ours;
    this.peers = peers;
  }

  void setUp(ChainedOptionsBuilder options, boolean peer) {
    Turns turns = peer ? peers : ours;
    options
        .forks(turns.forks)
        .warmupIterations(turns.warmups)
        .warmupTime(TimeValue.milliseconds(turns.millis))
        .measurementIterations(turns.measurements)
        .measurementTime(TimeValue.milliseconds(turns.millis));
  }

  private enum Turns {
    ONE(1, 1, 50, 1),
    FEW(1, 2, 250, 3),
    SOME(1, 3, 400, 5),
    MANY(2, 3, 1000, 5),
    MOST(3, 3, 1000, 5);

    private final int forks;
    private final int warmups;
    private final int millis;
    private final int measurements;

    Turns(int forks, int warmups, int millis, int measurements) {
      this.forks = forks;
      this.warmups = warmups;
      this.millis = millis;
      this.measurements = measurements;
    }
  }
}
