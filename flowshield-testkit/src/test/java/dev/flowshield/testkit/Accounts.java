package dev.flowshield.testkit;

import dev.flowshield.LimiterSpec;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of the keys, and the room for new ones. A {@link Defect} overrides the steps that it
 * gets wrong.
 */
class Accounts {

  final Map<String, Account> all = new HashMap<>();
  private final int maxKeys;
  private long fullUntil; // no key is idle before
  private @Nullable Long forgotten; // the latest reading at which idle keys were removed

  Accounts(LimiterSpec spec) {
    maxKeys = spec.maxKeys();
    fullUntil = spec.ticker().nanos();
  }

  String identity(String key) {
    return key;
  }

  /** Returns the wait before a new key fits; 0 if there is room. */
  long makeRoom(Debts debts, long now) {
    if (all.size() >= maxKeys && fullUntil - now <= 0) {
      if (all.values().removeIf(account -> account.owed(debts, now).units() == 0)) {
        forgotten = now;
      }
      fullUntil = now
          + all.values().stream()
              .mapToLong(account -> debts.waitFor(account.owed(debts, now).units()))
              .min()
              .orElse(0);
    }
    return all.size() < maxKeys ? 0 : fullUntil - now;
  }

  /**
   * Returns the time until which an unknown key may have a forgotten debt, because the ticker may
   * have stepped back.
   */
  long mayOweUntil(long now) {
    return forgotten == null ? now : forgotten;
  }

  final @Nullable Account find(String key) {
    return all.get(identity(key));
  }

  /** Returns the account of the key, creating it if necessary. */
  final Account of(String key, long now) {
    return all.computeIfAbsent(identity(key), absent -> new Account(now));
  }

  final void remove(String key) {
    all.remove(identity(key));
  }
}
