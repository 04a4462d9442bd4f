package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.JointReservation;
import dev.flowshield.LimitStatus;
import dev.flowshield.LimitStore;
import dev.flowshield.Reservation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a {@link LimitSet} that limiters of another kind keep, in the order in which they
 * are asked: those enforced, then shadows. Each has an index in the transaction for its
 * reservation.
 *
 * <p>A question is for one limit, or for all those enforced that one store keeps.
 */
final class ExternalLimits {

  /** A limit, and the index of its charge. */
  record Part(ExternalLimit limit, int charge) {

    String key(Transaction transaction) {
      return transaction.key(charge);
    }

    long permits(Transaction transaction) {
      return transaction.permits(charge);
    }
  }

  private final Rejections rejections;
  private final Part[] parts;
  private final int[][] questions; // the parts of each

  ExternalLimits(Rejections rejections, Part[] parts) {
    this.rejections = rejections;
    this.parts = parts;
    this.questions = questions(parts);
  }

  private static int[][] questions(Part[] parts) {
    List<int[]> questions = new ArrayList<>();
    boolean[] isIn = new boolean[parts.length];
    for (int first = 0; first < parts.length; first++) {
      if (!isIn[first]) {
        int[] together = new int[parts.length];
        int size = 0;
        for (int i = first; i < parts.length; i++) {
          if (i == first || isAskedWith(parts[first].limit, parts[i].limit)) {
            together[size++] = i;
            isIn[i] = true;
          }
        }
        questions.add(Arrays.copyOf(together, size));
      }
    }
    return questions.toArray(int[][]::new);
  }

  private static boolean isAskedWith(ExternalLimit first, ExternalLimit other) {
    return first.store() != null
        && first.store() == other.store()
        && first.canRefund()
        && other.canRefund()
        && !first.limit().isShadow()
        && !other.limit().isShadow();
  }

  int size() {
    return parts.length;
  }

  /** Returns how many questions are asked for a transaction. */
  int questions() {
    return questions.length;
  }

  /** Returns whether the permits that answer a question can be refunded. */
  boolean canRefund(int question) {
    return parts[questions[question][0]].limit.canRefund();
  }

  /** Returns the charge at whose cost a limit is settled. */
  int charge(int index) {
    return parts[index].charge;
  }

  /** Returns the rejection of a key that one of the limits has blocked; null if no limit has. */
  @Nullable
  Rejection blocked(Charge[] charges, long now) {
    for (Part part : parts) {
      ExternalLimit limit = part.limit;
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

  /**
   * Returns the rejection that is known before the limiters are asked: of a key that is blocked, or
   * of more permits than a limit ever has at once; null otherwise.
   */
  @Nullable
  Rejection rejectedBefore(Charge[] charges, long now) {
    Rejection blocked = blocked(charges, now);
    for (int i = 0; blocked == null && i < parts.length; i++) {
      ExternalLimit limit = parts[i].limit;
      Charge charge = charges[parts[i].charge];
      if (charge.permits() > 1 // one is in every burst
          && charge.permits() > limit.burst()
          && !limit.limit().isShadow()) {
        long hash = limit.hash(charge);
        OverLimit rejection = limit.overLimit(hash, charge.permits(), now, Decision.NEVER);
        return rejections.rejected(limit, charge.key(), hash, rejection, now);
      }
    }
    return blocked;
  }

  /**
   * Asks all of them; false if one that is enforced rejects, which {@link
   * Transaction#takeRejection} tells.
   */
  boolean ask(Transaction transaction, long now) {
    for (int question = 0; question < questions.length; question++) {
      int[] asked = questions[question];
      Part first = parts[asked[0]];
      Object answer = asked.length == 1
          ? first.limit.take(first.key(transaction), first.permits(transaction))
          : joined(askTogether(asked, transaction));
      ExternalReply.Rejected rejected = hold(question, answer, transaction);
      if (rejected != null) {
        Part part = parts[asked[rejected.index()]];
        if (!part.limit.limit().isShadow()) {
          transaction.reject(new Transaction.ExternalRejection(
              part.limit, part.key(transaction), part.limit.rejection(rejected.decision())));
          return false;
        }
        wouldReject(part, transaction, now);
      }
    }
    return true;
  }

  private CompletionStage<JointReservation> askTogether(int[] asked, Transaction transaction) {
    List<LimitStore.StoreCharge> charges = new ArrayList<>(asked.length);
    for (int part : asked) {
      charges.add(
          parts[part].limit.charge(parts[part].key(transaction), parts[part].permits(transaction)));
    }
    ExternalLimit first = parts[asked[0]].limit;
    return first.answered(Objects.requireNonNull(first.store()).reserveAllAsync(charges));
  }

  private static Object joined(CompletionStage<JointReservation> stage) {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException wrapped) {
      Throwable cause = wrapped.getCause();
      if (cause instanceof RuntimeException failure) {
        throw failure;
      }
      if (cause instanceof Error failure) {
        throw failure;
      }
      throw wrapped;
    }
  }

  /**
   * Puts the permits that the answer to a question gives into the transaction.
   *
   * @return the rejection, or null if the permits were given
   * @throws IllegalStateException if it is no answer to the question
   */
  ExternalReply.@Nullable Rejected hold(
      int question, @Nullable Object answer, Transaction transaction) {
    int[] asked = questions[question];
    ExternalReply reply = ExternalReply.of(answer, asked.length);
    if (reply == null) {
      throw parts[asked[0]].limit.noAnswer();
    }
    if (reply instanceof ExternalReply.Rejected rejected) {
      return rejected;
    }
    List<Reservation.Held> given = ((ExternalReply.Given) reply).held();
    for (int i = 0; i < given.size(); i++) {
      transaction.hold(asked[i], given.get(i));
    }
    return null;
  }

  /** Adds the state of a limit by its reservation. */
  void addStatus(int index, Reservation.Held given, List<LimitStatus> to) {
    parts[index].limit.addStatus(given.decision(), to);
  }

  /**
   * Asks a question, without a thread that waits.
   *
   * @return an answer for {@link #hold}
   */
  CompletionStage<?> askLater(int question, Transaction transaction) {
    int[] asked = questions[question];
    Part part = parts[asked[0]];
    return asked.length == 1
        ? part.limit.takeLater(part.key(transaction), part.permits(transaction))
        : askTogether(asked, transaction);
  }

  /**
   * Returns the rejection after an answer to a question; null for a shadow.
   *
   * @param isCounted whether it is the end of the request, and so to be counted
   */
  @Nullable
  Rejection rejected(
      int question,
      ExternalReply.Rejected rejected,
      Transaction transaction,
      boolean isCounted,
      long now) {
    Part part = parts[questions[question][rejected.index()]];
    if (part.limit.limit().isShadow()) {
      wouldReject(part, transaction, now);
      return null;
    }
    Rejection rejection = part.limit.rejection(rejected.decision());
    String key = part.key(transaction);
    return isCounted || rejection instanceof Unavailable // which is not waited for
        ? rejections.rejected(part.limit, key, part.limit.hash(key), rejection, now)
        : rejection;
  }

  /** Counts a rejection that was not counted, and returns the rejection to report. */
  Rejection counted(OverLimit rejection, Charge[] charges, long now) {
    for (Part part : parts) {
      if (part.limit.limit().name().equals(rejection.name())) {
        String key = charges[part.charge].key();
        return rejections.rejected(part.limit, key, part.limit.hash(key), rejection, now);
      }
    }
    return rejection;
  }

  /** Returns whether a request in line for one of them comes before these charges. */
  boolean isAhead(QueuedDemand demand, Charge[] charges) {
    for (Part part : parts) {
      if (demand.permits(part.limit, part.limit.hash(charges[part.charge])) > 0) {
        return true;
      }
    }
    return false;
  }

  /** A request with these charges is in line for all of them. */
  void addTo(QueuedDemand demand, Charge[] charges) {
    for (Part part : parts) {
      Charge charge = charges[part.charge];
      demand.add(part.limit, part.limit.hash(charge), charge.permits());
    }
  }

  private void wouldReject(Part part, Transaction transaction, long now) {
    String key = part.key(transaction);
    rejections.wouldReject(part.limit, key, part.limit.hash(key), part.permits(transaction), now);
  }
}
