package dev.flowshield.http.policy;

import dev.flowshield.LimitStore;
import dev.flowshield.OnStoreFailure;
import dev.flowshield.engine.Limit;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Where the limit of a policy is kept.
 *
 * @param isLocal whether by this process, although there is a store
 * @param onFailure how it goes on while the store does not answer; null for as all limits do
 */
record Kept(boolean isLocal, @Nullable OnStoreFailure onFailure) {

  /** That of a row in which nothing is said. */
  static final Kept USUAL = new Kept(false, null);

  private static final String LOCAL = "local";

  /** The same with what a row says by {@code store=}. */
  Kept inStore(String value) {
    if (!value.equals(LOCAL)) {
      throw new IllegalArgumentException("store must be local in a row, got '" + value
          + "': leave it out for the store of all limits");
    }
    return new Kept(true, onFailure);
  }

  /** The same with what a row says by {@code on-store-failure=}. */
  Kept onFailure(String value) {
    return new Kept(isLocal, OnStoreFailure.parse(value));
  }

  /** A limit of the policy as it is kept, with the store of all limits if there is one. */
  Limit of(Limit limit, @Nullable LimitStore store) {
    if (isLocal) {
      return limit.withLimiter("token-bucket");
    }
    return store == null || onFailure == null
        ? limit
        : limit.withStore(store, Map.of("on-store-failure", onFailure.toString()));
  }

  /** Adds what is said to the words of a row. */
  void addTo(StringJoiner words) {
    if (isLocal) {
      words.add("store=" + LOCAL);
    }
    if (onFailure != null) {
      words.add("on-store-failure=" + onFailure);
    }
  }
}
