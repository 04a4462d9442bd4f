package dev.flowshield.http;

import dev.flowshield.LimitStore;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.http.charge.SecretHash;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The settings of the store in which the limits are kept. Not thread-safe. */
final class StoreSettings {

  private final Map<String, String> options = new TreeMap<>();
  private @Nullable String uri;
  private @Nullable LimitStore own;
  private @Nullable LimitStore running;
  private boolean isReload; // of a shield that runs, with a store or without

  /** The address of the store. */
  void uri(String address) {
    requireOne(own == null);
    this.uri = Objects.requireNonNull(address, "store");
  }

  /** A store that the application has opened, and closes. */
  void own(LimitStore store) {
    requireOne(uri == null);
    this.own = Objects.requireNonNull(store, "store");
  }

  private static void requireOne(boolean isFirst) {
    if (!isFirst) {
      throw new IllegalArgumentException(
          "store must be set once, got an address and a store:" + " leave one of them out");
    }
  }

  /** The store that was opened before by the same settings, for a shield that is changed. */
  void running(@Nullable LimitStore opened) {
    this.running = opened;
    this.isReload = true;
  }

  /** One of the settings of a store that is opened by its address. */
  void option(String name, String value) {
    options.put(name, value);
  }

  void onFailure(StoreFailurePolicy chosen) {
    option("on-store-failure", chosen.toString());
  }

  /** Stands for keys that must not be kept as they are; the same in all instances of a store. */
  SecretHash hash() {
    return uri == null && own == null
        ? SecretHash.OF_PROCESS
        : SecretHash.shared(options.getOrDefault("key-secret", ""));
  }

  /**
   * Returns the store that the settings ask for; null for none, or for one that is not open and is
   * not needed.
   *
   * @param isNeeded whether to open it
   * @throws IllegalArgumentException if the address or an option is wrong
   * @throws IllegalStateException if there are options without an address, or if a shield that runs
   *     has not opened it
   */
  @Nullable
  LimitStore store(boolean isNeeded) {
    String address = uri;
    if (address == null) {
      if (!options.isEmpty()) {
        throw new IllegalStateException("store must be set where its settings are, got "
            + options.keySet() + " alone: set it, as in redis://localhost:6379, or leave them out");
      }
      return own;
    }
    if (running == null && isNeeded) {
      if (isReload) {
        throw new IllegalStateException(
            "store must be open since the start to be used, got a shield"
                + " that was off then: start the application again");
      }
      running = LimitStore.open(address, options);
    }
    return running;
  }

  /** The store that was opened by its address, and so is to be closed with the shield. */
  @Nullable
  LimitStore opened() {
    return running;
  }
}
