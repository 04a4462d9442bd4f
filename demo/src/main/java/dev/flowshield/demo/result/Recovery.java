package dev.flowshield.demo.result;

import java.time.Duration;
import java.util.Locale;

/**
 * How long after a spike the server was itself again: from then on for one second, 99 of 100
 * requests were served in time.
 */
public sealed interface Recovery {

  /** It was seen to be itself again. */
  record After(Duration time) implements Recovery {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
    }
  }

  /** It was watched for a while and was not. */
  record NotWithin(Duration watched) implements Recovery {
    @Override
    public String toString() {
      return "not within " + watched.toSeconds() + " s";
    }
  }
}
