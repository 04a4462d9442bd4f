package dev.flowshield.engine.allowance;

import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts the permits refunded in an epoch, so that a later refund takes those before it into
 * account.
 *
 * <p>When a debt shrinks, every permit behind it comes back earlier. So after a refund, permits
 * that were taken behind the refunded ones are back sooner than their own word says, and to refund
 * them in full would forgive debt. Each refund therefore subtracts what was refunded since its
 * taking. A reset or a change of the limit begins an epoch: permits of an earlier epoch are not
 * refunded.
 *
 * <p>Keys share counts by their hash: a count that is too high refunds less, never too much. Reads
 * are lock-free; writes are for the holder of the lock of the words. Allocates nothing before the
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
   *   B1  The stamp is raised after the word has decreased and before the lock is released. So the
   *       difference between a stamp read before a taking and one read under the lock covers every
   *       decrease since that taking. If the stamp were raised first, a taking between the stamp
   *       and the decrease would miss that decrease.
   *   B2  A stamp never decreases. At LAST it stays, and nothing is refunded any more, so no stamp
   *       recurs.
   *
   * Memory order: volatile throughout.
   */

  /** What {@link #since} returns for a stamp of an earlier epoch. */
  static final long ANOTHER_EPOCH = -1;

  private static final int REFUNDED_BITS = 32;
  private static final long EPOCH = 1L << REFUNDED_BITS;
  private static final long LAST = Long.MAX_VALUE / 4; // two of them add up without overflow

  private final int shares;
  private volatile @Nullable AtomicLongArray stamps; // by share; null before the first refund
  private volatile long all;

  /** With this many shares, a power of two. */
  Refunds(int shares) {
    this.shares = shares;
  }

  /** The stamp of a key, to be read before a taking. */
  long stamp(long hash) {
    AtomicLongArray seen = stamps;
    return seen == null ? all : all + seen.get(share(hash));
  }

  /**
   * An upper bound of the permits refunded to a key since its stamp was read, as other keys may
   * share its count; {@link #ANOTHER_EPOCH} if an epoch has begun since.
   */
  long since(long hash, long stamp) {
    long now = stamp(hash);
    return now < LAST && now >>> REFUNDED_BITS == stamp >>> REFUNDED_BITS
        ? now - stamp
        : ANOTHER_EPOCH;
  }

  /** Allocates the stamps, so that counting cannot fail once a word has decreased. */
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
    if (array != null) { // always, after prepare()
      int share = share(hash);
      array.set(share, Math.min(LAST, array.get(share) + by));
    }
  }

  private int share(long hash) {
    return (int) (hash >>> 32) & (shares - 1);
  }
}
