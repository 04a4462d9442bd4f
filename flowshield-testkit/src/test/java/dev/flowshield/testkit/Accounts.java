package dev.flowshield.testkit;

import dev.flowshield.LimiterSpec;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of the keys, and the room for new ones. The steps that may be overridden are those
 * that a {@link Defect} gets wrong.
 */
class Accounts {

  final Map<String, Account> all = new HashMap<>();
  private final int maxKeys;
  private long fullUntil; // no key is idle before
  private @Nullable Long forgotten; // the latest reading at which idle keys were forgotten

  Accounts(LimiterSpec spec) {
    maxKeys = spec.maxKeys();
    fullUntil = spec.ticker().nanos();
  }

  String identity(String key) {
    return key;
  }

  /** The wait before a new key fits; 0 if there is room. */
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
   * Until when a key that is not known may owe what was forgotten: the ticker may have stepped
   * back.
   */
  long mayOweUntil(long now) {
    return forgotten == null ? now : forgotten;
  }

  final @Nullable Account find(String key) {
    return all.get(identity(key));
  }

  /** That of the key, a new one if need be. */
  final Account of(String key, long now) {
    return all.computeIfAbsent(identity(key), absent -> new Account(now));
  }

  final void remove(String key) {
    all.remove(identity(key));
  }
}
