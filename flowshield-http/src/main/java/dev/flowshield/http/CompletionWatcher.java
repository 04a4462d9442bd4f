package dev.flowshield.http;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The admitted requests of one shield that are looked at until they are closed, since their server
 * does not tell every end. All of them are looked at in one task, {@value #LOOKS_PER_SECOND} times
 * a second while there are any; nothing is scheduled for a single request.
 *
 * <p>Thread-safe.
 */
final class CompletionWatcher {

  static final int LOOKS_PER_SECOND = 2;

  private final Set<HttpAdmitted> all = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean looking = new AtomicBoolean();
  private final Executor atNextLook;

  CompletionWatcher() {
    this(ProcessTimer.shortTaskAfter(1000 / LOOKS_PER_SECOND, TimeUnit.MILLISECONDS));
  }

  /** For tests, which decide when to look. */
  CompletionWatcher(Executor atNextLook) {
    this.atNextLook = atNextLook;
  }

  void add(HttpAdmitted request) {
    all.add(request);
    keepLooking();
  }

  void remove(HttpAdmitted request) {
    all.remove(request);
  }

  /** Returns how many of them hold a place in flight for the client that has most. Walks all. */
  int mostOfOneClient() {
    Map<String, Integer> ofClients = new HashMap<>();
    for (HttpAdmitted each : all) {
      String client = each.clientInFlight();
      if (client != null) {
        ofClients.merge(client, 1, Integer::sum);
      }
    }
    return ofClients.values().stream().max(Comparator.naturalOrder()).orElse(0);
  }

  private void keepLooking() {
    if (!looking.get() && !all.isEmpty() && looking.compareAndSet(false, true)) {
      atNextLook.execute(this::look);
    }
  }

  private void look() {
    try {
      all.forEach(HttpAdmitted::look);
    } finally {
      looking.set(false);
      keepLooking(); // also for a request that was added after its turn
    }
  }
}
