package dev.flowshield.redis.local;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.Reservation;
import dev.flowshield.redis.script.ScriptReply;
import dev.flowshield.redis.script.StoredRates;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A key that has taken two permits of a local fallback during an outage of the store. */
final class IndebtedKey {

  private static final String KEY = "key";
  private static final List<RateLimit> LIMITS = List.of(RateLimit.parse("1/h burst 5"));

  private final LocalFallback fallback = new LocalFallback(
      LimiterSpec.ofAll(LIMITS).withTicker(() -> 0).withMaxKeys(1),
      new StoredRates(LIMITS, 1_000),
      1);

  IndebtedKey() {
    take(2);
  }

  /** Takes permits, and returns their number. */
  int take(long permits) {
    return fallback.reserve(KEY, permits) instanceof Reservation.Held held
        ? (int) held.permits()
        : 0;
  }

  /** Charges the debt to the store, which responds at once, and returns the charged permits. */
  int pay() {
    int[] charged = new int[1];
    CompletableFuture<?> payment = fallback.pay(KEY, (rates, owed) -> {
      charged[0] = (int) owed[0];
      return CompletableFuture.completedFuture(ScriptReply.NOTHING);
    });
    return payment == null ? 0 : charged[0];
  }
}
