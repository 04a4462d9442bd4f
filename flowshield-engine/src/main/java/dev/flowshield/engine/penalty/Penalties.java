package dev.flowshield.engine.penalty;

import dev.flowshield.engine.allowance.StackRoom;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;

/**
 * Blocks keys that are rejected again and again, each time for longer, in memory that is set aside once.
 *
 * <p>A key is the 64-bit hash of its key, with a secret seed, never 0. What is remembered of it, and for how long: {@link Offences}.
 *
 * <p><b>A full table forgives nobody and blocks nobody.</b> A newcomer takes a place where there is nothing to remember, else that of the
 * key with the fewest breaches who has no block to answer for. Whoever is blocked, or was and has not kept clean for long enough,
 * never loses his place: no flood of other keys gets anybody pardoned. A newcomer that finds no place is not penalised. It never
 * inherits what it did not do.
 *
 * <p><b>Cost.</b> Thread-safe, allocates nothing. {@link #blockedForNanos} takes no lock: one read while nobody is blocked, else one or two
 * cache lines for a key that is not remembered, and one more for one that is. {@link #breached} takes the lock of one of 64 parts for
 * as long as it takes to look at eight places, and none if there is nothing to change: a flood from blocked keys writes nothing, nor
 * does one of newcomers against a table full of offenders.
 */
public final class Penalties {
  /*
   * State, in one long[], buckets of eight places. A key has one bucket, by its hash:
   *
   *   | 8 fingerprints: hash, 0 = nobody's yet | 8 words: Offences | next bucket ...
   *
   * and latestEnd, the latest end of any block so far.
   *
   * Invariants
   *   P1  Places are written only under the lock of the bucket's part, so a key is in at most one place and no breach is lost.
   *   P2  A place is passed on only if its word holds no level: whoever is blocked or was keeps it.
   *   P3  A place passed on gets its new owner first and then a word that begins with nothing: nobody starts with what another did. The
   *       word it has in between is the old owner's and, by P2, blocks nobody.
   *   P4  Fingerprints fill a bucket from the front and never become nobody's again, so a search may end at the first of those.
   *   P5  latestEnd is not before the end of any block that was announced by breached(): at or after it, nobody is blocked.
   *
   * Memory order: volatile throughout. Without the lock: fingerprint, word, fingerprint. If it is the same key's before and after,
   * the word was his (P3), unless the place went to another, who was blocked, and came back, all between two reads. That takes longer
   * than the shortest block, a second, and costs one rejection. If it is not, he was not blocked when he lost the place (P2).
   */
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private static final long NOBODY = 0;
  private static final int NOWHERE = -1;
  private static final int PLACES = 8;
  private static final int BUCKET = 2 * PLACES;
  private static final int PARTS = 64;

  // Half full, one key in 125 finds its bucket full (Poisson): little, and such a key is only
  // not penalised.
  private static final int PLACES_PER_OFFENDER = 2;

  private final Offences offences;
  private final int buckets;
  private final long[] table;
  private final ReentrantLock[] locks = new ReentrantLock[PARTS];
  private final AtomicLong latestEnd;

  /**
   * Durations in nanoseconds, each from a second to 366 days.
   *
   * @param breaches how many block, 1 to 10,000
   * @param within the span in which they are counted
   * @param firstBlock how long the first block lasts; each further one twice as long
   * @param longestBlock but none longer than this
   * @param maxOffenders room to set aside, 32 bytes each
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

  /** How long a key is still blocked, in nanoseconds; 0 if it is not. */
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
   * Counts a breach of a key, and blocks it if that was one too many. What a blocked key tries is no breach: it does not make its
   * block longer.
   *
   * @return how long the key is blocked from now on, in nanoseconds, if this breach brought it about; else 0
   */
  public long breached(long hash, long now) {
    int bucket = bucket(hash);
    if (placeToWrite(bucket, hash, now) == NOWHERE) {
      return 0;
    }
    ReentrantLock lock = lock(bucket);
    StackRoom.require();
    lock.lock();
    try {
      int at = placeToWrite(bucket, hash, now);
      if (at == NOWHERE) {
        return 0;
      }
      boolean known = fingerprint(at) == hash;
      long word = offences.breach(known ? word(at) : Offences.NOTHING, now);
      long blockedFor = offences.blockedForNanos(word, now);
      if (blockedFor > 0) { // first, as it may fail, and a block beyond it is not looked for
        latestEnd.accumulateAndGet(
            Offences.instant(word), (latest, end) -> end - latest > 0 ? end : latest);
      }
      if (!known) {
        LONGS.setVolatile(table, at, hash);
      }
      word(at, word);
      return blockedFor;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Forgets all that is remembered of a key; its block ends at once.
   *
   * @return whether anything was remembered
   */
  public boolean pardon(long hash) {
    int bucket = bucket(hash);
    ReentrantLock lock = lock(bucket);
    StackRoom.require();
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

  /** Forgets all that is remembered of everybody, bucket by bucket: who is blocked meanwhile may stay so. */
  public void pardonAll() {
    for (int bucket = 0; bucket < table.length; bucket += BUCKET) {
      ReentrantLock lock = lock(bucket);
      StackRoom.require();
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

  /** How many blocks still count against a key; 0 if it has kept clean for long enough. */
  public int level(long hash, long now) {
    int at = find(bucket(hash), hash);
    if (at == NOWHERE) {
      return 0;
    }
    int level = offences.level(word(at), now);
    return fingerprint(at) == hash ? level : 0;
  }

  /** Those who are blocked, or were and have not kept clean for long enough. Walks the table, while it may change. */
  public long[] offenders(long now) {
    LongStream.Builder offenders = LongStream.builder();
    for (int bucket = 0; bucket < table.length; bucket += BUCKET) {
      for (int at = bucket; at < bucket + PLACES; at++) {
        long hash = fingerprint(at);
        if (hash != NOBODY && level(hash, now) > 0) {
          offenders.add(hash);
        }
      }
    }
    return offenders.build().toArray();
  }

  /** Where a breach of the key is to be counted; {@link #NOWHERE} if it is blocked, or there is no place for it. */
  private int placeToWrite(int bucket, long hash, long now) {
    int at = find(bucket, hash);
    if (at == NOWHERE) {
      return leastOffender(bucket, now);
    }
    return offences.blockedForNanos(word(at), now) > 0 ? NOWHERE : at;
  }

  /**
   * The place in the bucket that is worth least, if it may be passed on (P2). Among equals chance decides: were it the
   * oldest, keys that take turns and are more than the places would all lose theirs before they come back.
   */
  private int leastOffender(int bucket, long now) {
    for (int at = bucket; at < bucket + PLACES; at++) {
      if (fingerprint(at) == NOBODY) {
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
      if (fingerprint == NOBODY) {
        return NOWHERE; // P4
      }
    }
    return NOWHERE;
  }

  /** Where the key's bucket begins: a multiplication, so that any number of buckets will do. */
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
