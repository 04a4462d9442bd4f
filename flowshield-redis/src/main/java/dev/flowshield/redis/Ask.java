package dev.flowshield.redis;

import dev.flowshield.redis.script.ScriptCall;
import dev.flowshield.redis.script.StoredRates;
import org.jspecify.annotations.Nullable;

/**
 * A request for permits of one key, as it passes through the {@link ReserveSteps} of its limiter.
 * Not thread-safe; each step hands it to the next.
 */
final class Ask {

  private final ReserveSteps steps;
  private final String key;
  private final long permits;
  private final StoredRates rates;
  private final long at;
  private final long since;
  private @Nullable String name; // computed when a step needs it: it is a keyed hash

  /**
   * Creates a request.
   *
   * @param steps those of the limiter that is asked
   * @param at the reading of the limiter's ticker
   * @param since the reading of the store's ticker
   */
  Ask(ReserveSteps steps, String key, long permits, StoredRates rates, long at, long since) {
    this.steps = steps;
    this.key = key;
    this.permits = permits;
    this.rates = rates;
    this.at = at;
    this.since = since;
  }

  /** Returns the steps of the limiter that is asked. */
  ReserveSteps steps() {
    return steps;
  }

  String key() {
    return key;
  }

  long permits() {
    return permits;
  }

  /** Returns the rates of the limiter when the request arrived. */
  StoredRates rates() {
    return rates;
  }

  /** Returns whether the request is for more permits than its key can ever have. */
  boolean isBeyondBurst() {
    return permits > rates.burst();
  }

  /** Returns the reading of the limiter's ticker when the request arrived. */
  long at() {
    return at;
  }

  /** Returns the reading of the store's ticker when the request arrived. */
  long since() {
    return since;
  }

  /** Returns the name of the key in the store. */
  String name() {
    String known = name;
    if (known == null) {
      known = steps.name(key);
      name = known;
    }
    return known;
  }

  /** Returns this request as a target of a call of the script. */
  ScriptCall.Target target() {
    return new ScriptCall.Target(name(), rates, permits);
  }
}
