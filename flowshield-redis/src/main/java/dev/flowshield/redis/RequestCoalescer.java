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
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store for permits, and joins requests for single permits of one key: while eight calls
 * for the key are under way, further requests wait and go together in the next call. The permits
 * that it gets go to the requests that came first. A key that many ask for therefore costs the
 * store few calls.
 *
 * <p>A request is decided within the timeout, in whichever call. Thread-safe, never waits. Keeps
 * state only for keys with calls under way.
 */
final class RequestCoalescer {

  private static final int CALLS = 8; // enough to keep a connection and the server busy
  private static final int MOST_WAITING = 1_024;

  private final RedisStore store;
  private final ConcurrentHashMap<Key, Line> lines = new ConcurrentHashMap<>();

  RequestCoalescer(RedisStore store) {
    this.store = store;
  }

  /** Asks the store, or the {@link Fallback} of the limiter if the store does not answer. */
  CompletableFuture<Reservation> reserve(Ask ask) {
    Waiter waiter = new Waiter(ask);
    try {
      if (ask.permits() == 1) {
        lines.compute(new Key(ask.name(), ask.rates()), waiter::join);
      }
      if (!waiter.isJoined) {
        send(waiter);
      }
    } catch (Throwable failure) { // such as of the ticker: no call is under way
      waiter.sendNext();
      throw failure;
    }
    return waiter;
  }

  /** Sends a call for a request and those that were joined to it. */
  private void send(Waiter first) {
    Ask ask = first.ask;
    ScriptCall call = ask.permits() == 1
        ? store.factory().of(ScriptOperation.SOME, ask.name(), ask.rates(), first.count)
        : store.factory().of(ScriptOperation.TAKE, ask.name(), ask.rates(), ask.permits());
    store.calls().send(call, store.nanosLeft(ask.since()), first);
  }

  /** Removes a line. Decides its requests without the store; the next request begins a new line. */
  private void giveUp(Line line) {
    if (lines.remove(line.key, line) && line.first != null) { // no request is added any more
      line.first.fallBackAll();
    }
  }

  /** Returns the number of keys with calls under way. */
  int size() {
    return lines.size();
  }

  /** A key by its name in the store, and its limits, which may be changed meanwhile. */
  private record Key(String name, StoredRates rates) {}

  /**
   * The calls that are under way for one key, and the requests for the next call. Read and written
   * only within computations of the map, and by the thread that has removed it.
   */
  private static final class Line {

    private final Key key;
    private int calls;
    private @Nullable Waiter first;
    private @Nullable Waiter last;
    private int waiting;

    Line(Key key) {
      this.key = key;
    }

    boolean isFull() {
      return calls >= CALLS && waiting < MOST_WAITING;
    }

    void append(Waiter waiter) {
      if (last == null) {
        first = waiter;
      } else {
        last.next = waiter;
      }
      last = waiter;
      waiting++;
    }

    /** Returns the first of the requests that waited for a call to end; null if none did. */
    @Nullable
    Waiter takeWaiting() {
      Waiter taken = first;
      if (taken != null) {
        taken.count = waiting;
        taken.line = this;
        first = null;
        last = null;
        waiting = 0;
      }
      return taken;
    }
  }

  /** A request that waits for the store; the first one of a call receives the reply for all. */
  private final class Waiter extends CompletableFuture<Reservation> implements ReplyHandler {

    private final Ask ask;
    private int count = 1; // of the requests in its call
    private boolean isJoined; // to a call that another request sends
    private @Nullable Waiter next; // in the same call
    private @Nullable Waiter following; // the first of the call that follows this one
    private @Nullable Line line; // whose call it has; null if that is not counted, or has ended

    Waiter(Ask ask) {
      this.ask = ask;
    }

    /** Begins a call of a line, or waits there for the next call. */
    private Line join(Key key, @Nullable Line known) {
      Line its = known == null ? new Line(key) : known;
      if (its.isFull()) {
        its.append(this);
        isJoined = true;
      } else {
        its.calls++;
        line = its;
      }
      return its;
    }

    /** Ends a call of a line. Its place passes to the call for the requests that waited. */
    private @Nullable Line leave(Line its, Line known) {
      if (known != its) { // that one was given up
        return known;
      }
      following = its.takeWaiting();
      if (following == null) {
        its.calls--;
      }
      return its.calls == 0 ? null : its;
    }

    @Override
    public void replied(List<ScriptReply> replies) {
      try {
        sendNext(); // first: actions that depend on a reservation may take long
      } finally {
        ScriptReply reply = replies.get(0);
        int place = 0;
        for (Waiter waiter = this; waiter != null; waiter = waiter.next) {
          waiter.decide(reply, place++, count);
        }
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
      try {
        sendNext();
      } finally {
        fallBackAll();
      }
    }

    void fallBackAll() {
      for (Waiter waiter = this; waiter != null; waiter = waiter.next) {
        waiter.fallBack();
      }
    }

    private void fallBack() {
      if (isDone()) {
        return;
      }
      try {
        ReserveSteps.handOver(ask.steps().fallback().reserve(ask), this);
      } catch (Throwable failure) {
        completeExceptionally(failure);
      }
    }

    /** Ends the call, and sends the next one if requests wait for that. */
    void sendNext() {
      Line its = line;
      if (its == null) {
        return;
      }
      line = null;
      Waiter waiting = null;
      try {
        lines.computeIfPresent(its.key, (key, known) -> leave(its, known));
        waiting = following;
        following = null; // a caller may keep this request for long
        if (waiting != null) {
          send(waiting);
        }
      } catch (Throwable failure) { // no memory; the ticker
        try {
          giveUp(its);
        } finally {
          if (waiting != null) {
            waiting.fallBackAll();
          }
        }
      }
    }
  }
}
