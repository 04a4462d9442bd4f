package dev.flowshield.redis;

import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.Reservation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A request for permits of several limiters of a store, all or none: in one call, or, where a
 * cluster keeps the keys apart, in one for each of their places there.
 *
 * <p>What is known without the store is judged first, so it costs no call. Of one thread at a time.
 */
final class Together {

  private final RedisStore store;
  private final List<LimitStore.Charge> charges;
  private final Reservation.@Nullable Held[] held;
  private final RedisLimiter.@Nullable Asked[] asked; // null for what is not asked of the store
  private final CompletableFuture<JointReservation> outcome = new CompletableFuture<>();

  /**
   * A request.
   *
   * @throws IllegalArgumentException if a limiter is not of the store, or would not accept a charge
   */
  Together(RedisStore store, List<LimitStore.Charge> charges) {
    this.store = store;
    this.charges = List.copyOf(charges);
    this.held = new Reservation.@Nullable Held[charges.size()];
    this.asked = new RedisLimiter.@Nullable Asked[charges.size()];
    for (int i = 0; i < held.length; i++) {
      limiter(i).requireFit(charges.get(i).key(), charges.get(i).permits());
    }
  }

  private RedisLimiter limiter(int index) {
    if (charges.get(index).limiter() instanceof RedisLimiter limiter && limiter.isOf(store)) {
      return limiter;
    }
    throw new IllegalArgumentException("charges must be of limiters of this store, got one of "
        + charges.get(index).limiter() + ": ask that by itself");
  }

  /** Never waits. */
  CompletableFuture<JointReservation> reserve() {
    JointReservation.Rejected known = null;
    for (int i = 0; i < held.length; i++) {
      RedisLimiter.Asked question = limiter(i).asking(key(i), permits(i));
      if (store.isOpen(question.name())) {
        asked[i] = question;
        known = later(known, i, limiter(i).known(question));
      }
    }
    if (known != null) {
      outcome.complete(known);
      return outcome;
    }
    for (int i = 0; i < held.length; i++) {
      held[i] = asked[i] == null ? null : limiter(i).fromLease(key(i), permits(i));
      asked[i] = held[i] == null ? asked[i] : null;
    }
    askFrom(0);
    return outcome;
  }

  private String key(int index) {
    return charges.get(index).key();
  }

  private long permits(int index) {
    return charges.get(index).permits();
  }

  /** Of two rejections, that which has to wait longer. */
  private static JointReservation.@Nullable Rejected later(
      JointReservation.@Nullable Rejected known, int index, @Nullable Reservation answer) {
    return answer instanceof Reservation.Rejected other
            && (known == null
                || other.decision().retryAfterNanos() > known.decision().retryAfterNanos())
        ? new JointReservation.Rejected(index, other.decision())
        : known;
  }

  /** Asks the store for what it has to be asked for, from a charge on. */
  private void askFrom(int first) {
    int next = first;
    while (next < held.length && asked[next] == null) {
      next++;
    }
    if (next == held.length) {
      end();
      return;
    }
    List<Integer> indices = askedWith(next);
    Question.Part[] parts =
        indices.stream().map(index -> question(index).part()).toArray(Question.Part[]::new);
    int following = next + 1;
    store
        .calls()
        .askAll(store.form().takeAll(parts))
        .handle((replies, failure) -> failure == null && answered(indices, replies, following))
        .thenAccept(isAnswered -> {
          if (!isAnswered) {
            indices.forEach(index -> asked[index] = null);
            askFrom(following);
          }
        })
        .exceptionally(failure -> {
          outcome.completeExceptionally(failure);
          return null;
        });
  }

  private RedisLimiter.Asked question(int index) {
    return Objects.requireNonNull(asked[index]);
  }

  /** Those that can be asked in one call with that at an index, which is the first of them. */
  private List<Integer> askedWith(int index) {
    List<Integer> together = new ArrayList<>();
    String tag = KeyNames.tag(question(index).name());
    for (int i = index; i < held.length; i++) {
      RedisLimiter.Asked other = asked[i];
      if (other != null
          && (!store.keepsKeysApart() || KeyNames.tag(other.name()).equals(tag))) {
        together.add(i);
      }
    }
    return together;
  }

  /** Goes on with the answer of the store; false if it makes no sense. */
  private boolean answered(List<Integer> indices, List<Reply> replies, int following) {
    boolean isGiven = replies.get(0).granted() >= permits(indices.get(0));
    JointReservation.Rejected rejected = null;
    for (int i = 0; i < replies.size(); i++) {
      int index = indices.get(i);
      RedisLimiter.Asked question = question(index);
      Reply reply = replies.get(i);
      if (isGiven) {
        held[index] = limiter(index).held(question, reply);
        asked[index] = null;
      } else if (!question.rates().isFree(reply.debts(), question.permits())) {
        rejected = later(rejected, index, limiter(index).rejected(question, reply));
      }
    }
    if (isGiven) {
      askFrom(following);
    } else if (rejected != null) {
      giveBack();
      outcome.complete(rejected);
    }
    return isGiven || rejected != null;
  }

  private JointReservation all() {
    List<Reservation.Held> all = new ArrayList<>(held.length);
    for (Reservation.Held each : held) {
      all.add(Objects.requireNonNull(each));
    }
    return new JointReservation.Held(all);
  }

  /** Takes what the store was not asked for, or did not answer, without it. */
  private void end() {
    for (int i = 0; i < held.length; i++) {
      if (held[i] == null) {
        Reservation answer = limiter(i).withoutStore(key(i), permits(i));
        if (answer instanceof Reservation.Rejected rejected) {
          giveBack();
          outcome.complete(new JointReservation.Rejected(i, rejected.decision()));
          return;
        }
        held[i] = (Reservation.Held) answer;
      }
    }
    outcome.complete(all());
  }

  private void giveBack() {
    for (Reservation.Held each : held) {
      if (each != null) {
        each.cancel();
      }
    }
  }
}
