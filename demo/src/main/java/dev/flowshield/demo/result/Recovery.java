package dev.flowshield.demo.result;

import java.time.Duration;
import java.util.Locale;

/**
 * The time from a spike until the server had recovered, which is the start of the first second in
 * which 99 of 100 requests were served in time.
 */
public sealed interface Recovery {

  /** A recovery that was observed. */
  record After(Duration time) implements Recovery {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
    }
  }

  /** No recovery during the observed time. */
  record NotWithin(Duration watched) implements Recovery {
    @Override
    public String toString() {
      return "not within " + watched.toSeconds() + " s";
    }
  }
}
