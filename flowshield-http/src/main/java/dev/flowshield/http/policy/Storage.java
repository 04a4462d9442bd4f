package dev.flowshield.http.policy;

import dev.flowshield.LimitStore;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.engine.Limit;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Where the limit of a policy is kept.
 *
 * @param isLocal whether by this process, although there is a store
 * @param onFailure how it goes on while the store does not answer; null for as all limits do
 * @param isLeased whether permits are taken from the store before they are asked for
 */
record Storage(boolean isLocal, @Nullable StoreFailurePolicy onFailure, boolean isLeased) {

  /** That of a row in which nothing is said. */
  static final Storage USUAL = new Storage(false, null, false);

  private static final String LOCAL = "local";
  private static final String ON = "on";
  private static final String OFF = "off";

  /** The same with what a row says by {@code store=}. */
  Storage inStore(String value) {
    if (!value.equals(LOCAL)) {
      throw new IllegalArgumentException("store must be local in a row, got '" + value
          + "': leave it out for the store of all limits");
    }
    return new Storage(true, onFailure, isLeased);
  }

  /** The same with what a row says by {@code on-store-failure=}. */
  Storage onFailure(String value) {
    return new Storage(isLocal, StoreFailurePolicy.parse(value), isLeased);
  }

  /** The same with what a row says by {@code lease=}. */
  Storage leased(String value) {
    if (!value.equals(ON) && !value.equals(OFF)) {
      throw new IllegalArgumentException("lease must be on or off, got '" + value
          + "': leave it out for a limit that is kept to the permit");
    }
    return new Storage(isLocal, onFailure, value.equals(ON));
  }

  /** A limit of the policy as it is kept, with the store of all limits if there is one. */
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

  /** Adds what is said to the words of a row. */
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
