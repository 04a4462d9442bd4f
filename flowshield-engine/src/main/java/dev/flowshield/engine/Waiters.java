package dev.flowshield.engine;

import dev.flowshield.Criticality;
import dev.flowshield.Ticker;
import dev.flowshield.engine.CompletionQueue.Batch;
import dev.flowshield.engine.InFlightTracker.Wanted;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for their limits, and for a slot if that is asked for, in the order they
 * came.
 *
 * <p>Nothing is taken for a request before all of its limits admit it: permits that are taken at
 * one time and used at another would let more pass at once than a limit allows. A request that a
 * limit makes wait is <i>ahead</i>, at that limit and for its key: a request that comes later, or
 * does not wait at all, is judged as if the permits of those ahead were taken already. So none
 * overtakes, and a request that waits for one limit holds nothing back at its others.
 *
 * <p>Thread-safe; blocks no thread. One thread at a time serves: it goes through the line once for
 * each event.
 */
final class Waiters {
  /*
   * Invariants
   *   R1  One thread at a time serves: the one that raised `events` from 0. It goes through the
   *       line until it has seen all events. The line and its demand belong to it.
   *   R2  A waiter is told one outcome, the first. An admission that comes second is undone.
   *   R3  Each event that may let a waiter pass: the timer, which is set for the soonest of all; a
   *       slot that becomes free; a change; a waiter that leaves; the answer of a limiter.
   *       Nothing shows that a leaked slot was collected, or that a cap rose, so while a waiter
   *       lacks a slot, the timer looks again.
   *   R4  While a waiter lacks a slot, those behind it that are no more critical get no slot, nor
   *       do requests that do not wait (InFlightTracker.areWantedBefore); unless there is a slot,
   *       but not for its client.
   */

  private static final int MOST_IN_VAIN = 3;
  private static final long LOOK_NANOS = 100_000_000; // for a slot that no event shows

  private final Ticker ticker;
  private final AdmissionControl admissionControl;
  private final InFlightTracker slots;
  private final int most;
  private final boolean forSlots;
  private final AtomicInteger count = new AtomicInteger();
  private final LongAdder turnedAway = new LongAdder();
  private final AtomicInteger events = new AtomicInteger();
  private final Queue<Waiter> joining = new ConcurrentLinkedQueue<>();
  private final Map<Criticality, Wanted> wanted = new EnumMap<>(Criticality.class);
  private final CompletionQueue completions;
  private final WaitTimer timer;

  // Of those that had to wait and do so no more
  private final AtomicLong waited = new AtomicLong();
  private final AtomicLong waitedNanos = new AtomicLong();
  private final AtomicLong longestWaitNanos = new AtomicLong();

  private List<Waiter> line = new ArrayList<>();
  private QueuedDemand demand = new QueuedDemand();
  private QueuedDemand published = new QueuedDemand();
  private @Nullable Criticality withoutSlot; // the highest that got no slot in this pass
  private long lookAt;
  private @Nullable Waiter current;

  /**
   * No waiters yet.
   *
   * @param most at a time
   * @param forSlots whether they wait for a slot too
   */
  Waiters(
      Ticker ticker,
      AdmissionControl admissionControl,
      InFlightTracker slots,
      int most,
      boolean forSlots) {
    this.ticker = ticker;
    this.admissionControl = admissionControl;
    this.slots = slots;
    this.most = most;
    this.forSlots = forSlots;
    this.completions = new CompletionQueue(slots);
    this.timer = new WaitTimer(ticker, this);
    for (Criticality each : Criticality.values()) {
      wanted.put(each, new Wanted(this::run, each));
    }
  }

  /** Returns how many wait. */
  int count() {
    return count.get();
  }

  /** Returns how many were rejected as too many waited. */
  long turnedAway() {
    return turnedAway.sum();
  }

  /** Returns how many had to wait and do so no more. */
  long waited() {
    return waited.get();
  }

  /** Returns the sum of their waits. */
  long waitedNanos() {
    return waitedNanos.get();
  }

  /** Returns the longest of their waits. */
  long longestWaitNanos() {
    return longestWaitNanos.get();
  }

  /** Lets a request wait until it is admitted, for so long at most. */
  CompletableFuture<Admission> await(
      LimitSet set, Charge[] charges, String subject, boolean reserved, long maxWait) {
    long now = ticker.nanos();
    if (maxWait == 0 || set.limits().check().retryAfterNanos(charges, null, now) > maxWait) {
      return admissionControl.enterAsync(set, charges, subject, reserved);
    }
    Waiter waiter = new Waiter(set, charges, subject, reserved, now, now + maxWait);
    CompletableFuture<?> unused = waiter.whenComplete((outcome, failure) -> leave(waiter));
    if (count.incrementAndGet() > most) {
      count.decrementAndGet();
      return turnAway(admissionControl.enterAsync(set, charges, subject, reserved));
    }
    boolean joined = false;
    boolean done = false;
    try {
      joining.add(waiter);
      joined = true;
      run();
      done = true;
    } finally {
      if (!done) {
        if (!joined || joining.remove(waiter)) {
          count.decrementAndGet();
        }
        waiter.abandon(slots);
      }
    }
    completions.completeNow(waiter);
    return waiter;
  }

  private CompletableFuture<Admission> turnAway(CompletableFuture<Admission> outcome) {
    if (outcome.isDone()
        && !outcome.isCompletedExceptionally()
        && outcome.join() instanceof Rejection) {
      turnedAway.increment();
    }
    return outcome;
  }

  /** A waiter was told its outcome, or its caller has left. */
  private void leave(Waiter waiter) {
    waiter.stopAsking();
    if (!waiter.isTold()) { // else it is out of the line
      run();
    }
  }

  /**
   * Something has happened that may let a waiter pass. Outcomes are told once another thread may
   * serve, because stages that depend on them are code of others.
   */
  void run() {
    int seen = 0;
    while (seen != 1 && count.get() > 0) { // 1 if there was no event meanwhile
      if (events.getAndIncrement() != 0) {
        return; // the thread that serves will see it
      }
      Batch decided = null;
      try {
        decided = serveAll();
      } finally {
        seen = events.getAndSet(0);
      }
      completions.complete(decided);
    }
  }

  /** Answers those whose outcome is known now. */
  private Batch serveAll() {
    for (int inVain = 0; true; inVain++) {
      try {
        return serve();
      } catch (Throwable failure) { // of a custom ticker, algorithm or limiter, or no memory
        if (fail(failure)) {
          inVain = 0;
        } else if (inVain == MOST_IN_VAIN) {
          throw failure;
        }
      }
    }
  }

  /** Decides for the waiter whose turn it was, or else the first one; false if there is none. */
  private boolean fail(Throwable failure) {
    Waiter failing = current;
    if (failing != null && failing.isDecided()) { // it was to be noted, no more
      return false;
    }
    for (int i = 0; i < line.size() && failing == null; i++) {
      failing = line.get(i).isDecided() ? null : line.get(i);
    }
    if (failing != null) {
      failing.decide(null, failure);
    }
    return failing != null;
  }

  /*
   * If this fails midway, it is done again: waiters are in the line until the end, and those that
   * are decided are passed over.
   */
  private Batch serve() {
    current = null;
    join();
    Throwable failed = timer.takeFailure();
    if (failed != null) {
      fail(failed);
    }
    List<Waiter> staying = new ArrayList<>(line.size());
    Batch decided = new Batch();
    withoutSlot = null;
    demand = new QueuedDemand();
    long start = ticker.nanos();
    long soonest = Long.MAX_VALUE;
    long left = 0;
    long leftNanos = 0;
    long longest = 0;
    for (Waiter waiter : line) {
      current = waiter;
      long wait = serve(waiter, start);
      if (wait > 0) {
        waiter.hasWaited = true;
        staying.add(waiter);
        soonest = Math.min(soonest, wait);
      } else if (waiter.isDecided()) {
        decided.add(waiter);
      }
      if (wait <= 0 && waiter.hasWaited) {
        long nanos = Math.max(0, start - waiter.since); // a clock may step back
        left++;
        leftNanos += nanos;
        longest = Math.max(longest, nanos);
      }
    }
    current = null;
    demand.publish(published);
    published = demand;
    Criticality least = withoutSlot;
    slots.want(least == null ? null : wanted.get(least));
    if (least != null) {
      soonest = Math.min(soonest, untilLook(start));
    }
    if (soonest < Long.MAX_VALUE) {
      timer.set(start + soonest);
    } else {
      timer.clear();
    }
    count.addAndGet(staying.size() - line.size());
    line = staying;
    waited.addAndGet(left);
    waitedNanos.addAndGet(leftNanos);
    longestWaitNanos.set(Math.max(longestWaitNanos.get(), longest)); // nothing here may fail
    return decided;
  }

  /** Returns how long after the start the timer looks for a slot, if nothing happens before. */
  private long untilLook(long start) {
    long rest = lookAt - start;
    if (rest <= 0 || rest > LOOK_NANOS) {
      lookAt = start + LOOK_NANOS;
    }
    return lookAt - start;
  }

  private void join() {
    for (Waiter first = joining.peek(); first != null; first = joining.peek()) {
      if (!first.isInLine) { // else this failed midway before
        line.add(first);
        first.isInLine = true;
      }
      if (!joining.remove(first)) {
        line.remove(first); // its caller has failed meanwhile
      }
    }
  }

  /**
   * Serves a waiter if its turn has come, or decides that it waited in vain.
   *
   * @return how long after the start it may pass, or has waited long enough; 0 if it does not stay
   */
  private long serve(Waiter waiter, long start) {
    LimitCheck check = waiter.set.limits().check();
    ExternalLimits external = waiter.set.limits().external();
    Charge[] charges = waiter.charges;
    while (true) {
      if (waiter.isAsking(ticker)) { // even if its caller has left: an admission is to be undone
        external.addTo(demand, charges);
        return Long.MAX_VALUE;
      }
      if (waiter.isDecided() || waiter.isDone()) {
        return 0;
      }
      long now = ticker.nanos();
      Criticality criticality = waiter.set.criticality();
      if (waiter.takeLacksSlot()) {
        if (!forSlots) {
          waiter.decide(slots.shed(waiter.set, waiter.subject, now), null);
          return 0;
        }
        leaveToOthersIfAnyFree(waiter, now);
      }
      Rejection rejection = check.blocked(charges, now);
      long left = waiter.deadline - now;
      boolean isLast = left <= 0 || check.neverAdmits(charges);
      if (rejection == null && isLast) {
        rejection = check.judge(charges, demand, now);
      }
      if (rejection != null) {
        waiter.decide(rejection, null);
        return 0;
      }
      long wait = check.retryAfterNanos(charges, demand, now);
      if (wait == 0 && !isLast) {
        wait = external.isAhead(demand, charges) ? left : Math.max(0, waiter.notBefore - now);
      }
      if (wait > 0 && isLast) {
        continue; // the permits were there a moment ago: to be rejected
      }
      if (wait > 0) {
        check.addTo(demand, charges, now);
        external.addTo(demand, charges);
        return Math.max(1, now - start + Math.min(wait, left));
      }
      if (!isLast && withoutSlot != null && withoutSlot.compareTo(criticality) >= 0) {
        return Math.max(1, now - start + left);
      }
      Admission outcome = waiter.set.limits().isLocal()
          ? admissionControl.take(waiter.set, waiter.subject, waiter.transaction(), now)
          : waiter.ask(slots, isLast, now, this);
      if (outcome == Shed.FULL && forSlots && !isLast) {
        // From now on, a slot that becomes free is an event; one may have become free before.
        if (!slots.isWanted()) {
          slots.want(wanted.get(criticality));
        } else if (!leaveToOthersIfAnyFree(waiter, now)) {
          withoutSlot = criticality;
        }
      } else if (outcome == Shed.FULL) {
        waiter.decide(slots.shed(waiter.set, waiter.subject, now), null);
      } else if (outcome != null) {
        waiter.decide(outcome, null);
      }
    }
  }

  /**
   * Lets those that come after a waiter have the slots, if there are some but not for its client,
   * which sends more than its share. It asks again after a while, because each time counts as a
   * request of that client.
   */
  private boolean leaveToOthersIfAnyFree(Waiter waiter, long now) {
    boolean isAnyFree = slots.isAnyFree(waiter.set.criticality(), now);
    if (isAnyFree) {
      waiter.notBefore = now + LOOK_NANOS;
    }
    return isAnyFree;
  }
}
