package dev.flowshield.redis;

import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.Reservation;
import dev.flowshield.redis.connection.ReplyHandler;
import dev.flowshield.redis.connection.StoreFailure;
import dev.flowshield.redis.script.KeyNames;
import dev.flowshield.redis.script.ScriptCall;
import dev.flowshield.redis.script.ScriptReply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A request for permits of several limiters of a store, all or none. Each charge passes through the
 * {@link ReserveSteps} of its limiter, but those that reach the store go together: in one call, or
 * in a cluster in one for each hash tag, at the same time.
 *
 * <p>A charge that is rejected without the store costs no call. Leased permits are taken last,
 * because they are not returned to the lease. The request is decided within the timeout of the
 * store, however many calls it takes. Not thread-safe; one thread at a time works on it.
 */
final class JointReserve {

  private final RedisStore store;
  private final Ask[] asks;
  private final Reservation.@Nullable Held[] held; // null for permits that are not taken yet
  private final boolean[] isLeased; // whether a lease is expected to have the permits
  private final CompletableFuture<JointReservation> outcome = new CompletableFuture<>();
  private final AtomicInteger callsLeft = new AtomicInteger(); // of those under way

  /**
   * A request.
   *
   * @throws IllegalArgumentException if a limiter is not of the store, or would not accept a
   *     charge, or two charges are of one key in the store
   */
  JointReserve(RedisStore store, List<LimitStore.StoreCharge> charges) {
    this.store = store;
    this.asks = new Ask[charges.size()];
    this.held = new Reservation.@Nullable Held[charges.size()];
    this.isLeased = new boolean[charges.size()];
    Set<String> names = new HashSet<>();
    for (int i = 0; i < asks.length; i++) {
      LimitStore.StoreCharge charge = charges.get(i);
      asks[i] = limiter(charge).ask(charge.key(), charge.permits());
      if (!names.add(asks[i].name())) { // the script would lose one of them
        throw new IllegalArgumentException("charges must be of different keys or names of limiters,"
            + " got two of one key of " + charge.limiter() + ": add up their permits");
      }
    }
  }

  private RedisLimiter limiter(LimitStore.StoreCharge charge) {
    if (charge.limiter() instanceof RedisLimiter limiter && limiter.isOf(store)) {
      return limiter;
    }
    throw new IllegalArgumentException("charges must be of limiters of this store, got one of "
        + charge.limiter() + ": ask that by itself");
  }

  /** Begins to decide the request. Never waits. */
  CompletableFuture<JointReservation> reserve() {
    try {
      JointReservation.Rejected known = withoutCalls();
      if (known == null) {
        for (int i = 0; i < asks.length; i++) {
          isLeased[i] = held[i] == null && asks[i].steps().isLeased(asks[i]);
        }
        askStore();
      } else {
        end(known);
      }
    } catch (Throwable failure) {
      fail(failure);
      throw failure;
    }
    return outcome;
  }

  /** Decides the charges that need no call. Returns the rejection that waits longest, if any. */
  private JointReservation.@Nullable Rejected withoutCalls() {
    JointReservation.Rejected longest = null;
    for (int i = 0; i < asks.length; i++) {
      longest = longer(longest, taken(i, asks[i].steps().withoutCall(asks[i])));
    }
    return longest;
  }

  /** Keeps the permits of a reservation. Returns the rejection if it is one. */
  private JointReservation.@Nullable Rejected taken(int index, @Nullable Reservation reservation) {
    if (reservation instanceof Reservation.Rejected rejected) {
      return new JointReservation.Rejected(index, rejected.decision());
    }
    held[index] = (Reservation.Held) reservation;
    return null;
  }

  private static JointReservation.@Nullable Rejected longer(
      JointReservation.@Nullable Rejected one, JointReservation.@Nullable Rejected other) {
    return one == null || (other != null && wait(other) > wait(one)) ? other : one;
  }

  private static long wait(JointReservation.Rejected rejected) {
    return rejected.decision().retryAfterNanos();
  }

  /** Asks the store for the permits that are neither taken nor leased, then takes the leased. */
  private void askStore() {
    List<Call> calls = new ArrayList<>();
    boolean[] isInCall = new boolean[asks.length];
    for (int i = 0; i < asks.length; i++) {
      if (isForStore(i) && !isInCall[i]) {
        List<Integer> indices = inOneCallWith(i);
        indices.forEach(index -> isInCall[index] = true);
        calls.add(new Call(indices, calls));
      }
    }
    if (calls.isEmpty()) {
      takeLeased();
      return;
    }
    callsLeft.set(calls.size());
    List.copyOf(calls).forEach(Call::send);
  }

  private boolean isForStore(int index) {
    return held[index] == null && !isLeased[index];
  }

  /** Returns the charges that may be in one call with the charge at an index, and that charge. */
  private List<Integer> inOneCallWith(int index) {
    List<Integer> indices = new ArrayList<>();
    String tag = KeyNames.tag(asks[index].name());
    for (int i = index; i < asks.length; i++) {
      if (isForStore(i)
          && (!store.keepsKeysApart() || KeyNames.tag(asks[i].name()).equals(tag))) {
        indices.add(i);
      }
    }
    return indices;
  }

  /** A call of the store for some of the charges. */
  private final class Call implements ReplyHandler {

    private final List<Integer> indices;
    private final List<Call> all; // that are made at the same time
    private List<ScriptReply> replies = List.of(); // one for each charge; empty without an answer
    private boolean hasEnded;

    Call(List<Integer> indices, List<Call> all) {
      this.indices = indices;
      this.all = all;
    }

    /** Makes the call once the debts of its keys are paid. */
    void send() {
      try {
        List<CompletableFuture<Void>> payments = new ArrayList<>(0);
        for (int index : indices) {
          CompletableFuture<Void> payment = asks[index].steps().fallback().payOff(asks[index]);
          if (payment != null) {
            payments.add(payment);
          }
        }
        if (payments.isEmpty()) {
          take();
        } else {
          store
              .awaited(
                  CompletableFuture.allOf(payments.toArray(CompletableFuture[]::new)),
                  asks[0].since())
              .thenRun(this::take)
              .exceptionally(failure -> {
                failed(StoreFailure.of(failure));
                return null;
              });
        }
      } catch (Throwable failure) {
        failed(StoreFailure.of(failure));
      }
    }

    private void take() {
      ScriptCall.Target[] targets =
          indices.stream().map(index -> asks[index].target()).toArray(ScriptCall.Target[]::new);
      store.calls().send(store.factory().takeAll(targets), store.nanosLeft(asks[0].since()), this);
    }

    @Override
    public void replied(List<ScriptReply> answers) {
      replies = answers;
      end();
    }

    @Override
    public void failed(StoreFailure failure) {
      end();
    }

    private void end() {
      if (hasEnded) {
        return;
      }
      hasEnded = true;
      if (callsLeft.decrementAndGet() > 0) {
        return;
      }
      try {
        answered(all);
      } catch (Throwable failure) {
        fail(failure);
      }
    }

    private boolean isGranted() {
      return !replies.isEmpty() && replies.get(0).granted() >= asks[indices.get(0)].permits();
    }

    private void hold() {
      for (int i = 0; i < indices.size(); i++) {
        Ask ask = asks[indices.get(i)];
        held[indices.get(i)] = ask.steps().granted(ask, replies.get(i));
      }
    }

    /** Returns the rejection that waits longest; null if the store has not rejected any. */
    private JointReservation.@Nullable Rejected rejected() {
      JointReservation.Rejected longest = null;
      for (int i = 0; i < replies.size(); i++) {
        int index = indices.get(i);
        Ask ask = asks[index];
        ScriptReply reply = replies.get(i);
        if (!ask.rates().isFree(reply.debts(), ask.permits())) {
          longest = longer(longest, taken(index, ask.steps().rejected(ask, reply)));
        }
      }
      return longest;
    }
  }

  /** Continues with the replies of the store, and without it for charges that have none. */
  private void answered(List<Call> calls) {
    JointReservation.Rejected rejected = null;
    List<Integer> unanswered = new ArrayList<>(0);
    for (Call call : calls) {
      if (call.isGranted()) {
        call.hold();
        continue;
      }
      JointReservation.Rejected its = call.rejected();
      rejected = longer(rejected, its);
      if (its == null) { // no reply, or one that contradicts itself
        unanswered.addAll(call.indices);
      }
    }
    for (int i = 0; i < unanswered.size() && rejected == null; i++) {
      Ask ask = asks[unanswered.get(i)];
      rejected = taken(unanswered.get(i), ask.steps().fallback().reserve(ask));
    }
    if (rejected == null) {
      takeLeased();
    } else {
      end(rejected);
    }
  }

  /** Takes the leased permits. If other requests were quicker, asks the store for them. */
  private void takeLeased() {
    boolean isLeft = false;
    for (int i = 0; i < asks.length; i++) {
      if (held[i] == null) {
        held[i] = asks[i].steps().takeLeased(asks[i]);
        isLeased[i] = false;
        isLeft |= held[i] == null;
      }
    }
    if (isLeft) {
      askStore();
    } else {
      end(all());
    }
  }

  private JointReservation all() {
    List<Reservation.Held> all = new ArrayList<>(held.length);
    for (Reservation.Held each : held) {
      all.add(Objects.requireNonNull(each));
    }
    return new JointReservation.Held(all);
  }

  /**
   * Hands the outcome to the caller. Refunds the permits of a rejection, or of a caller that left.
   */
  private void end(JointReservation reservation) {
    if (!outcome.complete(reservation) || reservation instanceof JointReservation.Rejected) {
      refund();
    }
  }

  /** Fails the outcome, and refunds all permits even if a refund fails. */
  private void fail(Throwable failure) {
    try {
      refund();
    } catch (Throwable another) {
      if (another != failure) {
        failure.addSuppressed(another);
      }
    } finally {
      outcome.completeExceptionally(failure);
    }
  }

  private void refund() {
    List<Reservation.Held> given = new ArrayList<>(held.length);
    for (Reservation.Held each : held) {
      if (each != null) {
        given.add(each);
      }
    }
    Arrays.fill(held, null);
    new JointReservation.Held(given).cancel();
  }
}
