package dev.flowshield.http.stream;

import dev.flowshield.http.exchange.StreamStats;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts the open streams of a shield, in total and for each client, up to the caps.
 *
 * <p>Thread-safe. Keeps one entry for each client that has open streams, and therefore never more
 * entries than streams. While no stream is open, {@link #room} is one volatile read.
 */
public final class OpenStreams {
  /*
   * Invariants
   *   S1  A stream that is opened finds both counts below their caps, and raises them: the count of
   *       a client changes in an atomic step of the map, and within it the count of all by CAS. If
   *       a cap is lowered, a count may be above it, and then only falls.
   *   S2  Each tryOpen that succeeds is followed by one close; AdmittedRequest ensures that.
   */

  /** The room for one more stream. */
  public enum Room {
    /** There is room. */
    FREE,
    /** The client has as many open streams as one client may have. */
    NONE_FOR_CLIENT,
    /** All clients together have as many open streams as they may have. */
    NONE
  }

  private final AtomicInteger open = new AtomicInteger();
  private final Map<String, Integer> ofClients = new ConcurrentHashMap<>();
  private final LongAdder overLimit = new LongAdder();
  private final LongAdder shed = new LongAdder();
  private volatile StreamCaps caps;

  public OpenStreams(StreamCaps caps) {
    this.caps = caps;
  }

  /** Changes the caps. Streams that are open stay open. */
  public void change(StreamCaps next) {
    caps = next;
  }

  /**
   * Counts one more stream, unless that would exceed a cap.
   *
   * @param client the client of the stream; null if it is not limited
   * @return whether the stream is counted
   */
  public boolean tryOpen(@Nullable String client) {
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

  /** Ends a stream that was counted. */
  public void close(@Nullable String client) {
    if (client != null) {
      ofClients.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }
    open.decrementAndGet();
  }

  /** Returns the current room for one more stream of a client. */
  public Room room(@Nullable String client) {
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
  public void countRejected(Room missing) {
    (missing == Room.NONE_FOR_CLIENT ? overLimit : shed).increment();
  }

  /** Returns the counts. */
  public StreamStats stats() {
    StreamCaps now = caps;
    return new StreamStats(
        open.get(), now.together(), now.each(), clients(), overLimit.sum(), shed.sum());
  }

  /** Returns the number of clients with open streams. */
  public int clients() {
    return ofClients.size();
  }
}
