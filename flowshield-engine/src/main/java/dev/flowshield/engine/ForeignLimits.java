package dev.flowshield.engine;

import dev.flowshield.Decision;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a {@link LimitSet} that limiters of another kind keep, in the order in which they
 * are asked: those enforced, then shadows. Each has a place in the bill for what it gave.
 */
final class ForeignLimits {

  /** A limit, and the place of its charge. */
  record Part(ForeignLimit limit, int charge) {

    String key(Bill bill) {
      return bill.key(charge);
    }

    long permits(Bill bill) {
      return bill.permits(charge);
    }
  }

  private final Rejections rejections;
  private final Part[] parts;

  ForeignLimits(Rejections rejections, Part[] parts) {
    this.rejections = rejections;
    this.parts = parts;
  }

  int size() {
    return parts.length;
  }

  /** Whether what a limit gave can be given back. */
  boolean canGiveBack(int index) {
    return parts[index].limit.canGiveBack();
  }

  /** The limit at whose place in the bill a charge is settled. */
  int charge(int index) {
    return parts[index].charge;
  }

  /** The rejection of a key that one of the limits has blocked; null if none has. */
  @Nullable
  Rejection blocked(Charge[] charges, long now) {
    for (Part part : parts) {
      ForeignLimit limit = part.limit;
      Charge charge = charges[part.charge];
      Rejection blocked = limit.limit().isShadow()
          ? null
          : rejections.blocked(limit, charge.key(), limit.hash(charge), now);
      if (blocked != null) {
        return blocked;
      }
    }
    return null;
  }

  /** Asks all of them; false if one that is enforced rejects, which {@link #rejection} tells. */
  boolean ask(OpenBill bill, long now) {
    for (int i = 0; i < parts.length; i++) {
      Part part = parts[i];
      Decision.Rejected rejected = part.limit.take(part.key(bill), part.permits(bill), bill, i);
      if (rejected != null && part.limit.limit().isShadow()) {
        wouldReject(part, bill, now);
      } else if (rejected != null) {
        bill.reject(
            new OpenBill.Answer(part.limit, part.key(bill), part.limit.rejection(rejected)));
        return false;
      }
    }
    return true;
  }

  /** Why one of them rejected a bill; null if none did. */
  @Nullable
  Rejection rejection(OpenBill bill, long now) {
    OpenBill.Answer answer = bill.takeRejection();
    return answer == null
        ? null
        : rejections.rejected(
            answer.limit(),
            answer.key(),
            answer.limit().hash(answer.key()),
            answer.rejection(),
            now);
  }

  /** Asks one of them, without a thread that waits. As {@link ForeignLimit#takeLater}. */
  CompletionStage<?> askLater(int index, Bill bill) {
    Part part = parts[index];
    return part.limit.takeLater(part.key(bill), part.permits(bill));
  }

  /**
   * What to say of the rejection of a bill by one of them; null for a shadow.
   *
   * @param isCounted whether it is the end of the request, and so to be counted
   */
  @Nullable
  Rejection rejected(
      int index, Bill bill, Decision.Rejected rejected, boolean isCounted, long now) {
    Part part = parts[index];
    if (part.limit.limit().isShadow()) {
      wouldReject(part, bill, now);
      return null;
    }
    Rejection rejection = part.limit.rejection(rejected);
    String key = part.key(bill);
    return isCounted || rejection instanceof Unavailable // which is not waited for
        ? rejections.rejected(part.limit, key, part.limit.hash(key), rejection, now)
        : rejection;
  }

  /** Counts a rejection that was not. Answers what to say. */
  Rejection counted(OverLimit rejection, Charge[] charges, long now) {
    for (Part part : parts) {
      if (part.limit.limit().name().equals(rejection.name())) {
        String key = charges[part.charge].key();
        return rejections.rejected(part.limit, key, part.limit.hash(key), rejection, now);
      }
    }
    return rejection;
  }

  /** Whether a request in line for one of them comes before these charges. */
  boolean isAhead(Ahead ahead, Charge[] charges) {
    for (Part part : parts) {
      if (ahead.permits(part.limit, part.limit.hash(charges[part.charge])) > 0) {
        return true;
      }
    }
    return false;
  }

  /** A request with these charges is in line for all of them. */
  void addTo(Ahead ahead, Charge[] charges) {
    for (Part part : parts) {
      Charge charge = charges[part.charge];
      ahead.add(part.limit, part.limit.hash(charge), charge.permits());
    }
  }

  /** One of them broke its contract. */
  IllegalStateException noAnswer(int index) {
    return parts[index].limit.noAnswer();
  }

  private void wouldReject(Part part, Bill bill, long now) {
    String key = part.key(bill);
    rejections.wouldReject(part.limit, key, part.limit.hash(key), part.permits(bill), now);
  }
}
