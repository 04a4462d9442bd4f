package dev.flowshield.management;

import dev.flowshield.Pressure;
import dev.flowshield.engine.Blocked;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.engine.OverloadStats;
import dev.flowshield.engine.Rejection;
import dev.flowshield.engine.RejectionEvent;
import dev.flowshield.engine.RejectionListener;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.engine.Unavailable;
import dev.flowshield.http.HttpShield;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The events of a shield in JDK Flight Recorder, until it is closed.
 *
 * <pre>{@code
 * HttpShield shield = HttpShield.builder()
 *     .perClient("100/s")
 *     .operations(it -> it.engine(FlowShieldRecording::listen))
 *     .build();
 * FlowShieldRecording recording = FlowShieldRecording.observe(shield);
 * }</pre>
 *
 * <ul>
 *   <li>{@code dev.flowshield.Shield}: the numbers of the shield, every 10 seconds, by {@link
 *       #observe(HttpShield)}.
 *   <li>{@code dev.flowshield.Rejection}: at most ten a second of each kind, by {@link
 *       #listener()}.
 *   <li>{@code dev.flowshield.Pressure}: each change of the pressure, by {@link
 *       #pressureListener()}.
 * </ul>
 *
 * <p>A shield gets its listeners when it is built, so the last two must be added to its builder:
 * both by {@link #listen}, or one of them by {@code onRejection} or {@code onPressure}.
 *
 * <p><b>Cost.</b> Admitted requests cost nothing more. While nobody records, a rejection costs no
 * more than with any listener, and nothing is read every 10 seconds.
 *
 * <p>Thread-safe. Keeps an observed shield alive until it is closed.
 */
public final class FlowShieldRecording implements AutoCloseable {

  private static final String DEFAULT = "default"; // the name of a shield without one
  private static final int ABSENT = -1; // a cap

  private final AtomicReference<@Nullable Runnable> hook;

  private FlowShieldRecording(Runnable hook) {
    this.hook = new AtomicReference<>(hook);
    FlightRecorder.addPeriodicEvent(ShieldJfrEvent.class, hook);
  }

  /**
   * Adds the listeners of a shield named {@code default} to its builder: {@link #listener()} and
   * {@link #pressureListener()}.
   */
  public static void listen(FlowShieldBuilder builder) {
    builder.onRejection(listener()).onPressure(pressureListener());
  }

  /** Returns a listener that records rejections of a shield named {@code default}. */
  public static RejectionListener listener() {
    return listener(DEFAULT);
  }

  /**
   * Returns a listener that records rejections, for {@link
   * FlowShieldBuilder#onRejection(RejectionListener)}. It bounds nothing by itself: a shield calls
   * each listener at most ten times a second for each kind.
   *
   * @param shield the name of the shield, for the events
   * @throws IllegalArgumentException if the name is blank
   */
  public static RejectionListener listener(String shield) {
    FlowShieldMBeans.requireName(shield);
    return event -> record(shield, event);
  }

  /** Returns a listener that records the pressure on a shield named {@code default}. */
  public static Consumer<Pressure> pressureListener() {
    return pressureListener(DEFAULT);
  }

  /**
   * Returns a listener that records each change of the pressure, for {@link
   * FlowShieldBuilder#onPressure(Consumer)}.
   *
   * @param shield the name of the shield, for the events
   * @throws IllegalArgumentException if the name is blank
   */
  public static Consumer<Pressure> pressureListener(String shield) {
    FlowShieldMBeans.requireName(shield);
    return pressure -> record(shield, pressure);
  }

  /** Records the numbers of a shield over HTTP periodically, while a recording is on. */
  public static FlowShieldRecording observe(HttpShield shield) {
    return new FlowShieldRecording(() -> record(shield.name(), shield.engine(), shield));
  }

  /**
   * Records the numbers of a shield without HTTP periodically, while a recording is on.
   *
   * @param name the name of the shield, for the events
   * @throws IllegalArgumentException if the name is blank
   */
  public static FlowShieldRecording observe(String name, FlowShield shield) {
    FlowShieldMBeans.requireName(name);
    Objects.requireNonNull(shield, "shield");
    return new FlowShieldRecording(() -> record(name, shield, null));
  }

  /** Stops recording the numbers of the shield. Idempotent. Listeners stay with their shield. */
  @Override
  public void close() {
    Runnable known = hook.getAndSet(null);
    if (known != null) {
      FlightRecorder.removePeriodicEvent(known);
    }
  }

  private static void record(String shield, RejectionEvent rejected) {
    RejectionJfrEvent event = new RejectionJfrEvent();
    if (event.isEnabled()) {
      event.shield = shield;
      event.kind = rejected.kind().name();
      event.limit = limit(rejected.rejection());
      event.retryAfter = rejected.rejection().retryAfterNanos();
      event.key = rejected.key();
      event.suppressed = rejected.suppressed();
      event.commit();
    }
  }

  private static String limit(Rejection rejection) {
    if (rejection instanceof OverLimit overLimit) {
      return overLimit.name();
    } else if (rejection instanceof Blocked blocked) {
      return blocked.name();
    } else if (rejection instanceof Unavailable unavailable) {
      return unavailable.name();
    }
    return "";
  }

  private static void record(String shield, Pressure pressure) {
    PressureJfrEvent event = new PressureJfrEvent();
    if (event.isEnabled()) {
      event.shield = shield;
      event.pressure = pressure.name();
      event.commit();
    }
  }

  /** Records the numbers of a shield. Flight Recorder calls it while the event is on. */
  private static void record(String name, FlowShield engine, @Nullable HttpShield http) {
    ShieldStats stats = engine.stats();
    ShieldJfrEvent event = new ShieldJfrEvent();
    event.shield = name;
    event.admitted = stats.admitted();
    event.overLimit = stats.overLimit();
    event.blocked = stats.blocked();
    event.shed = stats.shed();
    event.unavailable = stats.unavailable();
    event.wouldShed = stats.wouldShed();
    event.failed = stats.failed();
    event.ignored = stats.ignored();
    event.leaked = stats.leaked();
    event.inFlight = stats.inFlight();
    event.inFlightLimit =
        stats.inFlightLimit() == Integer.MAX_VALUE ? ABSENT : stats.inFlightLimit();
    event.waiting = stats.waiting();
    event.queueFull = stats.queueFull();
    event.pressure = engine.pressure().name();
    if (http != null) {
      event.denied = http.denied();
      event.openStreams = http.streams().open();
    }
    OverloadStats overload = stats.overload().orElse(null);
    if (overload != null) {
      event.perSecond = overload.perSecond();
      event.latency = overload.latency().toNanos();
      event.explanation = overload.explanation();
    }
    event.commit();
  }
}
