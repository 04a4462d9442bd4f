package dev.flowshield.http.doctor;

import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.LimitStats;
import dev.flowshield.engine.RejectedKey;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.exchange.StreamStats;
import dev.flowshield.http.process.ProcessTimer;
import dev.flowshield.http.process.RepeatedTask;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs rejections: one line at the first of them, and then at most one a minute, each with the
 * number of rejections since the last line.
 *
 * <p>The lines have the logger {@code dev.flowshield.http.rejections}, so that they can be turned
 * off. The numbers are those of the engine, and another thread writes the line. Therefore a
 * rejection costs one volatile read here.
 *
 * <p>Thread-safe.
 */
public final class RejectionLog {

  private static final Logger LOG = System.getLogger("dev.flowshield.http.rejections");

  private final FlowShield engine;
  private final LongSupplier denied;
  private final Supplier<StreamStats> streams;
  private final Runnable eachMinute;
  private final Consumer<String> lines;
  private final RepeatedTask reporting;
  private final Supplier<RepeatedTask.Step> firstReport =
      this::first; // once, as rejections are many

  // Of the last line; confined to the only task.
  private final Map<String, Long> before = new HashMap<>();

  /**
   * Creates a log.
   *
   * @param eachMinute is run for each line
   */
  public RejectionLog(
      FlowShield engine, LongSupplier denied, Supplier<StreamStats> streams, Runnable eachMinute) {
    this(
        engine,
        denied,
        streams,
        eachMinute,
        line -> LOG.log(Level.INFO, line),
        ProcessTimer.after(0, TimeUnit.SECONDS),
        ProcessTimer.after(1, TimeUnit.MINUTES));
  }

  /** Creates a log for tests, which decide when a minute is over. */
  public RejectionLog(
      FlowShield engine,
      LongSupplier denied,
      Supplier<StreamStats> streams,
      Runnable eachMinute,
      Consumer<String> lines,
      Executor now,
      Executor inAMinute) {
    this.engine = engine;
    this.denied = denied;
    this.streams = streams;
    this.eachMinute = eachMinute;
    this.lines = lines;
    this.reporting = new RepeatedTask(now, inAMinute);
  }

  /** Reports a rejection. */
  public void rejected() {
    reporting.start(firstReport);
  }

  /** Stops the log. */
  public void close() {
    reporting.close();
  }

  private RepeatedTask.Step first() {
    return this::report;
  }

  private RepeatedTask.@Nullable Step report() {
    String rejections = since();
    if (rejections.isEmpty()) {
      return null;
    }
    lines.accept("FlowShield: rejected since the last such line: " + rejections);
    eachMinute.run();
    return this::report;
  }

  /** Returns the rejections since the last call; empty if absent. */
  private String since() {
    ShieldStats stats = engine.stats();
    StringJoiner all = new StringJoiner(", ");
    for (LimitStats limit : stats.limits()) {
      if (!limit.isShadow()) {
        add(all, "limit '" + limit.name() + "'", limit.rejected());
      }
    }
    add(all, "a store that does not answer", stats.unavailable());
    add(all, "cap on requests in flight", stats.shed());
    StreamStats ofStreams = streams.get();
    add(all, "cap on open streams of a client", ofStreams.overLimit());
    add(all, "cap on open streams", ofStreams.shed());
    add(all, "a denied client or path", denied.getAsLong());
    if (all.length() == 0) {
      return "";
    }
    List<RejectedKey> top = engine.topRejected(1);
    return top.isEmpty()
        ? all.toString()
        : all + "; most of all so far: client " + printable(top.get(0).key());
  }

  /**
   * Returns a key as printable ASCII. With {@code show-keys}, a key is text of the client, which
   * could otherwise end the line and write another one.
   */
  private static String printable(String key) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c >= ' ' && c <= '~') {
        shown.append(c);
      } else {
        shown.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    return shown.toString();
  }

  private void add(StringJoiner all, String what, long count) {
    Long last = before.put(what, count);
    long more = count - (last == null ? 0 : last);
    if (more > 0) {
      all.add(more + " by " + what);
    }
  }
}
