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
 * What keys owe, kept in a file over a restart, so that a limit such as {@code 10000/day} is not
 * full again after each deploy.
 *
 * <pre>{@code
 * Snapshot snapshot = Snapshot.of(shield);
 * snapshot.load(file).ignored().forEach(log::warn); // at the start, before the first request
 * snapshot.save(file);                              // at the end, after the last one
 * }</pre>
 *
 * <p><b>Promise.</b> A limiter that has loaded what was saved admits as if it had gone on: what
 * came back while the process was down is back, by the wall clock, and nothing else. If that clock
 * has gone back, nothing has come back. A limit that was changed keeps the state of its keys in
 * proportion, as {@link RateLimiter#changeTo} does, and so does a {@code sliding-window}, whose
 * windows begin with the process. What was taken after the save is forgotten.
 *
 * <p><b>What is kept.</b> The debts of all keys of the limits that the engine keeps by
 * {@code token-bucket}, {@code fixed-window} or {@code sliding-window}, and of calls without a key.
 * Not kept: blocked keys, counts, work in flight, callers that wait, and limits kept by other
 * limiters.
 *
 * <p><b>The file.</b> Keys stand in it as hashes, 16 bytes for each that owes something. It carries
 * the secret seed of these hashes, so only the owner may read it, where the file system knows
 * owners: keep it as a password. A process that loads it takes the seed over, and ids of keys, as
 * in {@link RejectedKey}, stay what they were.
 *
 * <p><b>Cost.</b> Streamed in both directions, with memory for one part of one table. Not for the
 * way of a request.
 */
public final class Snapshot {

  private final Map<String, KeyedLimiter> limiters;

  private Snapshot(Map<String, KeyedLimiter> limiters) {
    this.limiters = limiters;
  }

  /** Of all limits of a shield that the engine keeps, by their names. */
  public static Snapshot of(FlowShield shield) {
    return new Snapshot(shield.kept());
  }

  /**
   * Of one limiter.
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
   * Writes the file, whole or not at all: beside it, forced to the disk, and then moved into its
   * place. If it is a symbolic link, writes the file that it leads to. A process that is killed
   * meanwhile leaves a file beside it whose name ends in {@code .tmp}, which the next save or load
   * deletes once it is ten minutes old.
   *
   * @throws IOException if it cannot be written; a file that was there is as it was
   */
  public void save(Path file) throws IOException {
    SnapshotFile.write(file, limiters);
  }

  /**
   * Loads the file, before the first request. Never fails for what is in it: a file that is
   * missing, cut, changed, too big, of another program or no regular file is ignored as a whole,
   * and a limit that does not fit is ignored by itself. Then keys begin as they would without it.
   */
  public Loaded load(Path file) {
    SnapshotLoader loader = new SnapshotLoader(limiters);
    loader.load(file);
    return new Loaded(loader.keys(), loader.ignored());
  }

  /**
   * What was loaded.
   *
   * @param keys how many keys owe something; those of two rates count twice
   * @param ignored a sentence for each thing that was not loaded, and why
   */
  public record Loaded(long keys, List<String> ignored) {

    /** Keeps a copy of the list. */
    public Loaded {
      ignored = List.copyOf(ignored);
    }
  }
}
