package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.Ticker;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.Outcome;
import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The slots in flight of a shield: asks its gate for them, makes the admissions that hold them,
 * and counts how work ended.
 *
 * <p>Thread-safe; takes no lock.
 */
final class InFlightTracker {

  /**
   * Requests that wait for a slot.
   *
   * @param serve gives each of them that may have one a slot
   * @param criticality the highest among those that may not have one now
   */
  record Wanted(Runnable serve, Criticality criticality) {}

  private final Ticker ticker;
  private final Gate gate;
  private final Rejections rejections;
  private final @Nullable LeakDetector leaks;
  private final List<PressureEvents> pressureEvents;

  private volatile @Nullable Wanted wanted; // null if no request waits for a slot

  private final LongAdder shedSheddable = new LongAdder();
  private final LongAdder shedDefault = new LongAdder();
  private final LongAdder shedCritical = new LongAdder();
  private final AtomicLong wouldShed = new AtomicLong(); // allocates nothing, so never fails
  private final LongAdder failed = new LongAdder();
  private final LongAdder ignored = new LongAdder();

  /** Without a leak detector, no leaks are found. */
  InFlightTracker(
      Ticker ticker,
      Gate gate,
      Rejections rejections,
      @Nullable LeakDetector leaks,
      List<PressureEvents> pressureEvents) {
    this.ticker = ticker;
    this.gate = gate;
    this.rejections = rejections;
    this.leaks = leaks;
    this.pressureEvents = pressureEvents;
  }

  /** Returns whether the gate wants to know the time. */
  boolean readTime() {
    return gate.readsTime();
  }

  /**
   * Takes a slot; null if there is none.
   *
   * @param transaction that outlives the admission; null if absent
   */
  @Nullable
  Admitted enter(LimitSet set, String key, long hash, @Nullable Transaction transaction, long now) {
    lookForLeaks();
    long slot = gate.tryEnter(hash, set.criticality(), set.route(), now);
    if (slot == Gate.NO_SLOT) {
      return null;
    }
    Admitted admission = null;
    boolean made = false;
    try {
      admission = admitted(slot, transaction);
      if (gate.isBeyondLimit(slot)) {
        rejections.wouldShed(key, now == 0 ? readIfTold() : now);
      }
      made = true;
      return admission;
    } finally {
      if (!made) {
        try {
          gate.ended(slot, Outcome.IGNORED, 0);
        } finally {
          release(slot, admission);
        }
      }
    }
  }

  /** Counts a request that has its permits, if it has its slot beyond a shadow cap. */
  void countAdmitted(Admitted admission) {
    if (gate.isBeyondLimit(admission.slot())) {
      wouldShed.incrementAndGet();
    }
  }

  private Admitted admitted(long slot, @Nullable Transaction transaction) {
    return transaction == null && leaks == null
        ? new Admitted(this, slot)
        : new DetailedAdmitted(this, slot, transaction, leaks);
  }

  /**
   * Counts a request that found no slot.
   *
   * @param now a reading of the clock; 0 if absent
   */
  Shed shed(LimitSet set, String key, long now) {
    Criticality criticality = set.criticality();
    adderOf(criticality).increment();
    Shed rejection = Shed.within(gate.retrySeconds(criticality));
    rejections.shed(rejection, key, now == 0 ? readIfTold() : now);
    return rejection;
  }

  private LongAdder adderOf(Criticality criticality) {
    return switch (criticality) {
      case SHEDDABLE -> shedSheddable;
      case DEFAULT -> shedDefault;
      case CRITICAL -> shedCritical;
    };
  }

  private long readIfTold() {
    return rejections.areTold() ? ticker.nanos() : 0;
  }

  /** Undoes an admission that its caller does not get: its slot is released, whatever fails. */
  void undo(Admitted admission) {
    long slot = admission.slot();
    try {
      gate.ended(slot, Outcome.IGNORED, 0);
    } finally {
      release(slot, admission);
    }
    serveFreed();
  }

  /** Ends admitted work: counts its outcome, and releases its slot whatever fails meanwhile. */
  void end(Admitted admission, long slot, Outcome outcome) {
    try {
      countEnd(outcome); // first, so work that is not in flight any more is counted
      gate.ended(slot, outcome, gate.readsTime() ? ticker.nanos() : 0);
    } finally {
      release(slot, admission);
    }
    serveFreed();
  }

  /*
   * The mark follows the release without a call: a call may find the end of the stack, and leak
   * detection would release the slot again. If the stack ends in the release or before it, there is
   * no mark, so leak detection finds the slot.
   */
  private void release(long slot, @Nullable Admitted admission) {
    LeakDetector.Watch watch = admission == null ? null : admission.watch();
    try {
      gate.release(slot);
      if (watch != null) {
        watch.ended = true;
      }
    } finally {
      Reference.reachabilityFence(admission); // collected before the mark, it would be a leak
    }
    if (watch != null) {
      watch.forget();
    }
  }

  private void lookForLeaks() {
    if (leaks != null) {
      leaks.look(slot -> gate.exit(slot, Outcome.IGNORED, 0));
    }
  }

  private void countEnd(Outcome outcome) {
    if (outcome == Outcome.FAILED) {
      failed.increment();
    } else if (outcome == Outcome.IGNORED) {
      ignored.increment();
    }
  }

  /** Serves the requests that wait for a slot, because one has become free. */
  private void serveFreed() {
    Wanted waiting = wanted;
    if (waiting != null) {
      waiting.serve.run();
    }
  }

  /** Records who waits for a slot; null if no request does. */
  void want(@Nullable Wanted waiting) {
    wanted = waiting;
  }

  /** Returns whether a request waits for a slot. */
  boolean isWanted() {
    return wanted != null;
  }

  private boolean isWantedBy(Criticality least) {
    Wanted waiting = wanted;
    return waiting != null && waiting.criticality.compareTo(least) >= 0;
  }

  /**
   * Returns whether a request that does not wait must leave the slots to those that do: to one
   * that means as much, or more. These are served first if a slot may be free, because no event
   * shows that a cap has risen or that an admission has leaked.
   */
  boolean areWantedBefore(Criticality criticality, long now) {
    if (!isWantedBy(criticality)) {
      return false;
    }
    serveWaiters(now);
    return isWantedBy(criticality);
  }

  /** Serves those that wait for a slot, if one of them may get it. */
  void serveWaiters(long now) {
    Wanted waiting = wanted;
    if (waiting != null && isAnyFree(waiting.criticality, now)) {
      waiting.serve.run();
    }
  }

  /** Returns whether there is a slot at this moment, for a client that sends little. */
  boolean isAnyFree(Criticality criticality, long now) {
    lookForLeaks();
    return gate.hasSlot(criticality, now);
  }

  /** Returns the requests of a criticality that found no slot. */
  long shed(Criticality criticality) {
    return adderOf(criticality).sum();
  }

  long wouldShed() {
    return wouldShed.get();
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

  /** Returns how much is in flight. */
  int inFlight() {
    lookForLeaks();
    return gate.count();
  }

  /** Returns the calls of listeners for the pressure that failed. */
  long listenerFailures() {
    return pressureEvents.stream().mapToLong(PressureEvents::failures).sum();
  }

  /** Returns its gate. */
  Gate gate() {
    return gate;
  }
}
