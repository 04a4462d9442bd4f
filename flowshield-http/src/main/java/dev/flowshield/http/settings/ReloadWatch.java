package dev.flowshield.http.settings;

import dev.flowshield.http.process.ProcessTimer;
import dev.flowshield.http.process.ShieldLog;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the configuration of a shield every few seconds, and has it reloaded when that has
 * changed, and a second later says the same: else a file that is half written would take effect,
 * without the settings that are not yet in it. A configuration that is not possible is logged once
 * and leaves the shield as it is.
 *
 * <p>Ends with the reload and its shield, which it does not keep from being collected.
 */
public final class ReloadWatch {

  private final WeakReference<Reload> watched;
  private final @Nullable ClassLoader loader; // that finds the files
  private final IntFunction<Executor> inSeconds;

  // Accessed by the one task that there is.
  private Map<String, String> seen; // nothing if it could not be read
  private Map<String, String> unsettled = Map.of(); // seen once; nothing if there is no change
  private int seconds;

  private ReloadWatch(Reload reload, Settings inForce, IntFunction<Executor> inSeconds) {
    this.watched = new WeakReference<>(reload);
    this.loader = Thread.currentThread().getContextClassLoader();
    this.seen = inForce.contents();
    this.seconds = inForce.reloadSeconds();
    this.inSeconds = inSeconds;
  }

  /** Watches, if the configuration says so. */
  public static void begin(Reload reload, Settings inForce) {
    begin(reload, inForce, seconds -> ProcessTimer.after(seconds, TimeUnit.SECONDS));
  }

  /** For tests, which decide when the seconds are over. */
  public static void begin(Reload reload, Settings inForce, IntFunction<Executor> inSeconds) {
    new ReloadWatch(reload, inForce, inSeconds).next();
  }

  private void next() {
    if (seconds > 0) {
      inSeconds.apply(unsettled.isEmpty() ? seconds : 1).execute(this::look);
    }
  }

  private void look() {
    Reload reload = watched.get();
    if (reload == null) {
      return;
    }
    Thread thread = Thread.currentThread();
    ClassLoader own = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      look(reload);
    } finally {
      thread.setContextClassLoader(own);
      next();
    }
  }

  private void look(Reload reload) {
    Settings now;
    try {
      now = reload.read();
    } catch (UncheckedIOException | IllegalArgumentException unreadable) {
      unsettled = Map.of();
      if (!seen.isEmpty()) { // else it is known
        seen = Map.of();
        warn(unreadable);
      }
      return;
    }
    try {
      Map<String, String> contents = now.contents();
      boolean isSettled = contents.equals(unsettled);
      unsettled = isSettled || contents.equals(seen) ? Map.of() : contents;
      if (isSettled) {
        seen = contents;
        report(reload.change());
        seconds = now.reloadSeconds();
      }
    } catch (RuntimeException failure) { // also of the application; no caller would see it
      warn(failure);
    }
  }

  private static void warn(RuntimeException why) {
    ShieldLog.warn("the configuration has changed and is not possible, so the one before stays in"
        + " force: " + why.getMessage());
  }

  private static void report(List<String> changes) {
    if (changes.isEmpty()) {
      ShieldLog.info("the configuration was written again and says the same");
    }
  }
}
