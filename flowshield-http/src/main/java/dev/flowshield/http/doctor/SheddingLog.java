package dev.flowshield.http.doctor;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.OverloadStats;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.process.ProcessTimer;
import dev.flowshield.http.process.RepeatedTask;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs when the cap on requests in flight begins to reject, with the evidence, and when it has
 * stopped, with the duration and the number of rejections. Without evidence at the first rejection,
 * the first line follows a second later. The cap has stopped when it has rejected no request for
 * {@value #QUIET_SECONDS} seconds. Therefore there are at most two lines in that time. No line
 * holds text of a client.
 *
 * <p>The lines have the logger of {@link RejectionLog}. A rejection costs one volatile read here,
 * except the first, which reads the statistics. Another thread writes the lines. It polls once a
 * second until the cap has stopped.
 *
 * <p>Thread-safe.
 */
public final class SheddingLog {

  private static final Logger LOG = System.getLogger("dev.flowshield.http.rejections");
  private static final int QUIET_SECONDS = 5;

  private final FlowShield engine;
  private final SheddingDiagnosis diagnosis;
  private final Consumer<String> lines;
  private final RepeatedTask watching;
  private final Supplier<RepeatedTask.Step> firstLook = this::first;

  // Confined to the only task.
  private @Nullable ShieldStats unreported; // of the first rejection
  private long shedBefore; // until it stopped last
  private long shedSeen;
  private Duration beganAt = Duration.ZERO;
  private Duration lastAt = Duration.ZERO; // of a rejection

  /** Creates a log that also runs a diagnosis once a second. */
  public SheddingLog(FlowShield engine, SheddingDiagnosis diagnosis) {
    this(
        engine,
        diagnosis,
        line -> LOG.log(Level.INFO, line),
        ProcessTimer.after(0, TimeUnit.SECONDS),
        ProcessTimer.after(1, TimeUnit.SECONDS));
  }

  /** Creates a log for tests, which decide when a second is over. */
  public SheddingLog(
      FlowShield engine,
      SheddingDiagnosis diagnosis,
      Consumer<String> lines,
      Executor now,
      Executor inASecond) {
    this.engine = engine;
    this.diagnosis = diagnosis;
    this.lines = lines;
    this.watching = new RepeatedTask(now, inASecond);
  }

  /** Reports a rejection by the cap. */
  public void shed() {
    watching.start(firstLook);
  }

  /** Stops the log. */
  public void close() {
    watching.close();
  }

  private RepeatedTask.Step first() {
    ShieldStats first = engine.stats(); // at once, as the evidence may be gone soon
    return () -> begin(first);
  }

  private RepeatedTask.Step begin(ShieldStats first) {
    beganAt = first.uptime();
    lastAt = beganAt;
    shedSeen = first.shed();
    unreported = first;
    if (hasEvidence(first)) {
      report(first);
    }
    diagnosis.begin(first);
    return this::look;
  }

  private void report(ShieldStats stats) {
    unreported = null;
    lines.accept("FlowShield: sheds, with a cap in flight of " + explanation(stats));
  }

  /** Returns whether the cause of the rejections is known; if not, it may be known soon. */
  private static boolean hasEvidence(ShieldStats stats) {
    return stats.overload().map(found -> found.evidence().isPresent()).orElse(true);
  }

  private static String explanation(ShieldStats stats) {
    return stats
        .overload()
        .map(OverloadStats::explanation)
        .orElseGet(() -> stats.inFlightLimit() + ": set as a number");
  }

  private RepeatedTask.@Nullable Step look() {
    ShieldStats stats = engine.stats();
    ShieldStats first = unreported;
    if (first != null) {
      report(hasEvidence(stats) ? stats : first);
    }
    if (stats.shed() != shedSeen) {
      shedSeen = stats.shed();
      lastAt = stats.uptime();
    }
    diagnosis.look(stats, engine.isInFlightAuto());
    if (stats.uptime().minus(lastAt).toSeconds() < QUIET_SECONDS) {
      return this::look;
    }
    lines.accept("FlowShield: sheds no more: " + (shedSeen - shedBefore)
        + " requests rejected by the cap in flight within "
        + lastAt.minus(beganAt).plusMillis(999).toSeconds() + " s, and none in the last "
        + QUIET_SECONDS + " s");
    shedBefore = shedSeen;
    return null;
  }
}
