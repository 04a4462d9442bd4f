package dev.flowshield.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts the open streams of a shield, in all and for each client, up to the caps.
 *
 * <p>Thread-safe. Keeps an entry for each client that has open streams, so never more entries than
 * streams. Where none is open, asking for room is one read.
 */
final class OpenStreams {
  /*
   * Invariants
   *   S1  A stream that is opened finds both counts below their caps, and raises them: the count of
   *       a client changes in an atomic step of the map, and within it the count of all by CAS. If
   *       a cap is lowered, a count may stand above it, and then only falls.
   *   S2  Each tryOpen that succeeds is followed by one close; HttpAdmitted sees to that.
   */

  /** Whether one more stream may be opened. */
  enum Room {
    /** It may. */
    FREE,
    /** Its client has as many as a client may. */
    NONE_FOR_CLIENT,
    /** All clients together have as many as they may. */
    NONE
  }

  private final AtomicInteger open = new AtomicInteger();
  private final Map<String, Integer> ofClients = new ConcurrentHashMap<>();
  private final LongAdder overLimit = new LongAdder();
  private final LongAdder shed = new LongAdder();
  private volatile StreamCaps caps;

  OpenStreams(StreamCaps caps) {
    this.caps = caps;
  }

  /** Goes on with other caps; what is open stays. */
  void change(StreamCaps next) {
    caps = next;
  }

  /**
   * Counts a stream, unless that would go beyond a cap; whether it is counted.
   *
   * @param client whose stream it is; null if its client is not limited
   */
  boolean tryOpen(@Nullable String client) {
    StreamCaps now = caps;
    if (client == null) {
      return tryOpenOne(now.together());
    }
    boolean[] opened = {false};
    ofClients.compute(client, (key, count) -> {
      int before = count == null ? 0 : count;
      opened[0] = before < now.each() && tryOpenOne(now.together());
      return opened[0] ? Integer.valueOf(before + 1) : count;
    });
    return opened[0];
  }

  private boolean tryOpenOne(int most) {
    int seen = open.get();
    while (seen < most) {
      int found = open.compareAndExchange(seen, seen + 1);
      if (found == seen) {
        return true;
      }
      seen = found;
    }
    return false;
  }

  /** A stream that was counted has ended. */
  void close(@Nullable String client) {
    if (client != null) {
      ofClients.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }
    open.decrementAndGet();
  }

  /** Whether there is room for one more stream of a client, at this moment. */
  Room room(@Nullable String client) {
    int all = open.get();
    if (all == 0) {
      return Room.FREE;
    }
    StreamCaps now = caps;
    if (client != null
        && now.each() != StreamCaps.NONE
        && ofClients.getOrDefault(client, 0) >= now.each()) {
      return Room.NONE_FOR_CLIENT;
    }
    return all < now.together() ? Room.FREE : Room.NONE;
  }

  /** Counts a request that was rejected, or cut off, because there was no room for its stream. */
  void countRejected(Room missing) {
    (missing == Room.NONE_FOR_CLIENT ? overLimit : shed).increment();
  }

  /** What was counted. */
  StreamStats stats() {
    return new StreamStats(open.get(), overLimit.sum(), shed.sum());
  }

  /** How many clients have open streams. */
  int clients() {
    return ofClients.size();
  }
}
