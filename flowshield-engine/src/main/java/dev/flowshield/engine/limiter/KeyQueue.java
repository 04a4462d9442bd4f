package dev.flowshield.engine.limiter;

import static java.util.Objects.requireNonNull;

import dev.flowshield.Decision;
import dev.flowshield.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The callers that wait for permits of one key, in the order of their arrival, and the turns at
 * which they are served.
 *
 * <p>A turn is a taking ahead of time. The first waiter has the first turn, and so on. When a
 * waiter gives up and all behind it want as many permits, each moves up by one turn, and only the
 * last turn is undone, in constant time. If waiters behind it want other numbers of permits, their
 * turns are undone, last first, and taken again; so are all turns if permits are added.
 *
 * <p>Not thread-safe: for the holder of the lock of the {@link WaitQueue}.
 */
final class KeyQueue {
  /*
   * Invariants
   *   W1  There are as many waiters as turns. The waiter in each place wants as many permits as the
   *       turn in that place has taken.
   *   W2  Turns are in the order in which their permits were taken, so their times do not
   *       decrease.
   *   W3  Two waiters of one `run` want the same number of permits, as do all between them.
   *   W4  While there is a turn, refunds of the key are computed as of the time of the last one
   *       (Waits).
   *   W5  A waiter has left before custom code runs that may throw, so no failure makes it keep its
   *       place.
   */

  /** The outcome of joining the queue. */
  enum Joined {
    /** It waits, and has taken its permits ahead. */
    WAITS,
    /** It need not wait: the permits are there now. */
    AVAILABLE,
    /** It does not wait: its permits would not be there in time. */
    TOO_LATE
  }

  /** A caller that waits. */
  static final class QueuedCaller extends IntrusiveList.Node<QueuedCaller> {

    final Supplier<Decision> answer;
    final CompletableFuture<Decision> future = new CompletableFuture<>();
    private final AdvanceReservation
        turn; // it joins with this one, but may be served at an earlier one
    private long run;
    private @Nullable KeyQueue line;
    private @Nullable Throwable failure;

    /** A caller whose permits are not taken yet. */
    QueuedCaller(AdvanceReservation turn, Supplier<Decision> answer) {
      this.turn = turn;
      this.answer = answer;
    }

    /** Returns the line in which it waits; null before it joins and once it has left. */
    @Nullable
    KeyQueue line() {
      return line;
    }

    /** Returns why it was dropped. */
    Throwable failure() {
      return requireNonNull(failure);
    }

    private long permits() {
      return turn.permits();
    }
  }

  private final String key;
  private final Ticker ticker;
  private final IntrusiveList<QueuedCaller> waiters = new IntrusiveList<>();
  private final IntrusiveList<AdvanceReservation> turns = new IntrusiveList<>();
  private final IntrusiveList<QueuedCaller> dropped = new IntrusiveList<>();
  private final WakeUpTimer alarm = new WakeUpTimer();
  private int size;

  KeyQueue(String key, Ticker ticker) {
    this.key = key;
    this.ticker = ticker;
  }

  String key() {
    return key;
  }

  int size() {
    return size;
  }

  @Nullable
  QueuedCaller first() {
    return waiters.first();
  }

  /** Returns the time at which the first waiter is served; 0 if nobody waits. */
  long time() {
    AdvanceReservation first = turns.first();
    return first == null ? 0 : first.time();
  }

  /** Returns its alarm, which is to be set to {@link #time}. */
  WakeUpTimer alarm() {
    return alarm;
  }

  /** Adds a waiter at the end if it has to wait, and no longer than it is willing to. */
  Joined join(QueuedCaller waiter, long maxWaitNanos) {
    Joined joined = Joined.TOO_LATE;
    try {
      joined = take(waiter.turn, maxWaitNanos);
    } finally { // also when a custom algorithm throws
      if (joined != Joined.WAITS) {
        noteTime(turns.last(), waiter.turn);
      }
    }
    if (joined == Joined.WAITS) {
      QueuedCaller before = waiters.last();
      waiter.run =
          before == null ? 0 : before.permits() == waiter.permits() ? before.run : before.run + 1;
      waiter.line = this;
      waiters.addLast(waiter);
      turns.addLast(waiter.turn);
      size++;
    }
    return joined;
  }

  private Joined take(AdvanceReservation turn, long maxWaitNanos) {
    while (true) {
      long now = ticker.nanos();
      long wait = turn.retryAfterNanos(now);
      if (wait == 0) {
        return Joined.AVAILABLE;
      }
      long then = notBefore(turns.last(), now + wait);
      if (then - now > maxWaitNanos || !turn.isPossible()) {
        return Joined.TOO_LATE;
      }
      if (takeAhead(turn, then)) {
        return Joined.WAITS;
      }
    }
  }

  /**
   * Returns the later of a time and that of the turn before, which may be later after a reset or a
   * refund (W2).
   */
  private static long notBefore(@Nullable AdvanceReservation turn, long time) {
    return turn != null && turn.time() - time > 0 ? turn.time() : time;
  }

  private static boolean takeAhead(AdvanceReservation turn, long then) {
    turn.waitUntil(then); // before the taking (W4)
    return turn.takeAhead(then);
  }

  /** Removes the first waiter, whose time has come. Returns its turn, whose permits are taken. */
  AdvanceReservation serve(QueuedCaller first) {
    AdvanceReservation turn = requireNonNull(turns.first()); // W1
    if (turn.next == null) {
      turn.waitOver(); // before it leaves, because this may throw
    }
    leave(first, turn);
    return turn;
  }

  /** Removes a waiter that gives up, and returns all that it took. */
  void giveUp(QueuedCaller waiter) {
    QueuedCaller last = requireNonNull(waiters.last());
    if (last.run == waiter.run) {
      AdvanceReservation turn = requireNonNull(turns.last()); // W1
      leave(waiter, turn);
      noteTime(turns.last(), turn);
      undoOrRefund(turn);
    } else {
      replay(waiter);
    }
  }

  private void replay(QueuedCaller waiter) {
    AdvanceReservation gone = turnOf(waiter);
    AdvanceReservation before = gone.previous;
    leave(waiter, gone);
    AdvanceReservation paid = undoBackTo(before, gone);
    try {
      if (paid == before) {
        undoOrRefund(gone);
      } else { // such as by a charge since; the turns before that keep their times
        gone.refund();
      }
    } catch (Throwable failure) { // of a custom algorithm or ticker
      drop(paid, failure);
    }
    takeAgainAfter(paid, gone);
  }

  /**
   * Runs a change that gives the key permits, beneath its turns: these are undone before, and taken
   * again after it. If a turn cannot be undone, it keeps its time and the permits are given as of
   * that time (W4).
   */
  void change(Runnable change) {
    AdvanceReservation any = requireNonNull(turns.last());
    AdvanceReservation paid = undoBackTo(null, any);
    try {
      change.run();
    } finally {
      takeAgainAfter(paid, any);
    }
  }

  /**
   * Undoes the turns behind one, last first, as long as they can be undone.
   *
   * @param gone any turn of this key
   * @return the last turn whose permits are taken; null if absent
   */
  private @Nullable AdvanceReservation undoBackTo(
      @Nullable AdvanceReservation before, AdvanceReservation gone) {
    AdvanceReservation paid = turns.last();
    try {
      while (paid != null && paid != before && paid.undo()) {
        paid = paid.previous;
      }
      noteTime(paid, gone);
    } catch (Throwable failure) { // of a custom algorithm or ticker
      drop(paid, failure);
    }
    return paid;
  }

  /** Takes the turns behind one again, each as early as possible. */
  private void takeAgainAfter(@Nullable AdvanceReservation last, AdvanceReservation gone) {
    AdvanceReservation paid = last;
    try {
      for (AdvanceReservation next = after(paid); next != null; next = next.next) {
        takeAgain(next, paid);
        paid = next;
      }
      noteTime(paid, gone);
    } catch (Throwable failure) { // of a custom algorithm or ticker
      drop(paid, failure);
    }
  }

  private static void undoOrRefund(AdvanceReservation turn) {
    if (!turn.undo()) {
      turn.refund();
    }
  }

  /**
   * Takes the permits as of the earliest time. If a change of the limits made that impossible, the
   * time stays.
   */
  private void takeAgain(AdvanceReservation turn, @Nullable AdvanceReservation behind) {
    long now;
    do {
      now = ticker.nanos();
    } while (turn.isPossible()
        && !takeAhead(turn, notBefore(behind, now + turn.retryAfterNanos(now))));
  }

  private AdvanceReservation turnOf(QueuedCaller waiter) {
    AdvanceReservation turn = requireNonNull(turns.last());
    for (QueuedCaller each = waiters.last(); each != null && each != waiter; each = each.previous) {
      turn = requireNonNull(turn.previous); // W1
    }
    return turn;
  }

  private @Nullable AdvanceReservation after(@Nullable AdvanceReservation turn) {
    return turn == null ? turns.first() : turn.next;
  }

  private static void noteTime(@Nullable AdvanceReservation last, AdvanceReservation gone) {
    if (last == null) {
      gone.waitOver();
    } else {
      last.waitUntil(last.time());
    }
  }

  private void leave(QueuedCaller waiter, AdvanceReservation turn) {
    waiters.remove(waiter);
    turns.remove(turn);
    waiter.line = null;
    size--;
  }

  /** Removes the waiters behind the last turn whose permits are taken. */
  private void drop(@Nullable AdvanceReservation paid, Throwable failure) {
    for (AdvanceReservation turn = turns.last();
        turn != null && turn != paid;
        turn = turns.last()) {
      QueuedCaller waiter = requireNonNull(waiters.last()); // W1
      leave(waiter, turn);
      waiter.failure = failure;
      dropped.addLast(waiter);
    }
  }

  /** Returns the next waiter that was dropped and is to fail; null otherwise. */
  @Nullable
  QueuedCaller nextDropped() {
    QueuedCaller waiter = dropped.first();
    if (waiter != null) {
      dropped.remove(waiter);
    }
    return waiter;
  }
}
