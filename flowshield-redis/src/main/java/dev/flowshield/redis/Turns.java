package dev.flowshield.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks for single permits, of each key one call at a time: requests that come while the store is
 * asked for their key are asked together in the next call, and get what is there in the order in
 * which they came. So a key that all ask for costs the store few calls.
 *
 * <p>A request is answered within the timeout, in whichever call. Thread-safe, never waits.
 */
final class Turns {

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

  /** The requests of a key for which the store is being asked, and those that come next. */
  private static final class Line {

    private final StoredRates rates;
    private List<Waiter> asked; // written within a computation of the map alone, as is the other
    private List<Waiter> next = new ArrayList<>();

    Line(StoredRates rates, Waiter first) {
      this.rates = rates;
      this.asked = List.of(first);
    }

    void advance() {
      asked = next;
      next = new ArrayList<>();
    }
  }

  /** Asks for a permit of a key; the future fails with a {@link StoreFailure}. */
  CompletableFuture<Reply> ask(String name, StoredRates rates) {
    Waiter mine = new Waiter(store.ticker().nanos());
    boolean[] isInLine = new boolean[1];
    Line line = lines.compute(name, (same, known) -> {
      if (known == null) {
        return new Line(rates, mine);
      }
      if (known.rates == rates && known.next.size() < MOST_IN_LINE) {
        known.next.add(mine);
        isInLine[0] = true;
      }
      return known;
    });
    if (isInLine[0]) {
      return mine;
    }
    List<Waiter> asked = line.asked;
    if (asked.size() != 1 || asked.get(0) != mine) { // of another limit, or too many
      return store.calls().ask(store.form().of(Deed.TAKE, name, rates, 1));
    }
    try {
      ask(name, line, asked);
    } catch (Throwable failure) { // such as of the ticker: the key must not be left as being asked
      answered(name, line, asked, null, failure);
      throw failure;
    }
    return mine;
  }

  private void ask(String name, Line line, List<Waiter> asked) {
    long waited = store.ticker().nanos() - asked.get(0).since;
    store
        .calls()
        .ask(
            store.form().of(Deed.SOME, name, line.rates, asked.size()),
            Math.max(1, store.calls().timeoutNanos() - waited))
        .whenComplete((reply, failure) -> answered(name, line, asked, reply, failure))
        .exceptionally(failure -> null); // which the requests have seen
  }

  private void answered(
      String name,
      Line line,
      List<Waiter> asked,
      @Nullable Reply reply,
      @Nullable Throwable failure) {
    lines.compute(name, (same, known) -> {
      line.advance();
      return failure != null || line.asked.isEmpty() ? null : line;
    });
    List<Waiter> next = line.asked;
    if (failure == null && !next.isEmpty()) {
      try { // first, as what depends on an answer may take long
        ask(name, line, next);
      } catch (Throwable another) {
        answered(name, line, next, null, another);
      }
    }
    for (int place = 0; place < asked.size(); place++) {
      if (failure == null) {
        asked.get(place).complete(Objects.requireNonNull(reply).inPlace(place, line.rates));
      } else {
        asked.get(place).completeExceptionally(failure);
      }
    }
    if (failure != null) { // no one waits longer for a store that does not answer
      next.forEach(waiter -> waiter.completeExceptionally(failure));
    }
  }
}
