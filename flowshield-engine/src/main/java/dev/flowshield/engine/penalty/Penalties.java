package dev.flowshield.engine.penalty;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;

/**
 * Blocks keys that are rejected again and again, each time for longer, in memory that is allocated
 * once.
 *
 * <p>A key is identified by its 64-bit hash, with a secret seed, never 0. {@link Offences} says
 * the memory of it, and its duration.
 *
 * <p><b>When the table is full.</b> A new key takes a place that remembers nothing; else the place
 * of the key with the fewest breaches among those without a block that counts. A key with such a
 * block keeps its place, so no flood of other keys can have it pardoned. A new key that finds no
 * place is not penalised. It never inherits the breaches of another key.
 *
 * <p><b>Cost.</b> Thread-safe, allocates nothing. {@link #blockedForNanos} takes no lock. It is one
 * read while no key is blocked; else it reads one or two cache lines for an unknown key, and one
 * more for a known one. {@link #breached} takes the lock of one of 64 parts while it looks at eight
 * places, and no lock if there is nothing to change: a flood of blocked keys writes nothing, nor
 * does a flood of new keys against a table that is full of offenders.
 */
public final class Penalties {
  /*
   * State, in one long[], buckets of eight places. The hash of a key chooses its one bucket:
   *
   *   | 8 fingerprints: hash, 0 = never used | 8 words: Offences | next bucket ...
   *
   * and latestEnd, the latest end of any block so far.
   *
   * Invariants
   *   P1  Places are written only under the lock of the bucket's part. So a key is in at most one
   *       place, and no breach is lost.
   *   P2  A place changes owner only while its word holds no level. So a key with a block that
   *       counts keeps its place.
   *   P3  A place that changes owner gets the new fingerprint first and then a new word. Between
   *       the two writes the word is that of the old owner and, by P2, blocks no key.
   *   P4  Fingerprints fill a bucket from the front and never become 0 again. So a search may end
   *       at the first 0.
   *   P5  latestEnd is not before the end of any block of breached() or block(). At or after
   *       it, no key is blocked.
   *
   * Memory order: volatile throughout. A reader without the lock reads fingerprint, word,
   * fingerprint. If both fingerprints are the key's, the word was the key's (P3); or the place went
   * to another key, which was blocked, and came back, all between two reads. That takes longer than
   * the shortest block, a second, and costs one rejection. If they differ, the key was not blocked
   * when it lost the place (P2).
   */
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private static final long NO_KEY = 0;
  private static final int NOWHERE = -1;
  private static final int PLACES = 8;
  private static final int BUCKET = 2 * PLACES;
  private static final int PARTS = 64;

  // At half load, one key in 125 finds its bucket full (Poisson), and is not penalised.
  private static final int PLACES_PER_OFFENDER = 2;

  private final Offences offences;
  private final int buckets;
  private final long[] table;
  private final ReentrantLock[] locks = new ReentrantLock[PARTS];
  private final AtomicLong latestEnd;

  /**
   * Durations in nanoseconds, each from a second to 366 days.
   *
   * @param breaches the number that blocks a key, 1 to 10,000
   * @param within the span in which they are counted
   * @param firstBlock how long the first block lasts; each further one twice as long
   * @param longestBlock but none longer than this
   * @param maxOffenders the keys to allocate room for, 32 bytes each
   * @param now the time
   */
  public Penalties(
      int breaches, long within, long firstBlock, long longestBlock, int maxOffenders, long now) {
    this.offences = new Offences(breaches, within, firstBlock, longestBlock);
    this.buckets = (maxOffenders * PLACES_PER_OFFENDER + PLACES - 1) / PLACES;
    this.table = new long[buckets * BUCKET];
    Arrays.setAll(locks, part -> new ReentrantLock());
    this.latestEnd = new AtomicLong(now);
  }

  /** Returns how long a key is still blocked, in nanoseconds; 0 if it is not. */
  public long blockedForNanos(long hash, long now) {
    if (latestEnd.get() - now <= 0) {
      return 0;
    }
    int at = find(bucket(hash), hash);
    if (at == NOWHERE) {
      return 0;
    }
    long left = offences.blockedForNanos(word(at), now);
    return left > 0 && fingerprint(at) == hash ? left : 0;
  }

  /**
   * Counts a breach of a key, and blocks the key if that was one too many. A request of a blocked
   * key is no breach, so it does not make the block longer.
   *
   * @return how long this breach blocks the key, in nanoseconds; 0 if it does not
   */
  public long breached(long hash, long now) {
    int bucket = bucket(hash);
    if (placeToWrite(bucket, hash, now) == NOWHERE) {
      return 0;
    }
    ReentrantLock lock = lock(bucket);
    lock.lock();
    try {
      int at = placeToWrite(bucket, hash, now);
      if (at == NOWHERE) {
        return 0;
      }
      boolean known = fingerprint(at) == hash;
      return write(at, hash, offences.breach(known ? word(at) : Offences.NOTHING, now), now);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Blocks a key as if it had earned that. A block that ends later stays.
   *
   * @param duration in nanoseconds, 1 second to the longest block
   * @return whether the key is blocked now; false if there is no place for it
   */
  public boolean block(long hash, long duration, long now) {
    int bucket = bucket(hash);
    ReentrantLock lock = lock(bucket);
    lock.lock();
    try {
      int known = find(bucket, hash);
      int at = known == NOWHERE ? leastOffender(bucket, now) : known;
      if (at == NOWHERE) {
        return false;
      }
      write(
          at,
          hash,
          offences.block(known == NOWHERE ? Offences.NOTHING : word(at), duration, now),
          now);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Writes the word of a key, under the lock. Returns how long it blocks the key. */
  private long write(int at, long hash, long word, long now) {
    long blockedFor = offences.blockedForNanos(word, now);
    if (blockedFor > 0) { // first, because it may fail, and a later block would not be found
      latestEnd.accumulateAndGet(
          Offences.instant(word), (latest, end) -> end - latest > 0 ? end : latest);
    }
    if (fingerprint(at) != hash) {
      LONGS.setVolatile(table, at, hash);
    }
    word(at, word);
    return blockedFor;
  }

  /**
   * Forgets all that is remembered of a key; its block ends at once.
   *
   * @return whether anything was remembered
   */
  public boolean pardon(long hash) {
    int bucket = bucket(hash);
    ReentrantLock lock = lock(bucket);
    lock.lock();
    try {
      int at = find(bucket, hash);
      if (at == NOWHERE || word(at) == Offences.NOTHING) {
        return false;
      }
      word(at, Offences.NOTHING);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Forgets all that is remembered of all keys, one bucket after the other: a key that is blocked
   * meanwhile may stay blocked.
   */
  public void pardonAll() {
    for (int bucket = 0; bucket < table.length; bucket += BUCKET) {
      ReentrantLock lock = lock(bucket);
      lock.lock();
      try {
        for (int at = bucket; at < bucket + PLACES; at++) {
          word(at, Offences.NOTHING);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Returns the number of blocks that still count against a key; 0 if it had no breach for long
   * enough.
   */
  public int level(long hash, long now) {
    int at = find(bucket(hash), hash);
    if (at == NOWHERE) {
      return 0;
    }
    int level = offences.level(word(at), now);
    return fingerprint(at) == hash ? level : 0;
  }

  /**
   * Returns the keys that are blocked, or whose last block still counts. Walks the table, which may
   * change meanwhile.
   */
  public long[] offenders(long now) {
    LongStream.Builder offenders = LongStream.builder();
    for (int bucket = 0; bucket < table.length; bucket += BUCKET) {
      for (int at = bucket; at < bucket + PLACES; at++) {
        long hash = fingerprint(at);
        if (hash != NO_KEY && level(hash, now) > 0) {
          offenders.add(hash);
        }
      }
    }
    return offenders.build().toArray();
  }

  /**
   * Returns the place in which to count a breach of the key; {@link #NOWHERE} if the key is
   * blocked, or there is no place for it.
   */
  private int placeToWrite(int bucket, long hash, long now) {
    int at = find(bucket, hash);
    if (at == NOWHERE) {
      return leastOffender(bucket, now);
    }
    return offences.blockedForNanos(word(at), now) > 0 ? NOWHERE : at;
  }

  /**
   * Returns the place in the bucket with the least to remember, if it may change owner (P2). Ties
   * are broken at random: if the oldest lost its place, keys that take turns and outnumber the
   * places would each lose theirs before they return.
   */
  private int leastOffender(int bucket, long now) {
    for (int at = bucket; at < bucket + PLACES; at++) {
      if (fingerprint(at) == NO_KEY) {
        return at;
      }
    }
    int first = ThreadLocalRandom.current().nextInt(PLACES);
    int least = NOWHERE;
    int fewest = Integer.MAX_VALUE;
    for (int i = 0; i < PLACES; i++) {
      int at = bucket + (first + i) % PLACES;
      long word = word(at);
      int breaches = offences.breaches(word, now);
      if (breaches < fewest && offences.level(word, now) == 0) {
        least = at;
        fewest = breaches;
      }
    }
    return least;
  }

  private int find(int bucket, long hash) {
    for (int at = bucket; at < bucket + PLACES; at++) {
      long fingerprint = fingerprint(at);
      if (fingerprint == hash) {
        return at;
      }
      if (fingerprint == NO_KEY) {
        return NOWHERE; // P4
      }
    }
    return NOWHERE;
  }

  /**
   * Returns the index of the key's bucket: by a multiplication, as the number of buckets need not
   * be a power of two.
   */
  private int bucket(long hash) {
    return (int) (((hash & 0xFFFF_FFFFL) * buckets) >>> 32) * BUCKET;
  }

  private ReentrantLock lock(int bucket) {
    return locks[bucket / BUCKET % PARTS];
  }

  private long fingerprint(int at) {
    return (long) LONGS.getVolatile(table, at);
  }

  private long word(int at) {
    return (long) LONGS.getVolatile(table, at + PLACES);
  }

  private void word(int at, long word) {
    LONGS.setVolatile(table, at + PLACES, word);
  }
}
