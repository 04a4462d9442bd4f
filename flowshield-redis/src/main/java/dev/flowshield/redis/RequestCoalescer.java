package dev.flowshield.redis;

import dev.flowshield.Reservation;
import dev.flowshield.redis.connection.ReplyHandler;
import dev.flowshield.redis.connection.StoreFailure;
import dev.flowshield.redis.script.ScriptCall;
import dev.flowshield.redis.script.ScriptOperation;
import dev.flowshield.redis.script.ScriptReply;
import dev.flowshield.redis.script.StoredRates;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store for permits, and joins requests for single permits of one key: while eight calls
 * for the key are under way, further requests wait and go together in the next call. The permits
 * that it gets go to the requests that came first. A key that many ask for therefore costs the
 * store few calls.
 *
 * <p>A request is decided within the timeout, in whichever call. Thread-safe, never waits. Of fixed
 * size: requests for a key whose line is in use by another key are not joined.
 */
final class RequestCoalescer {

  private static final int CALLS = 8; // enough to keep a connection and the server busy
  private static final int MOST_WAITING = 1_024;
  private static final int LINES = 1_024; // a power of two

  private final RedisStore store;
  private final AtomicReferenceArray<@Nullable Line> lines = new AtomicReferenceArray<>(LINES);

  RequestCoalescer(RedisStore store) {
    this.store = store;
  }

  /** Asks the store, or the {@link Fallback} of the limiter if the store does not answer. */
  CompletableFuture<Reservation> reserve(Ask ask) {
    Waiter waiter = new Waiter(ask);
    if (ask.permits() == 1 && line(ask.name()).add(waiter)) {
      return waiter;
    }
    try {
      send(waiter);
    } catch (Throwable failure) { // such as of the ticker: no call is under way
      waiter.sendNext();
      throw failure;
    }
    return waiter;
  }

  private Line line(String name) {
    int hash = name.hashCode();
    int place = (hash ^ (hash >>> 16)) & (LINES - 1);
    Line known = lines.get(place);
    if (known != null) {
      return known;
    }
    Line made = new Line();
    Line other = lines.compareAndExchange(place, null, made);
    return other == null ? made : other;
  }

  /** Sends a call for a request and those that were joined to it. */
  private void send(Waiter first) {
    Ask ask = first.ask;
    ScriptCall call = ask.permits() == 1
        ? store.factory().of(ScriptOperation.SOME, ask.name(), ask.rates(), first.count)
        : store.factory().of(ScriptOperation.TAKE, ask.name(), ask.rates(), ask.permits());
    store.calls().send(call, store.nanosLeft(ask.since()), first);
  }

  /** The calls that are under way for one key, and the requests for the next call. */
  private static final class Line {

    private final ReentrantLock lock = new ReentrantLock(); // guards all that follows
    private String name = ""; // of the key that uses this line
    private @Nullable StoredRates rates; // which may be changed meanwhile
    private int calls; // 0 if no key uses the line
    private @Nullable Waiter first;
    private @Nullable Waiter last;
    private int waiting;

    /** Adds a request. Returns true if it waits here, and false if it is to be sent. */
    boolean add(Waiter waiter) {
      lock.lock();
      try {
        if (calls == 0) {
          name = waiter.ask.name();
          rates = waiter.ask.rates();
        } else if (rates != waiter.ask.rates() || !name.equals(waiter.ask.name())) {
          return false;
        }
        if (calls >= CALLS && waiting < MOST_WAITING) {
          append(waiter);
          return true;
        }
        calls++;
        waiter.line = this;
        return false;
      } finally {
        lock.unlock();
      }
    }

    private void append(Waiter waiter) {
      if (last == null) {
        first = waiter;
      } else {
        last.next = waiter;
      }
      last = waiter;
      waiting++;
    }

    /**
     * Ends a call.
     *
     * @return the first of the requests that waited for that, for which the caller sends the next
     *     call; null if none waited
     */
    @Nullable
    Waiter endCall() {
      lock.lock();
      try {
        Waiter next = first;
        if (next == null) {
          calls--;
        } else {
          next.line = this;
          next.count = waiting;
          first = null;
          last = null;
          waiting = 0;
        }
        return next;
      } finally {
        lock.unlock();
      }
    }
  }

  /** A request that waits for the store; the first one of a call receives the reply for all. */
  private final class Waiter extends CompletableFuture<Reservation> implements ReplyHandler {

    private final Ask ask;
    private int count = 1; // of the requests in its call
    private @Nullable Waiter next; // in the same call
    private @Nullable Line line; // whose call it has; null if that is not counted, or has ended

    Waiter(Ask ask) {
      this.ask = ask;
    }

    @Override
    public void replied(List<ScriptReply> replies) {
      sendNext(); // first: actions that depend on a reservation may take long
      ScriptReply reply = replies.get(0);
      int place = 0;
      for (Waiter waiter = this; waiter != null; waiter = waiter.next) {
        waiter.decide(reply, place++, count);
      }
    }

    private void decide(ScriptReply reply, int place, int all) {
      try {
        ScriptReply mine = all == 1 ? reply : reply.inPlace(place, ask.rates());
        ReserveSteps.handOver(ask.steps().replied(ask, mine), this);
      } catch (Throwable failure) { // no memory: the others are decided all the same
        completeExceptionally(failure);
      }
    }

    @Override
    public void failed(StoreFailure failure) {
      sendNext();
      for (Waiter waiter = this; waiter != null; waiter = waiter.next) {
        waiter.fallBack();
      }
    }

    private void fallBack() {
      try {
        ReserveSteps.handOver(ask.steps().fallback().reserve(ask), this);
      } catch (Throwable failure) {
        completeExceptionally(failure);
      }
    }

    /** Ends the call, and sends the next one if requests wait for that. */
    void sendNext() {
      Line its = line;
      line = null;
      Waiter waiting = its == null ? null : its.endCall();
      if (waiting != null) {
        try {
          send(waiting);
        } catch (Throwable failure) {
          waiting.failed(StoreFailure.of(failure));
        }
      }
    }
  }
}
