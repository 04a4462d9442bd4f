package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import dev.flowshield.engine.overload.LimiterState;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The findings of a shield that finds its cap in flight by itself, in its latest window of some
 * tens of milliseconds. Immutable. A class rather than a record, so that it can grow.
 */
public final class OverloadStats {

  /** The kinds of evidence that a server is overloaded. */
  public enum Evidence {
    /** The processors are busy, and more was begun than they can work off. */
    PROCESSORS,
    /** More in flight brought no more throughput, see {@link FlowShieldBuilder#shedOnPlateau}. */
    PLATEAU,
    /** Requests wait, or have waited, before the shield is asked. */
    QUEUE_IN_FRONT,
    /** Collections of garbage leave no memory. */
    MEMORY
  }

  private static final double NANOS_PER_MILLI = 1e6;

  private final LimiterState reading;

  OverloadStats(LimiterState reading) {
    this.reading = reading;
  }

  /** Returns the pressure on the server. */
  public Pressure pressure() {
    return reading.pressure();
  }

  /** Returns the work that ends in a second. */
  public double perSecond() {
    return reading.perSecond();
  }

  /** Returns the latency of work that waits for nothing; 0 while it is not known. */
  public Duration latency() {
    return Duration.ofNanos(reading.latencyNanos());
  }

  /** Returns the cap on work in flight. */
  public int limit() {
    return reading.limit();
  }

  /**
   * Returns the cap on work in flight for requests of a criticality, of clients that send no more
   * than their share.
   */
  public int limit(Criticality criticality) {
    return reading.caps().getOrDefault(criticality, reading.limit());
  }

  /**
   * Returns the evidence from which the cap is computed; empty if nothing shows that the server
   * is overloaded, or an operator has set the cap.
   */
  public Optional<Evidence> evidence() {
    return Optional.ofNullable(
        switch (reading.reason()) {
          case PROCESSORS -> Evidence.PROCESSORS;
          case PLATEAU -> Evidence.PLATEAU;
          case LITTLES_LAW, QUEUE_IN_FRONT -> Evidence.QUEUE_IN_FRONT;
          case MEMORY -> Evidence.MEMORY;
          case NO_EVIDENCE, NO_OVERLOAD, BUDGET, SET -> null;
        });
  }

  /**
   * Returns an explanation of the cap for operators: the evidence with the numbers at that time,
   * and then the parts of the cap now. {@code 56: the processors are busy:
   * 97 % of 2 used for 80 ms, 421 requests begun and 420 can be worked off; 800/s x 50.0 ms x 1.2,
   * and some for bunches}. It holds no text of a client. Not to be parsed.
   */
  public String explanation() {
    return reading.limit() + ": "
        + switch (reading.reason()) {
          case NO_EVIDENCE -> "too little work has ended to know better";
          case NO_OVERLOAD -> "nothing shows that the server is overloaded";
          case BUDGET ->
            "it is not known yet whether the server is overloaded: " + reading.evidence();
          case PROCESSORS -> "the processors are busy: " + reading.evidence() + "; " + law();
          case PLATEAU ->
            "more in flight brought no more throughput: " + reading.evidence() + "; " + law();
          case LITTLES_LAW ->
            "requests have waited in front of the shield: " + reading.evidence() + "; " + law();
          case QUEUE_IN_FRONT -> "requests wait in front of the shield: " + reading.evidence();
          case MEMORY -> "memory is short: " + reading.evidence();
          case SET -> "set by changeInFlight";
        };
  }

  private String law() {
    String held = reading.held() == 0
        ? ""
        : ", and " + reading.held() + " more, as work holds them that does not end";
    return reading.basisPerSecond() == 0
        ? "a few for each processor" + held
        : String.format(
            Locale.ROOT,
            "%.0f/s x %.1f ms x 1.2, and some for bunches%s",
            reading.basisPerSecond(),
            reading.latencyNanos() / NANOS_PER_MILLI,
            held);
  }

  @Override
  public String toString() {
    return "OverloadStats[" + pressure() + ", " + explanation() + "]";
  }
}
