package dev.flowshield.engine.allowance;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts the permits refunded in an epoch, so that a later refund takes those before it into
 * account.
 *
 * <p>When a debt shrinks, every permit behind it comes back earlier. So after a refund, permits
 * that were taken behind the refunded ones are back sooner than their own word says, and to refund
 * them in full would forgive debt. The refund of a request that was not admitted therefore
 * subtracts what was refunded since its taking. A reset or a change of the limit begins an epoch:
 * permits of an earlier epoch are not refunded.
 *
 * <p>Keys share counts by their hash: a count that is too high refunds less, never too much. Reads
 * are lock-free; writes are for the holder of the lock of the words. Allocates nothing before the
 * first refund.
 */
final class Refunds {
  /*
   * State, for each share of the keys:
   *
   *   stamp   the permits refunded so far, and one more for each epoch
   *   begun   the stamp with which the epoch began
   *
   * Before the first refund there are no arrays, and `all` is both numbers of each share.
   *
   * Invariants
   *   B1  The stamp is raised after the word has decreased and before the lock is released. So the
   *       difference between a stamp read before a taking and one read under the lock covers every
   *       decrease since that taking. If the stamp were raised first, a taking between the stamp
   *       and the decrease would miss that decrease.
   *   B2  A stamp never decreases. So a stamp below `begun` was read in an earlier epoch. At LAST
   *       it stays, and nothing is refunded any more, so no stamp recurs.
   *
   * Memory order: stamps volatile; `begun` only under the lock.
   */

  /** The result of {@link #since} for a stamp of an earlier epoch. */
  static final long ANOTHER_EPOCH = -1;

  // More at once counts as a reset, so that LAST is out of reach: a trillion permits.
  private static final long MOST = 1L << 40;
  private static final long LAST = Long.MAX_VALUE / 2;

  private final int shares;
  private volatile @Nullable AtomicLongArray stamps; // by share; null before the first refund
  private volatile long all;
  private long[] begun = {}; // by share

  /** With this many shares, a power of two. */
  Refunds(int shares) {
    this.shares = shares;
  }

  /** Returns the stamp of a key, to be read before a taking. */
  long stamp(long hash) {
    AtomicLongArray seen = stamps;
    return seen == null ? all : seen.get(share(hash));
  }

  /**
   * Returns an upper bound of the permits refunded to a key since its stamp was read, because other
   * keys may share its count; {@link #ANOTHER_EPOCH} if an epoch has begun since.
   */
  long since(long hash, long stamp) {
    long now = stamp(hash);
    long epoch = stamps == null ? all : begun[share(hash)];
    return stamp - epoch >= 0 && now < LAST ? now - stamp : ANOTHER_EPOCH;
  }

  /** Allocates the stamps, so that counting cannot fail once a word has decreased. */
  void prepare() {
    if (stamps == null) {
      long[] each = new long[shares];
      Arrays.fill(each, all);
      AtomicLongArray made = new AtomicLongArray(each);
      begun = each;
      stamps = made;
    }
  }

  /** Counts permits of a key that were refunded just now; after {@link #prepare}. */
  void add(long hash, long permits) {
    if (permits <= MOST) {
      raise(share(hash), permits);
    } else {
      beginEpoch(hash);
    }
  }

  /** Begins an epoch for a key; after {@link #prepare}. */
  void beginEpoch(long hash) {
    beginEpoch(share(hash));
  }

  /** Begins an epoch for all keys. */
  void beginEpoch() {
    if (stamps == null) {
      long before = all;
      all = before + 1;
    } else {
      for (int share = 0; share < shares; share++) {
        beginEpoch(share);
      }
    }
  }

  private void beginEpoch(int share) {
    begun[share] = raise(share, 1);
  }

  private long raise(int share, long by) {
    AtomicLongArray array = requireNonNull(stamps);
    long raised = Math.min(LAST, array.get(share) + by);
    array.set(share, raised);
    return raised;
  }

  private int share(long hash) {
    return (int) (hash >>> 32) & (shares - 1);
  }
}
