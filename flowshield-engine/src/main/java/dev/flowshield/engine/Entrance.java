package dev.flowshield.engine;

import dev.flowshield.Ticker;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Where a request enters and leaves: joins its limits and its place in flight in one admission, and
 * counts.
 *
 * <p>Thread-safe; takes no lock of its own.
 */
final class Entrance {

  private final Ticker ticker;
  private final Gate gate;
  private final Rejections rejections;
  private final @Nullable Leaks leaks;

  /*
   * Places that were not given back, as the stack of their thread ended at that call. They are
   * given back when a place is missed, or when they are counted.
   *
   * At the end of a stack nothing is certain but to write a field: not a call, nor a monitor, nor
   * an atomic update. So the count is read and written, and the places of threads that come there
   * at the very same moment may count as one. What was given back is counted apart: the difference
   * may be too little then, never too much.
   */
  volatile int leftBehind;

  private final AtomicInteger leftBehindGivenBack = new AtomicInteger();

  private final LongAdder shed = new LongAdder();
  private final LongAdder wouldShed = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder ignored = new LongAdder();

  /** Without leaks, none are detected. */
  Entrance(Ticker ticker, Gate gate, Rejections rejections, @Nullable Leaks leaks) {
    this.ticker = ticker;
    this.gate = gate;
    this.rejections = rejections;
    this.leaks = leaks;
    // At its first use of a field, the JVM needs stack to resolve it: more than there may be later.
    leaveBehindNone();
    Admitted.leaveBehindNone(this);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // no other thread has it yet
  private void leaveBehindNone() {
    leftBehind += 0;
  }

  /** Admits a request that is charged one key and one cost for all limits of a set, or not. */
  Admission enter(LimitSet set, String key, long hash, long permits) {
    return enter(set, key, hash, permits, null, false);
  }

  /**
   * Admits a request that is charged a key and a cost for each limit of a set, or not.
   *
   * @param subject the key whose request it is
   * @param reserved whether its bill is settled later
   */
  Admission enter(LimitSet set, Charge[] charges, String subject, boolean reserved) {
    return enter(set, subject, set.subjectHash(charges), 0, charges, reserved);
  }

  /*
   * The clock is read once, and all limits are judged by that reading, so a rejection has written
   * nothing but its count. Then the place is taken, and the permits, limit by limit. If another
   * thread took permits in between, what was taken is given back and all limits are judged again.
   * The place comes after the judging, so that a request over a limit is told so by a full server
   * too.
   */
  private Admission enter(
      LimitSet set,
      String key,
      long hash,
      long permits,
      Charge @Nullable [] charges,
      boolean reserved) {
    boolean timed = set.isLimited() || gate.readsTime();
    while (true) {
      long now = timed ? ticker.nanos() : 0; // the largest cost of all, so not without need
      Rejection rejection = set.judge(key, hash, permits, charges, now);
      if (rejection != null) {
        return rejection;
      }
      Bill bill = charges == null ? null : set.bill(charges, reserved);
      Admission taken = take(set, key, hash, permits, bill, now);
      if (taken == Shed.FULL) {
        return shed(key, timed ? now : readIfTold());
      }
      if (taken != null) {
        return taken;
      }
      rejection = bill == null ? null : set.rejection(bill, now);
      if (rejection != null) {
        return rejection;
      }
    }
  }

  private long readIfTold() {
    return rejections.areTold() ? ticker.nanos() : 0;
  }

  /**
   * Takes a place and the permits; null, with nothing taken, if the permits are not there any more.
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the field says why
  private @Nullable Admission take(
      LimitSet set, String key, long hash, long permits, @Nullable Bill bill, long now) {
    // before the permits are taken, as it may find no memory
    Admitted admission = enter(set, key, hash, bill, now);
    if (admission == null) {
      return Shed.FULL;
    }
    boolean taken = false;
    try {
      taken = bill == null ? set.take(key, hash, permits, now) : set.take(bill, now);
      return taken ? admission : null;
    } finally { // also when a user's limiter throws: a place never given back is lost for good
      if (!taken) {
        boolean left = false;
        try {
          undo(set, admission);
          left = true;
        } finally {
          if (!left) {
            leftBehind++;
          }
        }
      }
    }
  }

  /** Takes a place and counts; null if there is none. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the field says why
  @Nullable
  Admitted enter(LimitSet set, String key, long hash, @Nullable Bill bill, long now) {
    if (leaks != null) {
      leaks.look(this::giveBackUnused);
    }
    long place = gate.tryEnter(hash, now);
    if (place == Gate.NO_PLACE && giveBackLeftBehind()) {
      place = gate.tryEnter(hash, now);
    }
    if (place == Gate.NO_PLACE) {
      return null;
    }
    Admitted admission = null;
    boolean made = false;
    try {
      admission = admitted(place, bill);
      if (gate.isBeyondLimit(place)) {
        wouldShed.increment();
        rejections.wouldShed(key, now == 0 ? readIfTold() : now);
      }
      set.countAdmitted();
      made = true;
      return admission;
    } finally {
      if (!made) {
        boolean left = false;
        try {
          if (admission != null) {
            admission.undone();
          }
          giveBackUnused(place);
          left = true;
        } finally {
          if (!left) {
            leftBehind++;
          }
        }
      }
    }
  }

  private Admitted admitted(long place, @Nullable Bill bill) {
    OpenBill open = bill instanceof OpenBill reserved && reserved.isReserved() ? reserved : null;
    return open == null && leaks == null
        ? new Admitted(this, place)
        : new DetailedAdmitted(this, place, open, leaks);
  }

  /** Counts a request that found no place. */
  Shed shed(String key, long now) {
    shed.increment();
    rejections.shed(key, now);
    return Shed.FULL;
  }

  /**
   * Admits a request that is charged a key and a cost for each limit of a set, or not, as soon as
   * limiters of another kind have answered.
   */
  CompletableFuture<Admission> enterLater(
      LimitSet set, Charge[] charges, String subject, boolean reserved) {
    while (true) {
      long now = ticker.nanos();
      Rejection rejection = set.judge(subject, 0, 0, charges, now);
      if (rejection != null) {
        return CompletableFuture.completedFuture(rejection);
      }
      if (!hasPlace()) { // by the time that it is asked for, there may be none either
        return CompletableFuture.completedFuture(shed(subject, now));
      }
      OpenBill bill = (OpenBill) set.bill(charges, reserved);
      LaterAdmission later =
          new LaterAdmission(this, set, bill, subject, set.subjectHash(charges), now);
      if (set.takeLocal(bill, now)) {
        return later.begin();
      }
    }
  }

  private boolean hasPlace() {
    return inFlight() < gate.limit();
  }

  /** Gives back the place of a request that is not admitted after all. */
  void undo(LimitSet set, Admitted admission) {
    long place = admission.place();
    if (gate.isBeyondLimit(place)) {
      wouldShed.decrement();
    }
    set.discountAdmitted();
    admission.undone();
    giveBackUnused(place); // last: what throws before it has given no place back
  }

  private void giveBackUnused(long place) {
    gate.exit(place, Outcome.IGNORED, 0);
  }

  /** Gives back the places that were left behind; false if there were none. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the field says why
  private boolean giveBackLeftBehind() {
    boolean any = false;
    int givenBack = leftBehindGivenBack.get();
    while (leftBehind - givenBack > 0) {
      if (leftBehindGivenBack.compareAndSet(givenBack, givenBack + 1)) {
        boolean left = false;
        try {
          gate.exitLost();
          left = true;
          any = true;
        } finally {
          if (!left) {
            leftBehind++;
          }
        }
      }
      givenBack = leftBehindGivenBack.get();
    }
    return any;
  }

  /** Gives a place back. */
  void leave(long place, Outcome outcome) {
    gate.exit(place, outcome, gate.readsTime() ? ticker.nanos() : 0);
  }

  /**
   * Counts how work has ended; before {@link #leave}, so that work which is not in flight any more
   * is counted.
   */
  void countEnd(Outcome outcome) {
    if (outcome == Outcome.FAILED) {
      failed.increment();
    } else if (outcome == Outcome.IGNORED) {
      ignored.increment();
    }
  }

  long shed() {
    return shed.sum();
  }

  long wouldShed() {
    return wouldShed.sum();
  }

  long failed() {
    return failed.sum();
  }

  long ignored() {
    return ignored.sum();
  }

  /** Admissions that were collected unclosed; 0 unless leaks are detected. */
  long leaked() {
    return leaks == null ? 0 : leaks.count();
  }

  /** How much is in flight. */
  int inFlight() {
    if (leaks != null) {
      leaks.look(this::giveBackUnused);
    }
    giveBackLeftBehind();
    return gate.count();
  }

  /** The most in flight. */
  int limit() {
    return gate.limit();
  }

  /** Goes on with another limit; what is in flight stays. */
  void limit(int most) {
    gate.limit(most);
  }
}
