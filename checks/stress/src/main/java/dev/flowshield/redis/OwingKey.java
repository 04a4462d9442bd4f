package dev.flowshield.redis;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.Reservation;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A key that has taken two permits of a share while the store did not answer. */
final class OwingKey {

  private static final String KEY = "key";
  private static final List<RateLimit> LIMITS = List.of(RateLimit.parse("1/h burst 5"));

  private final LocalShare share = new LocalShare(
      LimiterSpec.ofAll(LIMITS).withTicker(() -> 0).withMaxKeys(1),
      new StoredRates(LIMITS, 1_000),
      1);

  OwingKey() {
    take(2);
  }

  /** The permits that were taken. */
  int take(long permits) {
    return share.reserve(KEY, permits) instanceof Reservation.Held held ? (int) held.permits() : 0;
  }

  /** Charges what is owed to the store, which answers at once, and tells how much that was. */
  int pay() {
    int[] charged = new int[1];
    CompletableFuture<?> payment = share.pay(KEY, (rates, owed) -> {
      charged[0] = (int) owed[0];
      return CompletableFuture.completedFuture(Reply.NOTHING);
    });
    return payment == null ? 0 : charged[0];
  }
}
