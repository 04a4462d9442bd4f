package dev.flowshield.engine;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.RejectionEvent.Kind;
import dev.flowshield.engine.rate.Gcra;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Hands rejections to a listener: by a rate, at most ten a second of each kind, one after the
 * other, as the serial executor in the javadoc of {@link Executor} does.
 *
 * <p>Thread-safe, lock-free. A rejection without an event allocates nothing.
 */
final class RejectionEvents {
  /*
   * State: for each kind a slot with the word of the rate and one rejection to be told, which is on
   * its way while the word is odd; the batch, a bit for each slot in it; and whether the batch was
   * handed to the executor and is not begun.
   *
   * Invariants
   *   E1  One call at a time: the thread that adds the first slot hands the batch over, one thread
   *       begins it by an exchange, and that thread empties it after its last call.
   *   E2  Slots are claimed an interval apart, by an exchange of the word. A word more than two
   *       intervals ahead is from before the clock stepped back, and it is time.
   *   E3  Each rejection is told or counted, not both: a batch is begun once, to be told or, if the
   *       executor rejects it, to be counted. Each one counted is in the number of one event.
   *   E4  Each claim is told or counted: the exchange that empties the batch fails if a slot
   *       was added. A batch that is begun is ended, because it allocates nothing.
   *   E5  A word is made even after the batch is empty, so a batch has one rejection of each kind
   *       at most. A caller whose own thread runs the task waits for no more calls than these.
   *
   * Memory order: volatile. The plain fields of a slot are passed on by the batch.
   */
  private static final Gcra RATE = new Gcra(RateLimit.parse("10/s burst 1"));
  private static final long TWO_INTERVALS = 200_000_000;
  private static final long CLAIMED = 1; // the words of a rate are even

  private final RejectionListener listener;
  private final Executor executor;
  private final boolean showKeys;
  private final Map<Kind, Slot> slotOf = new EnumMap<>(Kind.class);
  private final Slot[] slots; // the same, to walk without an allocation
  private final AtomicInteger batch = new AtomicInteger();
  private final AtomicBoolean handedOver = new AtomicBoolean();
  private final AtomicLong failures = new AtomicLong(); // a LongAdder may fail: it allocates

  /** The executor must run or reject each task. If it drops one, nothing is told any more. */
  RejectionEvents(RejectionListener listener, Executor executor, boolean showKeys, long now) {
    this.listener = Objects.requireNonNull(listener, "listener");
    this.executor = Objects.requireNonNull(executor, "executor");
    this.showKeys = showKeys;
    for (Kind kind : Kind.values()) {
      slotOf.put(kind, new Slot(kind, 1 << slotOf.size(), now));
    }
    this.slots = slotOf.values().toArray(Slot[]::new);
  }

  /**
   * Returns the executor of the JDK for tasks without one: the common pool, or a thread for each
   * task.
   */
  static Executor defaultExecutor() {
    return new CompletableFuture<@Nullable Void>().defaultExecutor();
  }

  /** Reports a rejected request, with the hash of its key. */
  void rejected(Kind kind, Rejection rejection, long hash, String key, long now) {
    Slot slot = Objects.requireNonNull(slotOf.get(kind)); // each kind has one
    if (!slot.claim(now)) {
      slot.suppressed.increment();
      return;
    }
    slot.rejection = rejection;
    slot.hash = hash;
    slot.key = key;
    if (batch.getAndAdd(slot.bit) == 0) {
      handedOver.set(true);
      try {
        executor.execute(() -> empty(true));
      } catch (Throwable notRun) { // an Error too: if no thread can be made, rejecting continues
        empty(false);
        failures.incrementAndGet();
      }
    }
  }

  /**
   * Tells or counts the batch, unless it was begun: an executor may run a task that it has
   * rejected.
   */
  private void empty(boolean telling) {
    if (!handedOver.compareAndSet(true, false)) {
      return;
    }
    int done = 0;
    do {
      int seen = batch.get();
      for (Slot slot : slots) {
        if ((seen & ~done & slot.bit) != 0) {
          try {
            if (telling) {
              listener.rejected(slot.event(showKeys));
            } else {
              slot.suppressed.increment();
            }
          } catch (
              Throwable failure) { // RejectionListener says why an Error goes no further either
            failures.incrementAndGet();
          }
        }
      }
      done = seen;
    } while (!batch.compareAndSet(done, 0));
    for (Slot slot : slots) {
      if ((done & slot.bit) != 0) {
        slot.word.set(slot.word.get() & ~CLAIMED);
      }
    }
  }

  /** Rejections that were not told. */
  long suppressed() {
    return Stream.of(slots).mapToLong(slot -> slot.suppressed.sum()).sum();
  }

  /** Calls that failed: the listener threw something, or the executor did not take the call. */
  long failures() {
    return failures.get();
  }

  private static final class Slot {
    final Kind kind;
    final int bit;
    final AtomicLong word;
    final LongAdder suppressed = new LongAdder();
    private long told; // of those suppressed
    private Rejection rejection = Shed.FULL; // any, until the first
    private String key = "";
    private long hash;

    Slot(Kind kind, int bit, long now) {
      this.kind = kind;
      this.bit = bit;
      this.word = new AtomicLong(RATE.idle(now));
    }

    /** Claims it if it is time. If the exchange fails, another thread has claimed it. */
    boolean claim(long now) {
      long seen = word.get();
      boolean isFarAhead = RATE.retryAfterNanos(seen, now, 1) > TWO_INTERVALS;
      long next = RATE.step(isFarAhead ? RATE.idle(now) : seen, now, 1);
      if ((seen & CLAIMED) != 0 || next == REJECTED) {
        return false;
      }
      return word.compareAndSet(seen, next | CLAIMED);
    }

    RejectionEvent event(boolean showKeys) {
      String shown = KeyName.of(hash, showKeys ? key : null);
      long all = suppressed.sum();
      RejectionEvent event = new RejectionEvent(rejection, kind, shown, all - told);
      told = all;
      return event;
    }
  }
}
