package dev.flowshield.engine.allowance;

import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * How many permits were refunded, and in which epoch, so that a later refund knows what came before
 * it.
 *
 * <p>A debt that shrinks lets every permit behind it come back earlier. Permits that were taken
 * behind another's, which were then refunded, are thus back sooner than their own word says; to
 * refund them as well would forgive. So each refund subtracts what was refunded since its taking. A
 * reset, and a change of the limit, begin an epoch: permits of an earlier epoch are not refunded.
 *
 * <p>Keys share counts, by their hash: a count that is too high refunds less, never too much.
 * Reading is lock-free; writing is for the holder of the lock of the words. No memory before the
 * first refund.
 */
final class Refunds {
  /*
   * State, stamps of one long, one for each key's share and one for all keys, which add up:
   *
   *   63 ........ 32 | 31 ........ 0
   *       epoch      |   refunded          in permits; a carry begins an epoch, which is safe
   *
   * Invariants
   *   B1  The stamp rises after the word has fallen, and before the lock is released. So between a
   *       stamp read before a taking and one read under the lock stands every fall since that
   *       taking. Were the stamp to rise first, a taking between the stamp and the fall would never
   *       know of it.
   *   B2  A stamp only rises. Once it has come to LAST_EPOCH it stays, and nothing is refunded any
   *       more, so none recurs.
   *
   * Memory order: volatile throughout.
   */

  /** What {@link #since} answers for a stamp of an earlier epoch. */
  static final long ANOTHER_EPOCH = -1;

  private static final int REFUNDED_BITS = 32;
  private static final long EPOCH = 1L << REFUNDED_BITS;
  private static final long LAST = Long.MAX_VALUE / 4; // two of them add up without overflow

  private final int shares;
  private volatile @Nullable AtomicLongArray stamps; // by share; null before the first refund
  private volatile long all;

  /** With a power of two of shares. */
  Refunds(int shares) {
    this.shares = shares;
  }

  /** What to keep of a key, read before taking. */
  long stamp(long hash) {
    AtomicLongArray seen = stamps;
    return seen == null ? all : all + seen.get(share(hash));
  }

  /**
   * The permits refunded to a key, and maybe to others, since its stamp was read, at most;
   * {@link #ANOTHER_EPOCH} if an epoch began since.
   */
  long since(long hash, long stamp) {
    long now = stamp(hash);
    return now < LAST && now >>> REFUNDED_BITS == stamp >>> REFUNDED_BITS
        ? now - stamp
        : ANOTHER_EPOCH;
  }

  /** Makes room for the stamps, so that counting cannot fail once a word has fallen. */
  void prepare() {
    if (stamps == null) {
      stamps = new AtomicLongArray(shares);
    }
  }

  /** Counts permits of a key that were refunded just now; after {@link #prepare}. */
  void add(long hash, long permits) {
    raise(hash, Math.min(permits, EPOCH));
  }

  /** Begins an epoch for a key; after {@link #prepare}. */
  void beginEpoch(long hash) {
    raise(hash, EPOCH);
  }

  /** Begins an epoch for all keys. */
  void beginEpoch() {
    long before = all;
    all = Math.min(LAST, before + EPOCH);
  }

  private void raise(long hash, long by) {
    AtomicLongArray array = stamps;
    if (array != null) { // it is, after prepare()
      int share = share(hash);
      array.set(share, Math.min(LAST, array.get(share) + by));
    }
  }

  private int share(long hash) {
    return (int) (hash >>> 32) & (shares - 1);
  }
}
