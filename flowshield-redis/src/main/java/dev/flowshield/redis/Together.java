package dev.flowshield.redis;

import dev.flowshield.Decision;
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
 * cluster keeps the keys apart, in one for each of their places there, at the same time.
 *
 * <p>What is known without the store is judged first, so it costs no call. The request is answered
 * within the timeout of the store, however many calls it takes. Of one thread at a time.
 */
final class Together {

  private final RedisStore store;
  private final List<LimitStore.Charge> charges;
  private final Reservation.@Nullable Held[] held;
  private final RedisLimiter.@Nullable Asked[] asked; // null for what is not asked of the store
  private final boolean[] isLeased;
  private final long since; // by the ticker of the store
  private final CompletableFuture<JointReservation> outcome = new CompletableFuture<>();

  /**
   * The charges that go in one call.
   *
   * @param indices of the charges
   * @param replies one for each of them; fails if the store has not answered
   */
  private record Group(List<Integer> indices, CompletableFuture<List<Reply>> replies) {}

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
    this.since = store.ticker().nanos();
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
        askStore();
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
            && (known == null || isLonger(other.decision(), known.decision()))
        ? new JointReservation.Rejected(index, other.decision())
        : known;
  }

  private static boolean isLonger(Decision.Rejected one, Decision.Rejected other) {
    return one.retryAfterNanos() > other.retryAfterNanos();
  }

  /**
   * Asks the store for all that it has to be asked for, then takes what is leased. That comes last,
   * as it is not given back to the lease.
   */
  private void askStore() {
    List<Group> groups = new ArrayList<>();
    boolean[] isInCall = new boolean[held.length];
    for (int i = 0; i < held.length; i++) {
      if (isToAsk(i) && !isInCall[i]) {
        List<Integer> indices = askedWith(i);
        indices.forEach(index -> isInCall[index] = true);
        groups.add(new Group(indices, ask(indices)));
      }
    }
    if (groups.isEmpty()) {
      takeLeased();
      return;
    }
    CompletableFuture<?> all = groups.size() == 1
        ? groups.get(0).replies
        : CompletableFuture.allOf(
            groups.stream().map(Group::replies).toArray(CompletableFuture[]::new));
    all.handle((done, failure) -> {
          answered(groups); // which knows of each whether it has failed
          return true;
        })
        .exceptionally(failure -> {
          giveBack();
          return outcome.completeExceptionally(failure);
        });
  }

  /** Whether the store is to be asked for a charge; else it is held, or a lease has it. */
  private boolean isToAsk(int index) {
    return asked[index] != null && !isLeased[index];
  }

  /** Asks for some charges in one call, after what their keys owe has been charged. */
  private CompletableFuture<List<Reply>> ask(List<Integer> indices) {
    Question.Part[] parts =
        indices.stream().map(index -> question(index).part()).toArray(Question.Part[]::new);
    List<CompletableFuture<Void>> payments = new ArrayList<>(0);
    for (int index : indices) {
      CompletableFuture<Void> payment = limiter(index).payOff(question(index));
      if (payment != null) {
        payments.add(payment);
      }
    }
    return payments.isEmpty()
        ? ask(parts)
        : store
            .awaited(CompletableFuture.allOf(payments.toArray(CompletableFuture[]::new)), since)
            .thenCompose(paid -> ask(parts));
  }

  private CompletableFuture<List<Reply>> ask(Question.Part[] parts) {
    return store.calls().askAll(store.form().takeAll(parts), store.nanosLeft(since));
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
      askStore();
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

  /** Goes on with the answers of the store, and without it for what it has not answered. */
  private void answered(List<Group> groups) {
    JointReservation.Rejected rejected = null;
    List<Integer> unanswered = new ArrayList<>(0);
    for (Group group : groups) {
      List<Reply> replies =
          group.replies.isCompletedExceptionally() ? List.of() : group.replies.join();
      if (replies.isEmpty()) {
        unanswered.addAll(group.indices);
      } else if (replies.get(0).granted() >= permits(group.indices.get(0))) {
        hold(group.indices, replies);
      } else {
        JointReservation.Rejected its = rejected(group.indices, replies);
        if (its == null) { // which makes no sense
          unanswered.addAll(group.indices);
        } else if (rejected == null || isLonger(its.decision(), rejected.decision())) {
          rejected = its;
        }
      }
    }
    for (int i = 0; i < unanswered.size() && rejected == null; i++) {
      rejected = withoutStore(unanswered.get(i));
    }
    if (rejected == null) {
      takeLeased();
    } else {
      end(rejected);
    }
  }

  private void hold(List<Integer> indices, List<Reply> replies) {
    for (int i = 0; i < indices.size(); i++) {
      int index = indices.get(i);
      held[index] = limiter(index).held(question(index), replies.get(i));
      asked[index] = null;
    }
  }

  /** The rejection that waits longest; null if all permits are there. */
  private JointReservation.@Nullable Rejected rejected(List<Integer> indices, List<Reply> replies) {
    JointReservation.Rejected rejected = null;
    for (int i = 0; i < indices.size(); i++) {
      int index = indices.get(i);
      RedisLimiter.Asked question = question(index);
      Reply reply = replies.get(i);
      if (!question.rates().isFree(reply.debts(), question.permits())) {
        rejected = later(rejected, index, limiter(index).rejected(question, reply));
      }
    }
    return rejected;
  }

  private JointReservation all() {
    List<Reservation.Held> all = new ArrayList<>(held.length);
    for (Reservation.Held each : held) {
      all.add(Objects.requireNonNull(each));
    }
    return new JointReservation.Held(all);
  }

  /** Takes a charge without the store; returns the rejection if that has no permits. */
  private JointReservation.@Nullable Rejected withoutStore(int index) {
    Reservation answer = limiter(index).withoutStore(key(index), permits(index));
    if (answer instanceof Reservation.Rejected rejected) {
      return new JointReservation.Rejected(index, rejected.decision());
    }
    held[index] = (Reservation.Held) answer;
    asked[index] = null;
    return null;
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
