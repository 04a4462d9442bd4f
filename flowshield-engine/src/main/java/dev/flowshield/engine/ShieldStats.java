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
 * The statistics of a shield. The numbers are read one after another while work continues, so they
 * may differ by the work of that moment. The outcome of work is counted before the work leaves the
 * number in flight. Each count only rises.
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
  private final long waited;
  private final Duration totalWait;
  private final Duration longestWait;
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
      InFlightTracker slots,
      Waiters waiters,
      long admitted,
      List<LimitStats> limits,
      Rejections rejections,
      Duration uptime) {
    this.inFlight = slots.inFlight(); // before the outcomes: these are counted before it falls
    this.inFlightLimit = slots.gate().limit();
    this.waiting = waiters.count();
    this.waited = waiters.waited();
    this.totalWait = Duration.ofNanos(waiters.waitedNanos());
    this.longestWait = Duration.ofNanos(waiters.longestWaitNanos());
    this.queueFull = waiters.turnedAway();
    this.leaked = slots.leaked();
    this.admitted = admitted;
    Map<Criticality, Long> byCriticality = new EnumMap<>(Criticality.class);
    for (Criticality each : Criticality.values()) {
      byCriticality.put(each, slots.shed(each));
    }
    this.shed = byCriticality;
    LimiterState reading = slots.gate().reading();
    this.overload = reading == null ? null : new OverloadStats(reading);
    this.wouldShed = slots.wouldShed();
    this.failed = slots.failed();
    this.ignored = slots.ignored();
    this.limits = List.copyOf(limits);
    this.suppressed = rejections.suppressed();
    this.listenerFailures = rejections.failures() + slots.listenerFailures();
    this.uptime = uptime;
  }

  /**
   * Returns the requests admitted since the start. Includes a request whose caller left at the
   * moment of its admission.
   */
  public long admitted() {
    return admitted;
  }

  /** Returns the requests rejected because a rate limit was spent: {@link OverLimit}. */
  public long overLimit() {
    return sum(LimitStats::rejected);
  }

  /** Returns the requests rejected because their key was blocked already: {@link Blocked}. */
  public long blocked() {
    return sum(LimitStats::blocked);
  }

  /** Returns the requests rejected because a store did not answer: {@link Unavailable}. */
  public long unavailable() {
    return sum(LimitStats::unavailable);
  }

  /** Returns the requests rejected because the server was full: {@link Shed}. */
  public long shed() {
    return shed.values().stream().mapToLong(each -> each).sum();
  }

  /** Returns the requests of a criticality rejected because the server was full. */
  public long shed(Criticality criticality) {
    return shed.getOrDefault(criticality, 0L);
  }

  /**
   * Returns the findings of the shield; empty unless it {@linkplain InFlightLimit#auto
   * finds} its cap in flight by itself.
   */
  public Optional<OverloadStats> overload() {
    return Optional.ofNullable(overload);
  }

  /**
   * Returns the admitted requests that a {@linkplain InFlightLimit#shadow shadow cap} would
   * have shed.
   */
  public long wouldShed() {
    return wouldShed;
  }

  /** Returns the admitted requests that ended with {@link Admitted#failed()}. */
  public long failed() {
    return failed;
  }

  /** Returns the admitted requests that ended with {@link Admitted#ignored()}. */
  public long ignored() {
    return ignored;
  }

  /** Returns the admitted requests that have not ended. */
  public int inFlight() {
    return inFlight;
  }

  /** Returns the cap on requests in flight; {@link Integer#MAX_VALUE} if absent. */
  public int inFlightLimit() {
    return inFlightLimit;
  }

  /** Returns the requests that wait now, by {@link FlowShield#admit(Request, Duration)}. */
  public int waiting() {
    return waiting;
  }

  /**
   * Returns the requests that had to wait and do so no more, whether they were admitted, rejected
   * or given up.
   */
  public long waited() {
    return waited;
  }

  /** Returns the sum of the waits of all {@link #waited} requests. */
  public Duration totalWait() {
    return totalWait;
  }

  /** Returns the longest wait of a {@link #waited} request; zero before the first one. */
  public Duration longestWait() {
    return longestWait;
  }

  /**
   * Returns the requests that were rejected at once because {@linkplain FlowShieldBuilder#maxQueued
   * too many} others waited.
   */
  public long queueFull() {
    return queueFull;
  }

  /**
   * Returns the admissions that were collected as garbage unclosed, whose slots were released; 0
   * unless the shield {@linkplain FlowShieldBuilder#detectLeaks() detects leaks}.
   */
  public long leaked() {
    return leaked;
  }

  /** Returns the statistics of each limit, in the order in which the limits were added. */
  public List<LimitStats> limits() {
    return limits;
  }

  /**
   * Returns the statistics of one limit.
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
   * Returns the rejections without an event of their own for the {@link RejectionListener}; 0
   * without a listener.
   */
  public long suppressed() {
    return suppressed;
  }

  /** Returns the calls of listeners that failed. */
  public long listenerFailures() {
    return listenerFailures;
  }

  /** Returns the time since the shield was built. */
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
        + ", waited=" + waited + ", totalWait=" + totalWait + ", longestWait=" + longestWait
        + ", queueFull=" + queueFull + ", leaked=" + leaked
        + ", limits=" + limits
        + ", suppressed=" + suppressed + ", listenerFailures=" + listenerFailures + ", uptime="
        + uptime + "]";
  }
}
