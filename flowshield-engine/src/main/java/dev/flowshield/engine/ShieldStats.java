package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.engine.overload.LimiterState;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a shield has done and how it stands. The numbers are read one after another while work goes
 * on, so they may differ by the work of that moment; but the outcome of work is counted before it
 * stops being in flight. Each count only rises, except {@link #admitted} and {@link #wouldShed}: a
 * request that loses its permits to another between judging and taking is counted for a moment.
 *
 * <p>Immutable. A class rather than a record, so that it can grow.
 */
public final class ShieldStats {

  private final long admitted;
  private final Map<Criticality, Long> shed;
  private final long wouldShed;
  private final long failed;
  private final long ignored;
  private final int waiting;
  private final long queueFull;
  private final long leaked;
  private final int inFlight;
  private final int inFlightLimit;
  private final @Nullable OverloadStats overload;
  private final List<LimitStats> limits;
  private final long suppressed;
  private final long listenerFailures;
  private final Duration uptime;

  ShieldStats(
      InFlightTracker places,
      Waiters waiters,
      long admitted,
      List<LimitStats> limits,
      Rejections rejections,
      Duration uptime) {
    this.inFlight = places.inFlight(); // before the outcomes, as these are counted before it falls
    this.inFlightLimit = places.gate().limit();
    this.waiting = waiters.count();
    this.queueFull = waiters.turnedAway();
    this.leaked = places.leaked();
    this.admitted = admitted;
    Map<Criticality, Long> byCriticality = new EnumMap<>(Criticality.class);
    for (Criticality each : Criticality.values()) {
      byCriticality.put(each, places.shed(each));
    }
    this.shed = byCriticality;
    LimiterState reading = places.gate().reading();
    this.overload = reading == null ? null : new OverloadStats(reading);
    this.wouldShed = places.wouldShed();
    this.failed = places.failed();
    this.ignored = places.ignored();
    this.limits = List.copyOf(limits);
    this.suppressed = rejections.suppressed();
    this.listenerFailures = rejections.failures() + places.listenerFailures();
    this.uptime = uptime;
  }

  /** Requests admitted since the start. */
  public long admitted() {
    return admitted;
  }

  /** Requests rejected because a rate limit was spent: {@link OverLimit}. */
  public long overLimit() {
    return sum(LimitStats::rejected);
  }

  /** Requests rejected because their key was blocked already: {@link Blocked}. */
  public long blocked() {
    return sum(LimitStats::blocked);
  }

  /** Requests rejected because the store of a limit did not answer: {@link Unavailable}. */
  public long unavailable() {
    return sum(LimitStats::unavailable);
  }

  /** Requests rejected because the server was full: {@link Shed}. */
  public long shed() {
    return shed.values().stream().mapToLong(each -> each).sum();
  }

  /** Those of them that mean so much. */
  public long shed(Criticality criticality) {
    return shed.getOrDefault(criticality, 0L);
  }

  /**
   * What the shield has found; empty unless it {@linkplain FlowShieldBuilder#inFlightAuto finds}
   * its cap in flight by itself.
   */
  public Optional<OverloadStats> overload() {
    return Optional.ofNullable(overload);
  }

  /**
   * Admitted requests that a {@link FlowShieldBuilder#shadowInFlight shadow cap} would have shed.
   */
  public long wouldShed() {
    return wouldShed;
  }

  /** Admitted requests that ended with {@link Admitted#failed()}. */
  public long failed() {
    return failed;
  }

  /** Admitted requests that ended with {@link Admitted#ignored()}. */
  public long ignored() {
    return ignored;
  }

  /** Admitted requests that have not ended. */
  public int inFlight() {
    return inFlight;
  }

  /** The most requests in flight; {@link Integer#MAX_VALUE} if there is no cap. */
  public int inFlightLimit() {
    return inFlightLimit;
  }

  /** Requests that wait at this moment, by {@link FlowShield#admit(Request, Duration)}. */
  public int waiting() {
    return waiting;
  }

  /**
   * Requests that were rejected at once although they might have waited, as
   * {@linkplain FlowShieldBuilder#maxQueued too many} did.
   */
  public long queueFull() {
    return queueFull;
  }

  /**
   * Admissions that were collected as garbage unclosed, whose places were given back; 0 unless the
   * shield {@linkplain FlowShieldBuilder#detectLeaks() detects leaks}.
   */
  public long leaked() {
    return leaked;
  }

  /** Each limit by itself, in the order they were given. */
  public List<LimitStats> limits() {
    return limits;
  }

  /**
   * One limit.
   *
   * @throws IllegalArgumentException if there is no limit of that name
   */
  public LimitStats limit(String name) {
    for (LimitStats limit : limits) {
      if (limit.name().equals(name)) {
        return limit;
      }
    }
    throw LimitRegistry.unknown(limits.stream().map(LimitStats::name).toList(), name);
  }

  /**
   * Rejections without an event of their own for the {@link RejectionListener}; 0 without a
   * listener.
   */
  public long suppressed() {
    return suppressed;
  }

  /** Calls of the listeners that failed. */
  public long listenerFailures() {
    return listenerFailures;
  }

  /** The time since the shield was built. */
  public Duration uptime() {
    return uptime;
  }

  private long sum(ToLongFunction<LimitStats> count) {
    return limits.stream().filter(limit -> !limit.isShadow()).mapToLong(count).sum();
  }

  @Override
  public String toString() {
    return "ShieldStats[admitted=" + admitted + ", overLimit=" + overLimit() + ", blocked="
        + blocked() + ", shed=" + shed() + ", wouldShed=" + wouldShed + ", failed=" + failed
        + ", ignored=" + ignored
        + ", inFlight=" + inFlight + ", inFlightLimit=" + inFlightLimit
        + (overload == null ? "" : ", overload=" + overload) + ", waiting=" + waiting
        + ", queueFull=" + queueFull + ", leaked=" + leaked
        + ", limits=" + limits
        + ", suppressed=" + suppressed + ", listenerFailures=" + listenerFailures + ", uptime="
        + uptime + "]";
  }
}
