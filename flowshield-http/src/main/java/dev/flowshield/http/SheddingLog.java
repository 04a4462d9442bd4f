package dev.flowshield.http;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.OverloadStats;
import dev.flowshield.engine.ShieldStats;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs that the cap on requests in flight begins to reject, with the evidence and its numbers, and
 * that it has stopped, with how long it took and how many were rejected. If there is no evidence at
 * the first rejection, the first line follows a second later. It has stopped when none was rejected
 * for {@value #QUIET_SECONDS} seconds, so there are no more than two lines in that time. No line
 * holds text of a client.
 *
 * <p>The lines have the logger of {@link RejectionLog}. A rejection costs one read of a header here,
 * except the first, which reads the numbers. The lines are written by another thread, which looks
 * once a second until it has stopped.
 *
 * <p>Thread-safe.
 */
final class SheddingLog {

  private static final Logger LOG = System.getLogger("dev.flowshield.http.rejections");
  private static final int QUIET_SECONDS = 5;

  private final FlowShield engine;
  private final SheddingDiagnosis signs;
  private final Consumer<String> lines;
  private final RepeatedTask watching;
  private final Supplier<RepeatedTask.Step> firstLook = this::first;

  // Accessed by the one task that there is.
  private @Nullable ShieldStats untold; // of the first rejection
  private long shedBefore; // until it stopped last
  private long shedSeen;
  private Duration beganAt = Duration.ZERO;
  private Duration lastAt = Duration.ZERO; // that rejections were seen

  /** Creates a log that has signs looked for once a second meanwhile. */
  SheddingLog(FlowShield engine, SheddingDiagnosis signs) {
    this(
        engine,
        signs,
        line -> LOG.log(Level.INFO, line),
        ProcessTimer.after(0, TimeUnit.SECONDS),
        ProcessTimer.after(1, TimeUnit.SECONDS));
  }

  /** Creates a log for tests, which decide when a second is over. */
  SheddingLog(
      FlowShield engine,
      SheddingDiagnosis signs,
      Consumer<String> lines,
      Executor now,
      Executor inASecond) {
    this.engine = engine;
    this.signs = signs;
    this.lines = lines;
    this.watching = new RepeatedTask(now, inASecond);
  }

  /** Hears that the cap has rejected a request. */
  void shed() {
    watching.start(firstLook);
  }

  /** Ends the log. */
  void close() {
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
    untold = first;
    if (hasEvidence(first)) {
      tell(first);
    }
    signs.begin(first);
    return this::look;
  }

  private void tell(ShieldStats stats) {
    untold = null;
    lines.accept("FlowShield: sheds, with a cap in flight of " + explanation(stats));
  }

  /** Returns whether it is known why it sheds; else it may be known soon. */
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
    ShieldStats first = untold;
    if (first != null) {
      tell(hasEvidence(stats) ? stats : first);
    }
    if (stats.shed() != shedSeen) {
      shedSeen = stats.shed();
      lastAt = stats.uptime();
    }
    signs.look(stats, engine.isInFlightAuto());
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
