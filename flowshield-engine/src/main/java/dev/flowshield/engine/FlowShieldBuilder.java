package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStore;
import dev.flowshield.Pressure;
import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.overload.AdaptiveGate;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.InFlight;
import dev.flowshield.engine.overload.MemoryShortage;
import dev.flowshield.engine.overload.Processors;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a shield. Not thread-safe; may build several shields, each with allowances of its
 * own.
 */
public final class FlowShieldBuilder {

  private static final int MOST_LIMITS = 10_000;
  private static final String NO_MEMORY =
      "memory must be two functions, got null: leave it out for a shield that does not see it";
  private static final int MOST_PROCESSORS = 1_000_000;
  private static final int DEFAULT_MAX_QUEUED = 1_000;
  private static final int MOST_QUEUED = 10_000;
  private static final int MOST_LISTENERS = 16;

  private final Map<String, Limit> limits = new LinkedHashMap<>();
  private final Set<String> usual = new LinkedHashSet<>(); // those that need not be named
  private @Nullable LimitStore store;
  private InFlightLimit inFlight = InFlightLimit.off();
  private DoubleSupplier memoryUsed = () -> 0;
  private LongSupplier collectingNanos = () -> 0;
  private @Nullable LongSupplier processorNanos;
  private int processors = 1;
  private boolean shedsOnPlateau;
  private @Nullable Gate gate;
  private int maxQueued = DEFAULT_MAX_QUEUED;
  private boolean queueForSlots;
  private boolean detectsLeaks;
  private @Nullable Consumer<? super Throwable> leakListener;
  private final Map<RejectionListener, Executor> rejectionListeners = new LinkedHashMap<>();
  private final Map<Consumer<? super Pressure>, Executor> pressureListeners = new LinkedHashMap<>();
  private boolean showKeys;
  private Ticker ticker = Ticker.system();
  private InstantSource instantSource = InstantSource.system();

  FlowShieldBuilder() {}

  /**
   * Adds a limit for all requests together, as text: {@code 5000/s} or, for several rates that all
   * hold, {@code 5000/s, 100000/h}. Short for {@code limit(Limit.together("everyone", everyone))}.
   *
   * @throws IllegalArgumentException if the text is no limit, or there is a limit of that name
   */
  public FlowShieldBuilder limit(String everyone) {
    return limit(Limit.together(Limit.EVERYONE, everyone));
  }

  /** Adds a limit for all requests together. See {@link #limit(String)}. */
  public FlowShieldBuilder limit(RateLimit everyone) {
    return limit(
        Limit.together(Limit.EVERYONE, List.of(Objects.requireNonNull(everyone, "limit"))));
  }

  /**
   * Adds a limit for each key, as text: {@code 100/s} or, for several rates that all hold, {@code
   * 100/s, 5000/h}. Short for {@code limit(Limit.each("key", each))}.
   *
   * @throws IllegalArgumentException if the text is no limit, or there is a limit of that name
   */
  public FlowShieldBuilder perKey(String each) {
    return limit(Limit.each(Limit.KEY, each));
  }

  /** Adds a limit for each key. See {@link #perKey(String)}. */
  public FlowShieldBuilder perKey(RateLimit each) {
    return limit(Limit.each(Limit.KEY, List.of(Objects.requireNonNull(each, "perKey"))));
  }

  /**
   * Adds a default limit. {@link FlowShield#admit(String)} charges all limits that are added by
   * this method and its short forms. {@link FlowShield#admit(Charge...)} charges it if it is named.
   *
   * @throws IllegalArgumentException if there is a limit of that name
   */
  public FlowShieldBuilder limit(Limit more) {
    named(more);
    usual.add(more.name());
    return this;
  }

  /**
   * Adds a limit for requests that name it: only {@link FlowShield#admit(Charge...)} charges it.
   *
   * @throws IllegalArgumentException if there is a limit of that name
   */
  public FlowShieldBuilder named(Limit more) {
    if (limits.putIfAbsent(more.name(), more) != null) {
      throw new IllegalArgumentException("names of limits must be unique, got '" + more.name()
          + "' twice: say both as one limit, as in \"100/s, 5000/h\", or name one of them otherwise,"
          + " as in Limit.each(\"other\", \"5000/h\")");
    }
    return this;
  }

  /**
   * Keeps the limits in a store, together with the limits of the same names in all shields that
   * share it. A limit that chooses a {@linkplain Limit#withLimiter(String) limiter} or another
   * store stays there. No store unless set. The store is never closed by the shield.
   */
  public FlowShieldBuilder store(LimitStore ofLimits) {
    this.store = Objects.requireNonNull(ofLimits, "store");
    return this;
  }

  /**
   * Caps the work in flight at a fixed number: {@link InFlightLimit#of}. No cap unless set.
   *
   * @throws IllegalArgumentException if it is not 1 to 1,000,000
   */
  public FlowShieldBuilder inFlight(int most) {
    return inFlight(InFlightLimit.of(most));
  }

  /** Caps the work in flight. No cap unless set. */
  public FlowShieldBuilder inFlight(InFlightLimit limit) {
    this.inFlight = Objects.requireNonNull(limit, "inFlight");
    return this;
  }

  /**
   * Lets a shield that {@linkplain InFlightLimit#auto finds} its cap by itself see that memory is
   * short. If collections of garbage leave little of the heap free and yet take much of the time,
   * the shield admits far less work, and no {@linkplain Criticality#SHEDDABLE sheddable} work. Then
   * it admits a little more each half second while memory is free. If memory stays short
   * nevertheless, the work in flight does not hold it, and the shield ignores memory, for a minute
   * at first.
   *
   * <p>A shield sees nothing of memory unless this is set. Over HTTP it is set.
   *
   * @param used the part of the heap that was in use after the latest collection, 0 to 1
   * @param collecting how long collections have stopped the process until now, in nanoseconds. Both
   *     functions are called at most twice a second, by threads with requests. They must be quick
   *     and not throw
   */
  public FlowShieldBuilder memory(DoubleSupplier used, LongSupplier collecting) {
    this.memoryUsed = Objects.requireNonNull(used, NO_MEMORY);
    this.collectingNanos = Objects.requireNonNull(collecting, NO_MEMORY);
    return this;
  }

  /**
   * Lets a shield that {@linkplain InFlightLimit#auto finds} its cap by itself see how busy the
   * processors are. Then it rejects requests only while the process uses nearly all processors,
   * requests wait in front of the shield, or memory is short. {@link #shedOnPlateau} adds a reason.
   *
   * <p>A shield sees nothing of processors unless this is set, and judges by the throughput alone,
   * as with {@link #shedOnPlateau}. Over HTTP it is set.
   *
   * @param usedNanos the processor time that the process has used until now, summed over all
   *     processors, in nanoseconds; steps of some milliseconds do not matter. It is called at most
   *     twenty times a second, by threads with requests, and must be quick and not throw
   * @param count the processors that the process may use, as many as it can keep busy at once
   * @throws IllegalArgumentException if the count is not 1 to 1,000,000
   */
  public FlowShieldBuilder processors(LongSupplier usedNanos, int count) {
    Objects.requireNonNull(
        usedNanos,
        "processors must have a function of the time used, got null: leave it out for a shield"
            + " that does not see them");
    if (count < 1 || count > MOST_PROCESSORS) {
      throw new IllegalArgumentException("processors must be 1 to 1,000,000, got " + count
          + ": say how many the process may use, as Runtime.availableProcessors() does");
    }
    this.processorNanos = usedNanos;
    this.processors = count;
    return this;
  }

  /**
   * Lets a shield that {@linkplain InFlightLimit#auto finds} its cap by itself also reject requests
   * while more work in flight brings no more throughput, although its processors are not busy. An
   * example is work that waits for one of a few connections to a database.
   *
   * <p>The throughput is the only evidence for that, and it can mislead. Of a thousand random
   * situations in which nothing was short, a few had requests rejected for some seconds, when a
   * backend became many times slower at the moment at which traffic rose. Therefore it is off,
   * unless the shield sees nothing of {@linkplain #processors processors}.
   */
  public FlowShieldBuilder shedOnPlateau() {
    this.shedsOnPlateau = true;
    return this;
  }

  /** Sets a gate of another kind, which all shields that are built then share; for tests. */
  FlowShieldBuilder gate(Gate other) {
    this.gate = other;
    return this;
  }

  /**
   * Bounds the requests that may wait at a time, by {@link FlowShield#admit(Request, Duration)}:
   * 1,000 unless set. Each event, such as a request that begins or stops waiting, costs about 200
   * ns for each waiting request. The cost of a crowd grows with the square of its size.
   *
   * @throws IllegalArgumentException if it is not 0 to 10,000
   */
  public FlowShieldBuilder maxQueued(int most) {
    if (most < 0 || most > MOST_QUEUED) {
      throw new IllegalArgumentException("maxQueued must be 0 to 10,000, got " + most
          + ": choose how many requests may wait at a time, fewer as each costs time for each"
          + " other, or 0 for none");
    }
    this.maxQueued = most;
    return this;
  }

  /**
   * Lets requests that wait, by {@link FlowShield#admit(Request, Duration)}, wait for a slot in
   * flight too. Unless set, they are shed if no slot is free. A request that does not wait is shed
   * while another one waits for a slot that is at least as {@linkplain Request#withCriticality
   * critical}. A leaked slot, or a cap that has risen by itself, is noticed within 100 ms.
   */
  public FlowShieldBuilder queueForSlots() {
    this.queueForSlots = true;
    return this;
  }

  /**
   * Adds a listener for rejections, including those of shadow limits. It gets at most ten events a
   * second of each {@link RejectionEvent.Kind kind}, from the executor that the JDK uses for tasks
   * without one. Each listener has a rate of its own, so a slow one delays no other.
   *
   * @throws IllegalArgumentException if the listener was added before, or there are 16 already
   */
  public FlowShieldBuilder onRejection(RejectionListener listener) {
    return onRejection(listener, RejectionEvents.defaultExecutor());
  }

  /**
   * Adds a listener for rejections that is called by another executor. See {@link
   * #onRejection(RejectionListener)}.
   *
   * @param executor runs or rejects each task; if it waits, or runs the task at once, the rejected
   *     request waits too
   */
  public FlowShieldBuilder onRejection(RejectionListener listener, Executor executor) {
    add(rejectionListeners, "onRejection", listener, executor);
    return this;
  }

  private static <T> void add(
      Map<T, Executor> listeners, String method, T listener, Executor executor) {
    Objects.requireNonNull(listener, "listener");
    Objects.requireNonNull(executor, "executor");
    if (listeners.size() == MOST_LISTENERS) {
      throw new IllegalArgumentException("listeners of " + method + " must be at most "
          + MOST_LISTENERS + ", got one more: let one of them call the others");
    }
    if (listeners.putIfAbsent(listener, executor) != null) {
      throw new IllegalArgumentException("listeners of " + method
          + " must differ, got the same twice: add it once, it gets every kind");
    }
  }

  /**
   * Adds a listener for the pressure on the server, so that an application can do with less before
   * work has to be shed. It gets each change, one call at a time, from the executor that the JDK
   * uses for tasks without one. A change that is over before it could be reported is left out. The
   * listener is never called unless the shield {@linkplain InFlightLimit#auto finds} its cap by
   * itself.
   *
   * @throws IllegalArgumentException if the listener was added before, or there are 16 already
   */
  public FlowShieldBuilder onPressure(Consumer<? super Pressure> listener) {
    return onPressure(listener, RejectionEvents.defaultExecutor());
  }

  /**
   * Adds a listener for the pressure that another executor calls, which runs or rejects each task.
   * See {@link #onPressure(Consumer)}.
   */
  public FlowShieldBuilder onPressure(Consumer<? super Pressure> listener, Executor executor) {
    add(pressureListeners, "onPressure", listener, executor);
    return this;
  }

  /**
   * Shows keys to the listeners and in {@link FlowShield#topRejected}, instead of ids. Keys may be
   * addresses of people, and are text that clients choose: escape them before they go to a log or a
   * page.
   */
  public FlowShieldBuilder showKeys() {
    this.showKeys = true;
    return this;
  }

  /**
   * Counts admissions that are collected as garbage before they were closed
   * ({@link ShieldStats#leaked}), and releases their slots. Off unless set, and at no cost then. If
   * set, each admission costs about 40 ns and 88 bytes more.
   */
  public FlowShieldBuilder detectLeaks() {
    this.detectsLeaks = true;
    return this;
  }

  /**
   * Detects leaks like {@link #detectLeaks()}, and reports the stack of each leaked admission. For
   * tests and for the search, because it records the stack of every admission.
   *
   * @param whereMade gets an exception whose stack trace is that of the admission, from the
   *     executor that the JDK uses for tasks without one
   */
  public FlowShieldBuilder detectLeaks(Consumer<? super Throwable> whereMade) {
    this.leakListener = Objects.requireNonNull(whereMade, "whereMade");
    return detectLeaks();
  }

  /** Sets the source of the time; for tests. */
  public FlowShieldBuilder ticker(Ticker source) {
    this.ticker = Objects.requireNonNull(source, "ticker");
    return this;
  }

  /**
   * Sets the source of the wall clock, which is read when the shield is built, for limits that
   * follow the calendar; for tests.
   */
  public FlowShieldBuilder instantSource(InstantSource source) {
    this.instantSource = Objects.requireNonNull(source, "instantSource");
    return this;
  }

  /**
   * Builds the shield.
   *
   * @throws IllegalStateException if nothing is limited, or there are too many limits
   * @throws IllegalArgumentException if a limit is outside the range of its limiter, or no limiter
   *     has the name
   */
  public FlowShield build() {
    if (limits.isEmpty() && inFlight.isOff()) {
      throw new IllegalStateException(
          "a shield must have a limit or a cap in flight, got neither: set one, as in"
              + " perKey(\"100/s\") or inFlight(200)");
    }
    requireAtMost(
        MOST_LIMITS, limits.size(), "limits of a shield", "build another shield for the rest");
    requireAtMost(
        LimitSets.MOST_CHARGES,
        usual.size(),
        "limits that each request is charged",
        "add those that only some requests are charged by named(...)");
    long now = ticker.nanos();
    List<RejectionEvents> events = new ArrayList<>(rejectionListeners.size());
    rejectionListeners.forEach(
        (listener, executor) -> events.add(new RejectionEvents(listener, executor, showKeys, now)));
    Rejections rejections = new Rejections(events, new TopRejected(showKeys));
    LimitRegistry active = new LimitRegistry(kept(), usual, rejections, ticker, instantSource);
    List<PressureEvents> pressureEvents = new ArrayList<>(pressureListeners.size());
    pressureListeners.forEach(
        (listener, executor) -> pressureEvents.add(new PressureEvents(listener, executor)));
    Gate chosen = gate == null ? gate(now, pressureEvents) : gate;
    LeakDetector leaks =
        detectsLeaks ? new LeakDetector(leakListener, RejectionEvents.defaultExecutor()) : null;
    InFlightTracker slots = new InFlightTracker(ticker, chosen, rejections, leaks, pressureEvents);
    return new FlowShield(ticker, now, slots, maxQueued, queueForSlots, rejections, active);
  }

  private List<Limit> kept() {
    LimitStore ofLimits = store;
    return ofLimits == null
        ? List.copyOf(limits.values())
        : limits.values().stream().map(limit -> limit.orInStore(ofLimits)).toList();
  }

  private Gate gate(long now, List<PressureEvents> pressureEvents) {
    if (!inFlight.isAuto()) {
      return new InFlight(inFlight.most(), inFlight.isShadow());
    }
    return new AdaptiveGate(
        Runtime.getRuntime().availableProcessors(),
        now,
        inFlight.isShadow(),
        pressure -> pressureEvents.forEach(each -> each.changed(pressure)),
        new MemoryShortage(memoryUsed, collectingNanos, now),
        processorNanos == null ? Processors.unseen() : new Processors(processorNanos, processors),
        shedsOnPlateau);
  }

  private static void requireAtMost(int most, int given, String what, String wayOut) {
    if (given > most) {
      throw new IllegalStateException(
          String.format("%s must be at most %,d, got %,d: %s", what, most, given, wayOut));
    }
  }
}
