package dev.flowshield.http.watch;

import dev.flowshield.http.process.ProcessTimer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Polls the admitted requests of one shield whose server does not report every end, until they are
 * closed. One task polls all of them, {@value #LOOKS_PER_SECOND} times a second while there are
 * any. Nothing is scheduled for a single request.
 *
 * <p>Thread-safe.
 */
public final class CompletionWatcher {

  static final int LOOKS_PER_SECOND = 2;

  /** A request to poll. */
  interface Watched {

    /** Checks the progress of the request. Called by one task at a time. */
    void look();

    /** Returns the client of a request in flight; null for a stream or an unlimited client. */
    @Nullable
    String clientInFlight();
  }

  private final Set<Watched> all = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean looking = new AtomicBoolean();
  private final Executor atNextLook;

  public CompletionWatcher() {
    this(ProcessTimer.shortTaskAfter(1000 / LOOKS_PER_SECOND, TimeUnit.MILLISECONDS));
  }

  /** Creates a watcher for tests, which decide when it polls. */
  public CompletionWatcher(Executor atNextLook) {
    this.atNextLook = atNextLook;
  }

  public void add(Watched request) {
    all.add(request);
    keepLooking();
  }

  void remove(Watched request) {
    all.remove(request);
  }

  /**
   * Returns the most slots in flight that one client holds, among the polled requests. Iterates
   * over all of them.
   */
  public int mostOfOneClient() {
    Map<String, Integer> ofClients = new HashMap<>();
    for (Watched each : all) {
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
      all.forEach(Watched::look);
    } finally {
      looking.set(false);
      keepLooking(); // also for a request that was added after its turn
    }
  }
}
