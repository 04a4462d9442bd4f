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

  private static final int MOST_IN_FLIGHT = 1_000_000;
  private static final int MOST_LIMITS = 10_000;
  private static final String NO_MEMORY =
      "memory must be two functions, got null: leave it out for a shield that does not see it";
  private static final int MOST_PROCESSORS = 1_000_000;
  private static final int DEFAULT_MAX_QUEUED = 1_000;
  private static final int MOST_QUEUED = 10_000;

  private final Map<String, Limit> limits = new LinkedHashMap<>();
  private final Set<String> usual = new LinkedHashSet<>(); // those that need not be named
  private @Nullable LimitStore store;
  private int inFlight = Integer.MAX_VALUE;
  private boolean isShadowInFlight;
  private boolean findsInFlight;
  private DoubleSupplier memoryUsed = () -> 0;
  private LongSupplier collectingNanos = () -> 0;
  private @Nullable LongSupplier processorNanos;
  private int processors = 1;
  private boolean shedsOnPlateau;
  private @Nullable Gate gate;
  private int maxQueued = DEFAULT_MAX_QUEUED;
  private boolean queueForPlaces;
  private boolean detectsLeaks;
  private @Nullable Consumer<? super Throwable> leakListener;
  private @Nullable RejectionListener listener;
  private Executor executor = RejectionEvents.defaultExecutor();
  private @Nullable Consumer<? super Pressure> pressureListener;
  private Executor pressureExecutor = RejectionEvents.defaultExecutor();
  private boolean showKeys;
  private Ticker ticker = Ticker.system();
  private InstantSource instantSource = InstantSource.system();

  FlowShieldBuilder() {}

  /**
   * A limit for all requests together, as text: {@code 5000/s} or, for several rates that all hold,
   * {@code 5000/s, 100000/h}. Short for {@code limit(Limit.together("everyone", everyone))}.
   *
   * @throws IllegalArgumentException if the text is no limit, or there is a limit of that name
   */
  public FlowShieldBuilder limit(String everyone) {
    return limit(Limit.together(Limit.EVERYONE, everyone));
  }

  /** A limit for all requests together. As {@link #limit(String)}. */
  public FlowShieldBuilder limit(RateLimit everyone) {
    return limit(
        Limit.together(Limit.EVERYONE, List.of(Objects.requireNonNull(everyone, "limit"))));
  }

  /**
   * A limit for each key, as text: {@code 100/s} or, for several rates that all hold, {@code 100/s,
   * 5000/h}. Short for {@code limit(Limit.each("key", each))}.
   *
   * @throws IllegalArgumentException if the text is no limit, or there is a limit of that name
   */
  public FlowShieldBuilder perKey(String each) {
    return limit(Limit.each(Limit.KEY, each));
  }

  /** A limit for each key. As {@link #perKey(String)}. */
  public FlowShieldBuilder perKey(RateLimit each) {
    return limit(Limit.each(Limit.KEY, List.of(Objects.requireNonNull(each, "perKey"))));
  }

  /**
   * One more limit. {@link FlowShield#admit(String)} charges it, as it charges all limits that are
   * added by this method and its short forms; {@link FlowShield#admit(Charge...)} charges it if it
   * is named.
   *
   * @throws IllegalArgumentException if there is a limit of that name
   */
  public FlowShieldBuilder limit(Limit more) {
    named(more);
    usual.add(more.name());
    return this;
  }

  /**
   * One more limit, for requests that name it: only {@link FlowShield#admit(Charge...)} charges it.
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
   * The store in which all limits are kept, together with those of all other shields that share it,
   * but for those that choose a {@linkplain Limit#withLimiter(String) limiter} or another store.
   * Each is known there by its name. None unless set. The store stays open when the shield is gone.
   */
  public FlowShieldBuilder store(LimitStore ofLimits) {
    this.store = Objects.requireNonNull(ofLimits, "store");
    return this;
  }

  /**
   * The most work in flight; no cap unless set.
   *
   * @throws IllegalArgumentException if it is not 1 to 1,000,000
   */
  public FlowShieldBuilder inFlight(int most) {
    return inFlight(requireInFlight(most), false, false);
  }

  /** Caps the work in flight as the value states: the methods below, in one. */
  public FlowShieldBuilder inFlight(InFlightLimit limit) {
    Objects.requireNonNull(limit, "inFlight");
    return inFlight(limit.most(), limit.isShadow(), limit.isAuto());
  }

  /**
   * Caps the work in flight at a number that the shield finds by itself and follows, once there is
   * evidence that the server is overloaded: what the server can work at without making it wait, and
   * some more. In place of a cap. See {@link #processors} and {@link #shedOnPlateau} for what is
   * evidence; without it, 10,000 may be in flight.
   *
   * <p>Where it cannot do all, it sheds what means less first ({@link Request#as}), and of what
   * means the same, first what a client sends beyond its fair share: the first limit for each key
   * tells clients apart.
   *
   * <p>It needs work to learn from: until the first has ended, the cap is 1,000 where processors
   * are seen. Work that
   * {@linkplain Admitted#failed() failed} or was {@linkplain Admitted#ignored() ignored} teaches
   * nothing. Each admission and each close reads the clock, and the shield takes some 100 kB.
   * {@link FlowShield#inFlightLimit} tells the number, {@link ShieldStats#overload} where it comes
   * from.
   */
  public FlowShieldBuilder inFlightAuto() {
    return inFlight(Integer.MAX_VALUE, false, true);
  }

  /**
   * As {@link #inFlightAuto}, but sheds nothing and counts what it would shed:
   * {@link ShieldStats#wouldShed}. As nothing keeps the server fast meanwhile, it would shed
   * somewhat less where it did.
   */
  public FlowShieldBuilder shadowInFlightAuto() {
    return inFlight(Integer.MAX_VALUE, true, true);
  }

  /**
   * A cap in flight that sheds nothing and counts what it would shed, to find a number for
   * {@link #inFlight}: {@link ShieldStats#wouldShed}. In place of a cap.
   *
   * @throws IllegalArgumentException if it is not 1 to 1,000,000
   */
  public FlowShieldBuilder shadowInFlight(int most) {
    return inFlight(requireInFlight(most), true, false);
  }

  /**
   * Where a shield that {@linkplain #inFlightAuto finds} its cap by itself sees that memory is
   * short. If collections of garbage leave little of the heap free and yet take much of the time,
   * it admits far less, nothing of what is {@linkplain Criticality#SHEDDABLE sheddable}, and then a
   * little more each half second while memory is free. Where memory stays short all the same, the
   * work in flight does not hold it, and the shield goes on without, for a minute at first.
   *
   * <p>It sees nothing of memory unless this is set. Over HTTP it is set.
   *
   * @param used the part of the heap that was in use after the latest collection, 0 to 1
   * @param collecting for how long collections have stopped the process until now, in nanoseconds.
   *     Each is called twice a second at most, by threads with requests, and must be quick and not
   *     throw
   */
  public FlowShieldBuilder memory(DoubleSupplier used, LongSupplier collecting) {
    this.memoryUsed = Objects.requireNonNull(used, NO_MEMORY);
    this.collectingNanos = Objects.requireNonNull(collecting, NO_MEMORY);
    return this;
  }

  /**
   * Where a shield that {@linkplain #inFlightAuto finds} its cap by itself sees how busy the
   * processors are. It then rejects only while the process uses nearly all of them, or requests
   * wait in front of the shield, or memory is short; see {@link #shedOnPlateau} for more.
   *
   * <p>It sees nothing of processors unless this is set, and judges by what ends alone, as with
   * {@link #shedOnPlateau}. Over HTTP it is set.
   *
   * @param usedNanos the processor time that the process has used until now, summed over all
   *     processors, in nanoseconds; steps of some milliseconds do not matter. Called twenty times a
   *     second at most, by threads with requests, and must be quick and not throw
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
   * Has a shield that {@linkplain #inFlightAuto finds} its cap by itself reject requests also where
   * its processors are not busy, but more work in flight brings no more throughput: as where all
   * work waits for one of a few connections to a database.
   *
   * <p>What ends is the only evidence for that, and it can mislead: of a thousand random situations
   * in which nothing was short, a few had requests rejected for some seconds, when a backend became
   * many times slower at the moment at which traffic rose. So it is off, unless nothing is seen of
   * {@linkplain #processors processors}.
   */
  public FlowShieldBuilder shedOnPlateau() {
    this.shedsOnPlateau = true;
    return this;
  }

  private FlowShieldBuilder inFlight(int most, boolean onlyCounts, boolean finds) {
    this.inFlight = most;
    this.isShadowInFlight = onlyCounts;
    this.findsInFlight = finds;
    return this;
  }

  /** A gate of another kind, which is then shared by all shields that are built; for tests. */
  FlowShieldBuilder gate(Gate other) {
    this.gate = other;
    return this;
  }

  static int requireInFlight(int most) {
    if (most < 1 || most > MOST_IN_FLIGHT) {
      throw new IllegalArgumentException("inFlight must be 1 to 1,000,000, got " + most
          + ": choose what the server can work at together, or leave it out for no cap");
    }
    return most;
  }

  /**
   * How many requests may wait at a time, by {@link FlowShield#admit(Request, Duration)}: 1,000
   * unless set. Each event, such as one that begins or ends to wait, costs some 200 ns for each
   * that waits. So the cost of a crowd grows with the square of its number.
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
   * Lets requests that wait, by {@link FlowShield#admit(Request, Duration)}, wait for a place in
   * flight too; unless set, they are shed if there is none. A request that does not wait is shed
   * while one waits for a place that is at least as {@linkplain Request#as critical}. A leaked
   * place that was collected, or a cap that has risen by itself, is noticed within 100 ms.
   */
  public FlowShieldBuilder queueForPlaces() {
    this.queueForPlaces = true;
    return this;
  }

  /**
   * A listener for rejections, those of shadow limits included. It gets at most ten a second of
   * each {@link RejectionEvent.Kind kind}, from the executor that the JDK uses for tasks without
   * one.
   */
  public FlowShieldBuilder onRejection(RejectionListener newListener) {
    return onRejection(newListener, RejectionEvents.defaultExecutor());
  }

  /**
   * As {@link #onRejection(RejectionListener)}, from another executor.
   *
   * @param newExecutor runs or rejects each task; if it waits, or runs the task at once, the
   *     rejected request waits too
   */
  public FlowShieldBuilder onRejection(RejectionListener newListener, Executor newExecutor) {
    this.listener = Objects.requireNonNull(newListener, "listener");
    this.executor = Objects.requireNonNull(newExecutor, "executor");
    return this;
  }

  /**
   * A listener for how hard the server is pressed, so that an application can do with less before
   * work has to be shed. It gets each change, one call at a time, from the executor that the JDK
   * uses for tasks without one; a change that is over before it could be told is left out. Never
   * called unless the shield {@linkplain #inFlightAuto finds} its cap by itself.
   */
  public FlowShieldBuilder onPressure(Consumer<? super Pressure> newListener) {
    return onPressure(newListener, RejectionEvents.defaultExecutor());
  }

  /** As {@link #onPressure(Consumer)}, from another executor, which runs or rejects each task. */
  public FlowShieldBuilder onPressure(
      Consumer<? super Pressure> newListener, Executor newExecutor) {
    this.pressureListener = Objects.requireNonNull(newListener, "listener");
    this.pressureExecutor = Objects.requireNonNull(newExecutor, "executor");
    return this;
  }

  /**
   * Shows keys to the listener and in {@link FlowShield#topRejected}, in place of ids. Keys may be
   * addresses of people, and are text that clients choose: escape them before they go to a log or a
   * page.
   */
  public FlowShieldBuilder showKeys() {
    this.showKeys = true;
    return this;
  }

  /**
   * Counts admissions that are collected as garbage before they were closed
   * ({@link ShieldStats#leaked}), and gives their places back. Off unless asked for, and at no cost
   * then; on, each admission costs some 40 ns and 88 bytes more.
   */
  public FlowShieldBuilder detectLeaks() {
    this.detectsLeaks = true;
    return this;
  }

  /**
   * As {@link #detectLeaks()}, and tells where each was made; for tests and for the search, as it
   * records the stack of each admission.
   *
   * @param whereMade gets an exception whose stack trace is that of the admission, from the
   *     executor that the JDK uses for tasks without one
   */
  public FlowShieldBuilder detectLeaks(Consumer<? super Throwable> whereMade) {
    this.leakListener = Objects.requireNonNull(whereMade, "whereMade");
    return detectLeaks();
  }

  /** Where to read the time; for tests. */
  public FlowShieldBuilder ticker(Ticker source) {
    this.ticker = Objects.requireNonNull(source, "ticker");
    return this;
  }

  /**
   * Where to read the wall clock, as the shield is built, for limits that follow the calendar; for
   * tests.
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
    if (limits.isEmpty() && inFlight == Integer.MAX_VALUE && !findsInFlight) {
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
    Rejections rejections = new Rejections(
        listener == null ? null : new RejectionEvents(listener, executor, showKeys, now),
        new TopRejected(showKeys));
    LimitRegistry active = new LimitRegistry(kept(), usual, rejections, ticker, instantSource);
    PressureEvents pressureEvents =
        pressureListener == null ? null : new PressureEvents(pressureListener, pressureExecutor);
    Gate chosen = gate == null ? gate(now, pressureEvents) : gate;
    LeakDetector leaks =
        detectsLeaks ? new LeakDetector(leakListener, RejectionEvents.defaultExecutor()) : null;
    InFlightTracker places = new InFlightTracker(ticker, chosen, rejections, leaks, pressureEvents);
    return new FlowShield(ticker, now, places, maxQueued, queueForPlaces, rejections, active);
  }

  private List<Limit> kept() {
    LimitStore ofLimits = store;
    return ofLimits == null
        ? List.copyOf(limits.values())
        : limits.values().stream().map(limit -> limit.orInStore(ofLimits)).toList();
  }

  private Gate gate(long now, @Nullable PressureEvents pressureEvents) {
    if (!findsInFlight) {
      return new InFlight(inFlight, isShadowInFlight);
    }
    return new AdaptiveGate(
        Runtime.getRuntime().availableProcessors(),
        now,
        isShadowInFlight,
        pressureEvents == null ? pressure -> {} : pressureEvents::changed,
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
