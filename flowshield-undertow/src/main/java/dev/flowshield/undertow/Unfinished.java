package dev.flowshield.undertow;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The exchanges of one handler that were not complete when it returned. While there are any, all of
 * them are looked at {@value #LOOKS_PER_SECOND} times a second, because Undertow has no event for the
 * reset of a stream. One timer serves them all, and an exchange that is answered at once is not here.
 *
 * <p>Thread-safe. The waiting is not done by Undertow, whose threads end with the server.
 */
final class Unfinished {

  static final int LOOKS_PER_SECOND = 2;

  private static final Executor AT_NEXT_LOOK = CompletableFuture.delayedExecutor(
      1000 / LOOKS_PER_SECOND, TimeUnit.MILLISECONDS, Runnable::run);

  private final Set<EndOfExchange> all = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean looking = new AtomicBoolean();

  void add(EndOfExchange end) {
    all.add(end);
    keepLooking();
  }

  void remove(EndOfExchange end) {
    all.remove(end);
  }

  private void keepLooking() {
    if (!looking.get() && !all.isEmpty() && looking.compareAndSet(false, true)) {
      AT_NEXT_LOOK.execute(this::look);
    }
  }

  private void look() {
    all.removeIf(EndOfExchange::look);
    looking.set(false);
    keepLooking(); // also for an exchange that was added after its turn
  }
}
