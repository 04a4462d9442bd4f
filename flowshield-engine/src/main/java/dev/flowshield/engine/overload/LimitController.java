package dev.flowshield.engine.overload;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import dev.flowshield.engine.overload.LimiterState.LimitCause;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns each measurement window into a limit and the caps of
 * the levels.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class LimitController {

  private static final int LONGEST_RETRY_SECONDS = 30;
  private static final double NANOS_PER_SECOND = 1e9;

  private final AdaptiveLimit law;
  private final PriorityLevels levels = new PriorityLevels();
  private final QueueInFront queue = new QueueInFront();
  private final Probe probe = new Probe();
  private final PauseDetector pauses;
  private final FairShares clients;
  private final MemoryShortage memory;

  private int[] found; // caps, except for pauses and queues
  private int limitOfFound;
  private int[] beforeProbe;
  private Map<Criticality, Integer> retrySeconds = retrySeconds(null);
  private double perSecond;
  private String queueAtConviction = "";

  LimitController(
      PauseDetector pauses, FairShares clients, MemoryShortage memory, AdaptiveLimit law) {
    this.pauses = pauses;
    this.clients = clients;
    this.memory = memory;
    this.law = law;
    this.limitOfFound = law.limit();
    this.found = PriorityLevels.alike(limitOfFound);
    this.beforeProbe = found;
  }

  /** The first latency that is known, in ticks. */
  void begin(double latency, long now) {
    law.begin(latency, now);
    limitFound();
  }

  private void limitFound() {
    limitOfFound = law.limit();
    found = PriorityLevels.alike(limitOfFound);
  }

  /**
   * Returns whether work that ends was begun before there was a limit, and nothing is known yet.
   */
  boolean isCrowd(int inFlight) {
    return law.isCrowd(inFlight);
  }

  /** Returns the latency of work that waits for nothing, in ticks; 0 while it is not known. */
  double latency() {
    return law.baseline();
  }

  /** Returns whether the latencies of a window are those of work that waits for nothing. */
  boolean isQuiet(Window window) {
    return law.isQuiet(window);
  }

  /** Learns from a window that ends now. */
  void close(Window window, LevelDemand demand, long now) {
    if (pauses.hadOne()) {
      return; // it says nothing about the latency of work
    }
    if (probe.isOpen()) {
      if (probe.close(window, law.baseline(), now)) {
        law.hasWaited(window);
      }
      if (!probe.isOpen()) {
        found = beforeProbe;
      }
      return;
    }
    LimitCause before = law.reason();
    law.close(window, queue.wasLong(), now);
    if (law.reason() == LimitCause.LITTLES_LAW && before != LimitCause.LITTLES_LAW) {
      queueAtConviction = queue.evidence();
    }
    pauses.follow(law.mostThroughput());
    int[] byLevel = levels.caps(window, demand, law.baseline(), law.limit());
    limitOfFound = law.limit();
    if (law.pressure() == Pressure.NORMAL) {
      clients.shareAll();
      found = PriorityLevels.alike(law.limit());
    } else {
      clients.share(window, demand, now);
      found = byLevel;
    }
    if (probe.isDue(law.pressure(), law.hasSeenQuietTimes(), window, now)) {
      probe.begin(window, law.throughput(), now);
      beforeProbe = found;
      found = PriorityLevels.halved(found);
    }
    retrySeconds = retrySeconds(demand);
    perSecond = perSecond(law.throughput());
  }

  /**
   * Adapts to a window in which hardly any work ended, and returns whether the caps or the pressure
   * have changed.
   *
   * @param rejectedShare the part of the requests that got no slot
   */
  boolean hardlyEnds(double rejectedShare) {
    return law.hardlyEnds(rejectedShare);
  }

  /** Looks for a pause that ends now, and for ended work; whether the caps have changed. */
  boolean look(long now) {
    boolean pauseHasEnded = pauses.look(now, law.pressure());
    if (pauses.isIn()) {
      law.paused();
    }
    boolean queueIsForgotten = queue.look(now);
    return pauseHasEnded || queueIsForgotten;
  }

  /**
   * Looks at the events between windows.
   *
   * @param sums gives those until now
   * @return whether the caps have changed
   */
  boolean look(Supplier<long[]> sums, int inFlight, long now) {
    Pressure before = law.pressure();
    boolean hasChanged = law.look(sums, inFlight, now);
    if (law.limit() != limitOfFound || law.pressure() != before) {
      limitFound();
      return true;
    }
    return hasChanged;
  }

  /** Looks whether memory is short; whether the caps have changed. */
  boolean lookAtMemory(int inFlight, long now) {
    return memory.look(inFlight, law.pressure() != Pressure.NORMAL, now);
  }

  /** Learns how long a request was queued; returns whether the caps have changed. */
  boolean reportQueueDelay(long nanos, long now) {
    boolean hasChanged = look(now);
    return queue.waited(nanos, latencyNanos(), law.pressure(), pauses.more() > 0, now)
        || hasChanged;
  }

  /** Returns the most in flight. */
  int limit() {
    return law.limit();
  }

  /** Returns the most in flight, level by level. */
  int[] caps() {
    int[] caps =
        memory.isShort() ? memory.caps(found, law.limit()) : withMore(pauses.more() + law.held());
    if (isQueued()) {
      queue.bound(caps);
    }
    return caps;
  }

  /** Returns whether requests wait for too long, and that can be helped. */
  private boolean isQueued() {
    return queue.isLong() && !law.isHeld();
  }

  private int[] withMore(int more) {
    return Arrays.stream(found).map(cap -> cap + more).toArray();
  }

  /**
   * Returns the latency of work that waits for nothing, in nanoseconds; 0 while it is not known.
   */
  long latencyNanos() {
    return (long) (law.baseline() * Window.NANOS_PER_TICK);
  }

  LimiterState reading() {
    Map<Criticality, Integer> caps = new EnumMap<>(Criticality.class);
    boolean isShort = memory.isShort();
    int[] byLevel = isShort ? memory.caps(found, law.limit()) : found;
    for (Criticality each : Criticality.values()) {
      caps.put(each, byLevel[PriorityLevels.of(each, ClientRates.SMALL)]);
    }
    return new LimiterState(
        isShort && law.pressure() == Pressure.NORMAL ? Pressure.ELEVATED : law.pressure(),
        reason(),
        evidence(reason()),
        Math.min(law.limit(), memory.most()),
        caps,
        law.held(),
        perSecond,
        perSecond(law.basis()),
        latencyNanos(),
        law.harmless(),
        retrySeconds);
  }

  private LimitCause reason() {
    return memory.isShort()
        ? LimitCause.MEMORY
        : isQueued() ? LimitCause.QUEUE_IN_FRONT : law.reason();
  }

  private String evidence(LimitCause reason) {
    return switch (reason) {
      case BUDGET, PROCESSORS, PLATEAU -> law.evidence();
      case LITTLES_LAW -> queueAtConviction;
      case QUEUE_IN_FRONT -> queue.evidence();
      case MEMORY -> memory.evidence();
      case NO_EVIDENCE, NO_OVERLOAD, SET -> "";
    };
  }

  private static double perSecond(double perTick) {
    return perTick / Window.NANOS_PER_TICK * NANOS_PER_SECOND;
  }

  /**
   * Estimates the time in which all rejected requests could be served if their retries were spread
   * over it.
   */
  private static Map<Criticality, Integer> retrySeconds(@Nullable LevelDemand demand) {
    Map<Criticality, Integer> all = new EnumMap<>(Criticality.class);
    for (Criticality each : Criticality.values()) {
      double share = demand == null ? 0 : demand.rejectedShare(each);
      double seconds = share < 1 ? 2 * share / (1 - share) : LONGEST_RETRY_SECONDS;
      all.put(each, (int) Math.ceil(Math.max(1, Math.min(LONGEST_RETRY_SECONDS, seconds))));
    }
    return all;
  }
}
