package dev.flowshield.engine;

import dev.flowshield.engine.RefusalEvent.Kind;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells a listener of refusals, of each kind now and then, so that a flood of them costs no more than a few.
 *
 * <p>Thread-safe, never waits. A refusal that is not told reads one word and adds to a count, and allocates nothing. One that is told, of each
 * kind at most one in each interval, allocates what the executor needs.
 */
final class RefusalEvents {
  /*
   * State, for each kind a slot that holds one refusal to be told, with one long:
   *
   *   63 ........................ 1 | 0
   *     next: when to tell again    | BUSY
   *
   * whether the refusal waits to be told, what was suppressed of the kind in all, and how much of that has been told. And one turn for all
   * slots: NOBODY has it, it is HANDED to the executor, or RUNNING.
   *
   * Invariants
   *   E1  One call at a time: only the turn that is RUNNING calls, and it is begun by an exchange from HANDED, or gone on with from NOBODY.
   *   E2  Of each kind, two refusals are handed over at least an interval apart. If next lies farther ahead than an interval, the clock has
   *       stepped back, and it is time.
   *   E3  Each refusal is told or counted as suppressed, not both; each suppressed one is in the number of one event of its kind.
   *   E4  What waits is told, or counted if the executor rejects it: who puts it there then tries for the turn, and who gives up the turn then
   *       looks whether anything waits.
   *   E5  A turn makes at most one call of each kind: what it has told stays BUSY until it is over. So an executor that runs its tasks where they
   *       are handed in holds up a client for no more than that.
   *
   * Memory order: volatile throughout. A slot's refusal is plain: `waits` passes it on. `told` is plain: only the turn uses it and passes it on.
   */
  static final int DEFAULT_PER_SECOND = 10;

  private static final long BUSY = 1;
  private static final int NOBODY = 0;
  private static final int HANDED = 1;
  private static final int RUNNING = 2;
  private static final long SECOND = 1_000_000_000L;
  private static final int MOST_PER_SECOND = 1000;

  private final RefusalListener listener;
  private final Executor executor;
  private final boolean showKeys;
  private final long interval;
  private final Map<Kind, Slot> slotOf = new EnumMap<>(Kind.class);
  private final Slot[] slots; // the same, to walk without an allocation
  private final AtomicInteger turn = new AtomicInteger(NOBODY);
  private final LongAdder failures = new LongAdder();

  /**
   * Tells this listener.
   *
   * @param executor who calls it; must run or reject what it gets, for if it drops it in silence, nothing is told any more
   * @param perSecond how often at most of each kind, 1 to 1000
   * @param showKeys whether it sees keys, or ids only
   * @param now the time
   * @throws IllegalArgumentException if {@code perSecond} is out of range
   */
  RefusalEvents(
      RefusalListener listener, Executor executor, int perSecond, boolean showKeys, long now) {
    if (perSecond < 1 || perSecond > MOST_PER_SECOND) {
      throw new IllegalArgumentException("events a second must be 1 to 1000, got " + perSecond
          + ": for more than that, count what the shield's answers are");
    }
    this.listener = Objects.requireNonNull(listener, "listener");
    this.executor = Objects.requireNonNull(executor, "executor");
    this.showKeys = showKeys;
    this.interval = SECOND / perSecond;
    for (Kind kind : Kind.values()) {
      slotOf.put(kind, new Slot(kind, 1 << slotOf.size(), now));
    }
    this.slots = slotOf.values().toArray(Slot[]::new);
  }

  /** The executor of the JDK for tasks without one: the common pool, or a thread for each where that has no room. */
  static Executor defaultExecutor() {
    return new CompletableFuture<@Nullable Void>().defaultExecutor();
  }

  /**
   * A client was refused.
   *
   * @param hash stands for its key
   */
  void refused(Kind kind, Refusal refusal, long hash, String key, long now) {
    Slot slot = Objects.requireNonNull(slotOf.get(kind)); // each kind has one
    if (!slot.claim(now, interval)) {
      slot.suppressed.increment();
      return;
    }
    slot.put(refusal, hash, key);
    if (!turn.compareAndSet(NOBODY, HANDED)) {
      return; // E4
    }
    try {
      executor.execute(() -> takeTurn(true));
    } catch (Throwable notRun) { // also an Error: where no thread can be made, refusing must go on
      takeTurn(false);
      failures.increment();
    }
  }

  /** Refusals that were not told. */
  long suppressed() {
    return Stream.of(slots).mapToLong(slot -> slot.suppressed.sum()).sum();
  }

  /** Calls that failed: the listener threw something, or the executor did not take the call. */
  long failures() {
    return failures.sum();
  }

  /**
   * Tells all that waits, or only counts it, if the turn was handed over and nobody has it yet: an executor may have rejected the task and run
   * it all the same.
   */
  private void takeTurn(boolean telling) {
    boolean mine = turn.compareAndSet(HANDED, RUNNING);
    int done = 0; // the bits of the slots that were emptied
    try {
      while (mine) {
        for (Slot slot : slots) {
          if (slot.waits) {
            done |= slot.bit;
            slot.waits = false;
            if (telling) {
              tell(slot);
            } else {
              slot.suppressed.increment();
            }
          }
        }
        turn.set(NOBODY);
        mine = anyWaits() && turn.compareAndSet(NOBODY, RUNNING);
      }
    } finally {
      if (mine) {
        turn.set(NOBODY);
      }
      for (Slot slot : slots) {
        if ((done & slot.bit) != 0) { // no call deeper than the taking: the stack may end here
          slot.state.set(slot.state.get() & ~BUSY);
        }
      }
    }
  }

  private boolean anyWaits() {
    for (Slot slot : slots) {
      if (slot.waits) {
        return true;
      }
    }
    return false;
  }

  private void tell(Slot slot) {
    try {
      listener.refused(slot.event(showKeys));
    } catch (Throwable failure) { // RefusalListener says why an Error goes no further either
      failures.increment();
    }
  }

  /** What there is to tell of one kind. */
  private static final class Slot {

    final Kind kind;
    final int bit;
    final LongAdder suppressed = new LongAdder();
    volatile boolean waits;
    private final AtomicLong state;
    private Refusal refusal = Shed.FULL; // whatever, until there is one
    private String key = "";
    private long hash;
    private long told;

    Slot(Kind kind, int bit, long now) {
      this.kind = kind;
      this.bit = bit;
      this.state = new AtomicLong(now & ~BUSY);
    }

    /** Takes the slot, if it is time and nobody has it. */
    boolean claim(long now, long interval) {
      long seen = state.get();
      long left = seen - now;
      boolean isTime = (seen & BUSY) == 0 && (left <= 0 || left > interval);
      return isTime && state.compareAndSet(seen, (now + interval) | BUSY);
    }

    /** For who has claimed it. */
    void put(Refusal newRefusal, long newHash, String newKey) {
      refusal = newRefusal;
      hash = newHash;
      key = newKey;
      waits = true;
    }

    /** For who has the turn. */
    RefusalEvent event(boolean showKeys) {
      long all = suppressed.sum();
      long since = all - told;
      told = all;
      return new RefusalEvent(refusal, kind, ClientName.of(hash, showKeys ? key : null), since);
    }
  }
}
