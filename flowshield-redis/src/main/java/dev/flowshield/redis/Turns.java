package dev.flowshield.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks for single permits, of each key in a few calls at a time: requests that come while so many
 * are under way are asked together in the next call, and get what is there in the order in which
 * they came. So a key that all ask for costs the store few calls.
 *
 * <p>A request is answered within the timeout, in whichever call. Thread-safe, never waits.
 */
final class Turns {

  /** As many as keep a connection and the server busy; with fewer, requests wait for nothing. */
  private static final int CALLS = 8;

  private static final int MOST_IN_LINE = 1_024;

  private final RedisStore store;
  private final ConcurrentHashMap<String, Line> lines = new ConcurrentHashMap<>();

  Turns(RedisStore store) {
    this.store = store;
  }

  /** A request for a permit. */
  private static final class Waiter extends CompletableFuture<Reply> {

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

    private final StoredRates rates;
    private int calls;
    private final List<Waiter> next = new ArrayList<>(0);

    Line(StoredRates rates) {
      this.rates = rates;
    }
  }

  /** Asks for a permit of a key; the future fails with a {@link StoreFailure}. */
  CompletableFuture<Reply> ask(String name, StoredRates rates) {
    Waiter mine = new Waiter(store.ticker().nanos());
    boolean[] isInLine = new boolean[1];
    Line line = lines.compute(name, (same, known) -> {
      Line its = known == null ? new Line(rates) : known;
      isInLine[0] = its.calls >= CALLS && its.rates == rates && its.next.size() < MOST_IN_LINE;
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
        ask(name, line, rates, alone);
      } catch (Throwable failure) { // such as of the ticker: no call is under way
        answered(name, line, rates, alone, null, failure);
        throw failure;
      }
    }
    return mine;
  }

  private void ask(String name, Line line, StoredRates rates, List<Waiter> asked) {
    long waited = store.ticker().nanos() - asked.get(0).since;
    store
        .calls()
        .ask(
            store.form().of(Deed.SOME, name, rates, asked.size()),
            Math.max(1, store.calls().timeoutNanos() - waited))
        .whenComplete((reply, failure) -> answered(name, line, rates, asked, reply, failure))
        .exceptionally(failure -> null); // which the requests have seen
  }

  private void answered(
      String name,
      Line line,
      StoredRates rates,
      List<Waiter> asked,
      @Nullable Reply reply,
      @Nullable Throwable failure) {
    List<Waiter> next = endCall(name, line, failure == null);
    if (failure == null && !next.isEmpty()) {
      try { // first, as what depends on an answer may take long
        ask(name, line, line.rates, next);
      } catch (Throwable another) {
        answered(name, line, line.rates, next, null, another);
      }
    }
    for (int place = 0; place < asked.size(); place++) {
      if (failure == null) {
        asked.get(place).complete(Objects.requireNonNull(reply).inPlace(place, rates));
      } else {
        asked.get(place).completeExceptionally(failure);
      }
    }
    if (failure != null) { // no one waits longer for a store that does not answer
      next.forEach(waiter -> waiter.completeExceptionally(failure));
    }
  }

  /** Ends a call, and begins one for those in line if there are any, which it answers. */
  private List<Waiter> endCall(String name, Line line, boolean isNextAsked) {
    List<Waiter> taken = new ArrayList<>(0);
    lines.computeIfPresent(name, (same, known) -> {
      taken.addAll(line.next);
      line.next.clear();
      if (taken.isEmpty() || !isNextAsked) {
        line.calls--;
      }
      return line.calls == 0 ? null : known;
    });
    return taken;
  }
}
