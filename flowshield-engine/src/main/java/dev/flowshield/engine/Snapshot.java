package dev.flowshield.engine;

import dev.flowshield.RateLimiter;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.engine.limiter.KeyedLimiter;
import dev.flowshield.engine.snapshot.SnapshotFile;
import dev.flowshield.engine.snapshot.SnapshotLoader;
import dev.flowshield.spi.ForwardingRateLimiter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The debts of keys, kept in a file over a restart, so that a limit such as {@code 10000/day} is
 * not full again after each deploy.
 *
 * <pre>{@code
 * Snapshot snapshot = Snapshot.of(shield);
 * snapshot.load(file).ignored().forEach(log::warn); // at the start, before the first request
 * snapshot.save(file);                              // at the end, after the last one
 * }</pre>
 *
 * <p><b>Promise.</b> A limiter that has loaded a file admits as if it had continued: permits that
 * were due while the process was down are back, by the wall clock, and no others. If that clock has
 * gone back, no permit has come back. A limit that was changed keeps the state of its keys in
 * proportion, like {@link RateLimiter#changeTo}, and so does a {@code sliding-window}, whose
 * windows begin with the process. Permits that were taken after the save are forgotten.
 *
 * <p><b>Contents.</b> The debts of all keys of the limits that the engine keeps by
 * {@code token-bucket}, {@code fixed-window} or {@code sliding-window}, and of calls without a key.
 * Not kept: blocked keys, counts, work in flight, callers that wait, and limits kept by other
 * limiters.
 *
 * <p><b>The file.</b> Keys are stored as hashes, 16 bytes for each that owes something. The file
 * contains the secret seed of these hashes, so only the owner may read it, if the file system knows
 * owners: protect it like a password. A process that loads it takes the seed over, so ids of keys,
 * as in {@link RejectedKey}, do not change.
 *
 * <p><b>Cost.</b> Streamed in both directions, with memory for one part of one table. Not for the
 * path of a request.
 */
public final class Snapshot {

  private final Map<String, KeyedLimiter> limiters;

  private Snapshot(Map<String, KeyedLimiter> limiters) {
    this.limiters = limiters;
  }

  /** Returns the snapshot of all limits of a shield that the engine keeps, by their names. */
  public static Snapshot of(FlowShield shield) {
    return new Snapshot(shield.kept());
  }

  /**
   * Returns the snapshot of one limiter.
   *
   * @throws IllegalArgumentException if it is not one of the engine's, found by name
   */
  public static Snapshot of(RateLimiter limiter) {
    RateLimiter inner = limiter;
    while (inner instanceof ForwardingRateLimiter forwarding) {
      inner = forwarding.delegate();
    }
    if (!(inner instanceof KeyedLimiter keyed)
        || !keyed.capabilities().contains(Capability.CHANGE)) {
      throw new IllegalArgumentException("limiter of a snapshot must be token-bucket, fixed-window"
          + " or sliding-window of the engine, got " + inner + ": keep the permits of others by"
          + " their own means");
    }
    return new Snapshot(Map.of("", keyed));
  }

  /**
   * Writes the file, whole or not at all: it is written beside the old file, forced to the disk,
   * and then replaces it. If the file is a symbolic link, its target is written. A process that is
   * killed meanwhile leaves a file beside it whose name ends in {@code .tmp}, which the next save
   * or load deletes once it is ten minutes old.
   *
   * @throws IOException if it cannot be written; a file that was there is as it was
   */
  public void save(Path file) throws IOException {
    SnapshotFile.write(file, limiters);
  }

  /**
   * Loads the file, before the first request. Never fails because of its contents: a file that is
   * missing, cut, changed, too big, of another program or no regular file is ignored as a whole,
   * and a limit that does not fit is ignored by itself. Then keys begin as they would without it.
   */
  public Loaded load(Path file) {
    SnapshotLoader loader = new SnapshotLoader(limiters);
    loader.load(file);
    return new Loaded(loader.keys(), loader.ignored());
  }

  /**
   * The outcome of a load.
   *
   * @param keys the number of keys that owe something; those of two rates count twice
   * @param ignored a sentence for each thing that was not loaded, and why
   */
  public record Loaded(long keys, List<String> ignored) {

    /** Keeps a copy of the list. */
    public Loaded {
      ignored = List.copyOf(ignored);
    }
  }
}
