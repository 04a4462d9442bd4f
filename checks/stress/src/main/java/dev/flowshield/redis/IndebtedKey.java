package dev.flowshield.redis;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.Reservation;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A key that has taken two permits of a local share during an outage of the store. */
final class IndebtedKey {

  private static final String KEY = "key";
  private static final List<RateLimit> LIMITS = List.of(RateLimit.parse("1/h burst 5"));

  private final LocalFallback share =
      new LocalFallback(LimiterSpec.ofAll(LIMITS).withTicker(() -> 0).withMaxKeys(1), LIMITS, 1);

  IndebtedKey() {
    take(2);
  }

  /** Takes permits, and returns their number. */
  int take(long permits) {
    return share.reserve(KEY, permits) instanceof Reservation.Held held ? (int) held.permits() : 0;
  }

  /** Charges the debt to the store, which responds at once, and returns the charged permits. */
  int pay() {
    int[] charged = new int[1];
    CompletableFuture<?> payment = share.pay(KEY, owed -> {
      charged[0] = (int) owed[0];
      return CompletableFuture.completedFuture(ScriptReply.NOTHING);
    });
    return payment == null ? 0 : charged[0];
  }
}
