package dev.flowshield.redis;

import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.Reservation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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
  private final boolean[] isLeased;
  private final CompletableFuture<JointReservation> outcome = new CompletableFuture<>();

  /**
   * A request.
   *
   * @throws IllegalArgumentException if a limiter is not of the store, or would not accept a
   *     charge, or two charges are of one key in the store
   */
  Together(RedisStore store, List<LimitStore.Charge> charges) {
    this.store = store;
    this.charges = List.copyOf(charges);
    this.held = new Reservation.@Nullable Held[charges.size()];
    this.asked = new RedisLimiter.@Nullable Asked[charges.size()];
    this.isLeased = new boolean[charges.size()];
    Set<String> names = new HashSet<>();
    for (int i = 0; i < held.length; i++) {
      limiter(i).requireFit(key(i), permits(i));
      RedisLimiter.Asked question = limiter(i).asking(key(i), permits(i));
      if (!names.add(question.name())) { // the script would lose one of them
        throw new IllegalArgumentException("charges must be of different keys or names of limiters,"
            + " got two of one key of " + limiter(i) + ": add up their permits");
      }
      asked[i] = question;
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
    try {
      JointReservation.Rejected known = known();
      if (known == null) {
        for (int i = 0; i < held.length; i++) {
          isLeased[i] = asked[i] != null && limiter(i).isLeased(key(i), permits(i));
        }
        askFrom(0);
      } else {
        end(known);
      }
    } catch (Throwable failure) {
      giveBack();
      throw failure;
    }
    return outcome;
  }

  /** Finds what is decided without the store. Answers the rejection that waits longest, if any. */
  private JointReservation.@Nullable Rejected known() {
    JointReservation.Rejected known = null;
    for (int i = 0; i < held.length; i++) {
      RedisLimiter.Asked question = question(i);
      Reservation answer = store.isOpen(question.name())
          ? limiter(i).known(question)
          : limiter(i).withoutStore(key(i), permits(i));
      if (answer instanceof Reservation.Held given) {
        held[i] = given;
        asked[i] = null;
      }
      known = later(known, i, answer);
    }
    return known;
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

  /**
   * Asks the store for what it has to be asked for, from a charge on; then takes what is leased.
   * That comes last, as it is not given back to the lease.
   */
  private void askFrom(int first) {
    int next = first;
    while (next < held.length && !isToAsk(next)) {
      next++;
    }
    if (next == held.length) {
      takeLeased();
      return;
    }
    ask(askedWith(next), next + 1);
  }

  /** Whether the store is to be asked for a charge; else it is held, or a lease has it. */
  private boolean isToAsk(int index) {
    return asked[index] != null && !isLeased[index];
  }

  private void ask(List<Integer> indices, int following) {
    Question.Part[] parts =
        indices.stream().map(index -> question(index).part()).toArray(Question.Part[]::new);
    store
        .calls()
        .askAll(store.form().takeAll(parts))
        .handle((replies, failure) -> failure == null && answered(indices, replies, following))
        .thenAccept(isAnswered -> {
          if (!isAnswered) {
            withoutStore(indices, following);
          }
        })
        .exceptionally(failure -> {
          giveBack();
          outcome.completeExceptionally(failure);
          return null;
        });
  }

  /** Takes what is leased; where others were quicker, the store is asked after all. */
  private void takeLeased() {
    boolean isLeft = false;
    for (int i = 0; i < held.length; i++) {
      if (asked[i] != null) {
        held[i] = limiter(i).fromLease(key(i), permits(i));
        isLeased[i] = held[i] != null;
        asked[i] = isLeased[i] ? null : asked[i];
        isLeft |= !isLeased[i];
      }
    }
    if (isLeft) {
      askFrom(0);
    } else {
      end(all());
    }
  }

  private RedisLimiter.Asked question(int index) {
    return Objects.requireNonNull(asked[index]);
  }

  /** Those that can be asked in one call with that at an index, which is the first of them. */
  private List<Integer> askedWith(int index) {
    List<Integer> together = new ArrayList<>();
    String tag = KeyNames.tag(question(index).name());
    for (int i = index; i < held.length; i++) {
      boolean isBeside = i == index
          || (isToAsk(i)
              && (!store.keepsKeysApart() || KeyNames.tag(question(i).name()).equals(tag)));
      if (isBeside) {
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
      end(rejected);
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

  /** Takes what the store has not answered without it. */
  private void withoutStore(List<Integer> indices, int following) {
    for (int index : indices) {
      Reservation answer = limiter(index).withoutStore(key(index), permits(index));
      if (answer instanceof Reservation.Rejected rejected) {
        end(new JointReservation.Rejected(index, rejected.decision()));
        return;
      }
      held[index] = (Reservation.Held) answer;
      asked[index] = null;
    }
    askFrom(following);
  }

  /** Hands the outcome to the caller; if that has left, or it is a rejection, nothing is taken. */
  private void end(JointReservation answer) {
    if (!outcome.complete(answer) || answer instanceof JointReservation.Rejected) {
      giveBack();
    }
  }

  private void giveBack() {
    for (int i = 0; i < held.length; i++) {
      Reservation.Held given = held[i];
      held[i] = null;
      if (given != null) {
        given.cancel();
      }
    }
  }
}
