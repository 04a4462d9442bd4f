package dev.flowshield.engine.overload;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The gate whose limit follows the work of the server, see {@link AdaptiveLimit}, and which rejects
 * less critical work first, see {@link PriorityLevels}.
 *
 * <p>Thread-safe, lock-free. A request reads its published cap and adds to a few sums; about twenty
 * times a second, the request that ends a window works the next caps out.
 */
public final class AdaptiveGate implements Gate {
  /*
   * Work in flight is counted by an InFlight. A slot is, from its lowest bit:
   *
   *   IN_FLIGHT_BITS  the work in flight once it was taken
   *   TIME_BITS       the ticks of its time, without those that do not fit
   *   one bit         BEYOND, if it is a shadow that would not have given it
   *
   * The caps that hold are one object, replaced whole. A found limit replaces only the object that
   * was read before and was found itself: if an operator has set a number meanwhile, the exchange
   * fails, and the number stays.
   *
   * Invariants, beside F1 and F2 of InFlight
   *   G1  A request is judged by caps that held at a moment of its call.
   *   G2  Once limit(other) has returned, these caps hold until the next call of it or of
   *       findLimit.
   *   G3  One thread at a time holds `busy`, closes a window or finds something else that changes
   *       the caps, and gives it back on every way out. No thread waits for it: a window that is
   *       due is closed by the next request that finds `busy` free.
   *
   * Memory order: volatile throughout; the plain fields are passed on by `busy`.
   */
  private static final int IN_FLIGHT_BITS = 14;
  private static final long IN_FLIGHT = (1L << IN_FLIGHT_BITS) - 1;
  private static final int ROUTE_BITS = 6;
  private static final int ROUTE = (1 << ROUTE_BITS) - 1;
  private static final int TIME_SHIFT = IN_FLIGHT_BITS + ROUTE_BITS;
  private static final int TIME_BITS = 40; // of ticks: six days of work, and as many to come late
  private static final long TIME = (1L << TIME_BITS) - 1;
  private static final long BEYOND = 1L << (TIME_SHIFT + TIME_BITS);

  // A window is as short as lets work end in it, and as long as it takes to be sure of its means.
  private static final long SHORTEST_NANOS = 50_000_000;
  private static final long AGAIN_NANOS = 1_000_000; // if little ends: looking takes time
  private static final long LONG_NANOS = 1_000_000_000;
  private static final long LONGEST_NANOS = 5_000_000_000L;
  private static final double FOR_A_MEAN = 25;
  private static final double FEWEST = 30;
  private static final double PLENTY = 500;
  private static final int FEWEST_OF_LONG = 10;
  private static final double FOLLOWING = 0.2;

  private final InFlight inFlight = new InFlight(Integer.MAX_VALUE, false);
  private final InFlight beyond = new InFlight(Integer.MAX_VALUE, false);
  private final WindowCounters sums;
  private final RouteLatencies routes = new RouteLatencies();
  private final PauseDetector pauses;
  private final FairShares clients;
  private final LimitController control;
  private final boolean isShadow;
  private final Consumer<Pressure> pressureChanged;
  private final AtomicBoolean busy = new AtomicBoolean();

  private final AtomicReference<Caps> caps;
  private volatile LimiterState reading;
  private volatile long dueAt; // no window is closed before
  private long openedAt;
  private double variation = 1; // of the latencies, averaged over windows

  /** A gate that rejects, and whose pressure has no listener. */
  public AdaptiveGate(int processors, long now) {
    this(
        processors, now, false, pressure -> {}, MemoryShortage.unseen(), Processors.unseen(), true);
  }

  /**
   * A gate that knows nothing of its server yet.
   *
   * @param processors of the machine: how many threads may end work at once
   * @param now a reading of the clock
   * @param isShadow whether it only counts the requests that it would reject
   * @param pressureChanged is called by the request with which it has changed; must be quick and
   *     not throw
   * @param memory of the process; for this gate alone
   * @param used of the processors, by the process; for this gate alone
   * @param shedsOnPlateau whether it is evidence of overload that more in flight brings no more
   *     throughput, while the processors are seen and not busy
   */
  public AdaptiveGate(
      int processors,
      long now,
      boolean isShadow,
      Consumer<Pressure> pressureChanged,
      MemoryShortage memory,
      Processors used,
      boolean shedsOnPlateau) {
    this.sums = WindowCounters.forProcessors(processors);
    this.pauses = new PauseDetector(now);
    this.clients = new FairShares(now);
    this.control =
        new LimitController(pauses, clients, memory, new AdaptiveLimit(used, shedsOnPlateau));
    this.caps = new AtomicReference<>(Caps.of(control.limit(), false));
    this.reading = control.reading();
    this.isShadow = isShadow;
    this.pressureChanged = pressureChanged;
    open(now);
  }

  @Override
  public boolean readsTime() {
    return true;
  }

  @Override
  public long tryEnter(long hash, Criticality criticality, int route, long now) {
    look(now);
    int toItsClient = hash == NO_KEY ? ClientRates.SMALL : clients.next(criticality, hash, now);
    int level = PriorityLevels.of(criticality, toItsClient);
    long count = inFlight.enter(caps.get().byLevel[level]);
    if (count == NO_SLOT) {
      sums.rejected(level);
      closeIfDue(now);
      return isShadow ? beyond.tryEnter(hash, criticality, route, now) | BEYOND : NO_SLOT;
    }
    boolean isCounted = false;
    try {
      sums.admitted(level, routes.weight(route & ROUTE) != 0, count);
      isCounted = true;
    } finally { // there may be no memory
      if (!isCounted) {
        inFlight.release(count);
      }
    }
    return (ticks(now) << TIME_SHIFT)
        | (long) (route & ROUTE) << IN_FLIGHT_BITS
        | Math.min(count, IN_FLIGHT);
  }

  /** Work that failed or left early may have been shorter than it is: it says nothing. */
  @Override
  public void ended(long slot, Outcome outcome, long now) {
    if (isBeyondLimit(slot)) {
      return;
    }
    if (outcome == Outcome.SUCCESS) {
      look(now);
      long ticks = (ticks(now) - (slot >> TIME_SHIFT)) & TIME;
      if (ticks <= TIME / 2) { // else the clock has stepped back
        sums.ended((int) (slot >> IN_FLIGHT_BITS) & ROUTE, ticks, routes, slot & IN_FLIGHT);
      }
      closeIfDue(now);
    } else {
      sums.left(routes.weight((int) (slot >> IN_FLIGHT_BITS) & ROUTE) != 0);
    }
  }

  @Override
  public void release(long slot) {
    (isBeyondLimit(slot) ? beyond : inFlight).release(slot);
  }

  private static long ticks(long now) {
    return (now >> Window.TICK_BITS) & TIME;
  }

  private void look(long now) {
    if (pauses.isToLook(now) && begin()) {
      try {
        publishIf(control.look(now));
        publishIf(control.lookAtMemory(inFlight.count(), now));
        publishIf(control.look(sums::totals, inFlight.count(), now));
      } finally {
        busy.set(false);
      }
    }
  }

  @Override
  public void reportQueueDelay(long nanos, long now) {
    look(now); // as no request may come through
    if (begin()) { // else the next one is heard
      try {
        publishIf(control.reportQueueDelay(nanos, now));
      } finally {
        busy.set(false);
      }
    }
  }

  private void closeIfDue(long now) {
    if (now - dueAt >= 0 && begin()) {
      try {
        close(now);
      } finally {
        busy.set(false);
      }
    }
  }

  private boolean begin() {
    return !busy.get() && busy.compareAndSet(false, true);
  }

  private void close(long now) {
    if (control.latencyNanos() == 0) {
      if (control.isCrowd(inFlight.count())) {
        routes.skip(sums);
      }
      double mean = routes.begin(sums);
      if (mean > 0) {
        sums.read(now - openedAt);
        control.begin(mean, now);
        publish();
        open(now);
      } else {
        dueAt = now + AGAIN_NANOS;
      }
      return;
    }
    long nanos = now - openedAt;
    long completed = sums.completedSince();
    double wanted = Math.max(FEWEST, Math.min(PLENTY, FOR_A_MEAN * (1 + variation)));
    if (completed >= wanted || (nanos >= LONG_NANOS && completed >= FEWEST_OF_LONG)) {
      Window window = sums.read(nanos);
      variation += FOLLOWING * (window.variation() - variation);
      control.close(window, sums.demand(), now);
      routes.learn(sums, control.latency(), control.isQuiet(window));
      publish();
      open(now);
    } else if (nanos >= LONGEST_NANOS || sums.unknownSince() >= wanted) {
      sums.read(nanos); // too little to learn from, except for new routes
      routes.learn(sums, control.latency(), false);
      open(now);
    } else if (nanos >= LONG_NANOS) {
      publishIf(control.hardlyEnds(sums.rejectedShareSince()));
      dueAt = now + AGAIN_NANOS;
    }
  }

  private void open(long now) {
    openedAt = now;
    dueAt = now + Math.max(SHORTEST_NANOS, control.latencyNanos());
  }

  private void publishIf(boolean hasChanged) {
    if (hasChanged) {
      publish();
    }
  }

  private void publish() {
    Pressure before = reading.pressure();
    LimiterState next = control.reading();
    reading = next;
    Caps seen = caps.get();
    if (!seen.isSet) {
      caps.compareAndSet(seen, new Caps(control.caps(), next.limit(), false));
    }
    if (next.pressure() != before) {
      pressureChanged.accept(next.pressure());
    }
  }

  @Override
  public boolean isBeyondLimit(long slot) {
    return (slot & BEYOND) != 0;
  }

  @Override
  public boolean hasSlot(Criticality criticality, long now) {
    look(now);
    int level = PriorityLevels.of(criticality, ClientRates.SMALL);
    return isShadow || inFlight.count() < caps.get().byLevel[level];
  }

  @Override
  public int count() {
    return inFlight.count() + beyond.count();
  }

  @Override
  public int limit() {
    return caps.get().limit;
  }

  @Override
  public boolean canFindLimit() {
    return true;
  }

  @Override
  public boolean findsLimit() {
    return !caps.get().isSet;
  }

  @Override
  public void limit(int other) {
    caps.set(Caps.of(other, true));
  }

  /** Lets the limit that was found meanwhile hold from the next window on. */
  @Override
  public void findLimit() {
    caps.updateAndGet(Caps::found);
  }

  @Override
  public int retrySeconds(Criticality criticality) {
    return reading.retrySeconds().getOrDefault(criticality, 1);
  }

  @Override
  public Pressure pressure() {
    return reading.pressure();
  }

  @Override
  public LimiterState reading() {
    LimiterState found = reading;
    Caps holding = caps.get();
    return holding.isSet ? found.set(holding.limit) : found;
  }

  /** The caps that hold. Immutable. */
  private static final class Caps {

    private final int[] byLevel;
    private final int limit;
    private final boolean isSet; // by an operator

    Caps(int[] byLevel, int limit, boolean isSet) {
      this.byLevel = byLevel;
      this.limit = limit;
      this.isSet = isSet;
    }

    static Caps of(int limit, boolean isSet) {
      return new Caps(PriorityLevels.alike(limit), limit, isSet);
    }

    /** Returns the same, to be replaced by a new finding. */
    Caps found() {
      return isSet ? new Caps(byLevel, limit, false) : this;
    }
  }
}
