package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import dev.flowshield.engine.overload.Reading;
import java.time.Duration;
import java.util.Locale;

/**
 * What a shield has found that finds its cap in flight by itself, at the last of its windows of
 * some tens of milliseconds. Immutable. A class rather than a record, so that it can grow.
 */
public final class OverloadStats {

  private static final double NANOS_PER_MILLI = 1e6;

  private final Reading reading;

  OverloadStats(Reading reading) {
    this.reading = reading;
  }

  /** How hard the server is pressed. */
  public Pressure pressure() {
    return reading.pressure();
  }

  /** The work that ends in a second. */
  public double perSecond() {
    return reading.perSecond();
  }

  /** What work takes that waits for nothing; 0 while it is not known. */
  public Duration latency() {
    return Duration.ofNanos(reading.latencyNanos());
  }

  /** The most in flight. */
  public int limit() {
    return reading.limit();
  }

  /**
   * The most in flight, for requests that mean so much, of clients that send no more than their
   * share.
   */
  public int limit(Criticality criticality) {
    return reading.caps().getOrDefault(criticality, reading.limit());
  }

  /**
   * Where the limit comes from, for operators: {@code 56: the processors are busy: 800/s x 50.0 ms
   * x 1.2, and some for bunches}. Not to be parsed.
   */
  public String explanation() {
    return reading.limit() + ": "
        + switch (reading.reason()) {
          case NO_EVIDENCE -> "too little work has ended to know better";
          case NO_OVERLOAD -> "nothing shows that the server is overloaded";
          case PROCESSORS -> "the processors are busy: " + law();
          case PLATEAU -> "more in flight brought no more throughput: " + law();
          case LITTLES_LAW -> law();
          case QUEUE_IN_FRONT -> "but what has waited too long in front of the shield is rejected";
          case MEMORY -> "memory is short: more in flight would fill the heap";
          case SET -> "set by changeInFlight";
        };
  }

  private String law() {
    return String.format(
        Locale.ROOT,
        "%.0f/s x %.1f ms x 1.2, and some for bunches",
        reading.perSecond(),
        reading.latencyNanos() / NANOS_PER_MILLI);
  }

  @Override
  public String toString() {
    return "OverloadStats[" + pressure() + ", " + explanation() + "]";
  }
}
