package dev.flowshield.engine.overload;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import java.util.EnumMap;
import java.util.Map;

/**
 * The findings of a gate that finds its limit, after a window.
 *
 * @param pressure the pressure on the server
 * @param reason the origin of the limit
 * @param evidence the numbers that were seen when the reason came up; empty if absent
 * @param limit the most in flight
 * @param caps of requests of small clients, by criticality
 * @param held slots beyond the limit, because work holds as many that does not end
 * @param perSecond the work that ends in a second
 * @param basisPerSecond the work in a second from which the limit is computed; 0 if it is computed
 *     from nothing
 * @param latencyNanos the latency of work that waits for nothing; 0 while it is not known
 * @param harmless the most that was in flight without waiting
 * @param retrySeconds the longest wait to tell to requests that are rejected, by criticality
 */
public record LimiterState(
    Pressure pressure,
    LimitCause reason,
    String evidence,
    int limit,
    Map<Criticality, Integer> caps,
    int held,
    double perSecond,
    double basisPerSecond,
    long latencyNanos,
    int harmless,
    Map<Criticality, Integer> retrySeconds) {

  /** The origin of a limit. */
  public enum LimitCause {
    /** Too little work has ended to know anything. */
    NO_EVIDENCE,
    /** Nothing shows that the server is overloaded. */
    NO_OVERLOAD,
    /** More is in flight than was seen to do no harm, and no more than can be worked off may be. */
    BUDGET,
    /** The processors are busy, and more was begun than they can work off. */
    PROCESSORS,
    /** More in flight brought no more throughput. */
    PLATEAU,
    /** Requests have waited in front of the gate, and the limit comes from Little's law. */
    LITTLES_LAW,
    /** Requests wait in front of the gate, and those that wait too long are rejected. */
    QUEUE_IN_FRONT,
    /** More in flight would fill the memory. */
    MEMORY,
    /** An operator has set it. */
    SET
  }

  /** Returns this state with a limit that an operator has set. */
  LimiterState set(int given) {
    Map<Criticality, Integer> alike = new EnumMap<>(caps);
    alike.replaceAll((criticality, found) -> given);
    return new LimiterState(
        pressure,
        LimitCause.SET,
        "",
        given,
        alike,
        0,
        perSecond,
        basisPerSecond,
        latencyNanos,
        harmless,
        retrySeconds);
  }

  /** Copies the maps. */
  public LimiterState {
    caps = Map.copyOf(caps);
    retrySeconds = Map.copyOf(retrySeconds);
  }
}
