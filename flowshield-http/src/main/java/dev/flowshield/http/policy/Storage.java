package dev.flowshield.http.policy;

import dev.flowshield.LimitStore;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.engine.Limit;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The place of the limit of a policy.
 *
 * @param isLocal whether this process keeps the limit, although there is a store
 * @param onFailure the policy during an outage of the store; null for that of all limits
 * @param isLeased whether permits are prefetched from the store
 */
record Storage(boolean isLocal, @Nullable StoreFailurePolicy onFailure, boolean isLeased) {

  /** The place for a row without options. */
  static final Storage USUAL = new Storage(false, null, false);

  private static final String LOCAL = "local";
  private static final String ON = "on";
  private static final String OFF = "off";

  /** Returns this place with the option {@code store=} of a row. */
  Storage inStore(String value) {
    if (!value.equals(LOCAL)) {
      throw new IllegalArgumentException("store must be local in a row, got '" + value
          + "': leave it out for the store of all limits");
    }
    return new Storage(true, onFailure, isLeased);
  }

  /** Returns this place with the option {@code on-store-failure=} of a row. */
  Storage onFailure(String value) {
    return new Storage(isLocal, StoreFailurePolicy.parse(value), isLeased);
  }

  /** Returns this place with the option {@code lease=} of a row. */
  Storage leased(String value) {
    if (!value.equals(ON) && !value.equals(OFF)) {
      throw new IllegalArgumentException("lease must be on or off, got '" + value
          + "': leave it out for a limit that is kept to the permit");
    }
    return new Storage(isLocal, onFailure, value.equals(ON));
  }

  /** Returns a limit for this place, in the store of all limits if there is one. */
  Limit of(Limit limit, @Nullable LimitStore store) {
    if (isLocal) {
      return limit.withLimiter("token-bucket");
    }
    if (store == null || (onFailure == null && !isLeased)) {
      return limit;
    }
    Map<String, String> options = new HashMap<>();
    if (onFailure != null) {
      options.put("on-store-failure", onFailure.toString());
    }
    if (isLeased) {
      options.put("lease", ON);
    }
    return limit.withStore(store, options);
  }

  /** Adds the options that differ from the default to the words of a row. */
  void addTo(StringJoiner words) {
    if (isLocal) {
      words.add("store=" + LOCAL);
    }
    if (onFailure != null) {
      words.add("on-store-failure=" + onFailure);
    }
    if (isLeased) {
      words.add("lease=" + ON);
    }
  }
}
