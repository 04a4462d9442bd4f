package dev.flowshield.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks for single permits, of each key in a few calls at a time: requests that come while those
 * are under way wait, and are asked together in the next call; of the permits that it gets, those
 * that came first have theirs. So a key that all ask for costs the store few calls.
 *
 * <p>A request is answered within the timeout, in whichever call. Thread-safe, never waits.
 */
final class RequestCoalescer {

  /** As many as keep a connection and the server busy. */
  private static final int CALLS = 8;

  private static final int MOST_IN_LINE = 1_024;

  private final RedisStore store;
  private final ConcurrentHashMap<Key, Line> lines = new ConcurrentHashMap<>();

  RequestCoalescer(RedisStore store) {
    this.store = store;
  }

  /** A key by its name in the store, and its limits, which may be changed meanwhile. */
  private record Key(String name, StoredRates rates) {}

  /** A request for a permit. */
  private static final class Waiter extends CompletableFuture<ScriptReply> {

    private final long since;

    Waiter(long since) {
      this.since = since;
    }
  }

  /**
   * The calls of a key that are under way, and the requests that come next. Read and written within
   * computations of the map alone.
   */
  private static final class Line {

    private int calls;
    private final List<Waiter> next = new ArrayList<>(0);
  }

  /**
   * Asks for a permit of a key; the future fails with a {@link StoreFailure}.
   *
   * @param since the reading of the store's ticker when the request arrived
   */
  CompletableFuture<ScriptReply> ask(String name, StoredRates rates, long since) {
    Key key = new Key(name, rates);
    Waiter mine = new Waiter(since);
    boolean[] isInLine = new boolean[1];
    Line line = lines.compute(key, (same, known) -> {
      Line its = known == null ? new Line() : known;
      isInLine[0] = its.calls >= CALLS && its.next.size() < MOST_IN_LINE;
      if (isInLine[0]) {
        its.next.add(mine);
      } else {
        its.calls++;
      }
      return its;
    });
    if (!isInLine[0]) {
      List<Waiter> alone = List.of(mine);
      try {
        ask(key, line, alone);
      } catch (Throwable failure) { // such as of the ticker: no call is under way
        answered(key, line, alone, null, failure);
        throw failure;
      }
    }
    return mine;
  }

  private void ask(Key key, Line line, List<Waiter> asked) {
    store
        .calls()
        .askAll(
            store.form().of(ScriptOperation.SOME, key.name, key.rates, asked.size()),
            store.nanosLeft(asked.get(0).since))
        .whenComplete((replies, failure) ->
            answered(key, line, asked, replies == null ? null : replies.get(0), failure))
        .exceptionally(failure -> null); // which the requests have seen
  }

  private void answered(
      Key key,
      Line line,
      List<Waiter> asked,
      @Nullable ScriptReply reply,
      @Nullable Throwable failure) {
    List<Waiter> next = endCall(key, line);
    if (!next.isEmpty()) {
      try { // first, as what depends on an answer may take long
        ask(key, line, next);
      } catch (Throwable another) {
        answered(key, line, next, null, another);
      }
    }
    for (int place = 0; place < asked.size(); place++) {
      Waiter waiter = asked.get(place);
      try {
        if (failure == null) {
          waiter.complete(Objects.requireNonNull(reply).inPlace(place, key.rates));
        } else {
          waiter.completeExceptionally(failure);
        }
      } catch (Throwable another) { // no memory: the others are to be answered all the same
        waiter.completeExceptionally(another);
      }
    }
  }

  /** Ends a call, and begins one for those in line, if there are any, which it answers. */
  private List<Waiter> endCall(Key key, Line line) {
    List<Waiter> taken = new ArrayList<>(0);
    try {
      lines.computeIfPresent(key, (same, known) -> {
        if (known != line) { // this one was given up
          return known;
        }
        taken.addAll(line.next);
        line.next.clear();
        if (taken.isEmpty()) {
          line.calls--;
        }
        return line.calls == 0 ? null : known;
      });
      return taken;
    } catch (Throwable failure) { // no memory: the line is given up, and the next request makes one
      lines.remove(key, line); // after which none are added to it
      line.next.forEach(waiter -> waiter.completeExceptionally(failure));
      return List.of();
    }
  }
}
