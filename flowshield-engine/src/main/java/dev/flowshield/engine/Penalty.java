package dev.flowshield.engine;

import dev.flowshield.engine.penalty.Penalties;
import java.time.Duration;
import java.util.Objects;

/**
 * A penalty for keys that a limit rejects again and again: they are blocked for a while, and for
 * longer each time.
 *
 * <pre>{@code
 * Limit.each("login", "5/min").withPenalty(
 *     Penalty.after(20, Duration.ofMinutes(1))   // rejected 20 times within a minute: blocked for
 *         .withBlocks(Duration.ofMinutes(5), Duration.ofHours(24))); // 5 minutes, 10, 20 … a day
 * }</pre>
 *
 * <p><b>Breaches.</b> A breach is a rejection by the limit that has the penalty. A span begins with
 * a breach, and the first breach after its end begins the next one. A key is blocked when one span
 * has enough breaches. So no key is blocked for fewer in that time, and a key with twice as many in
 * it is blocked for certain.
 * A request of a blocked key is no breach, so it does not make the block longer.
 *
 * <p><b>Forgetting.</b> A block counts against its key until the key has been without a breach for
 * as long as that block lasted; then the block before it counts, and so on. Everything is forgotten
 * in less than three times the longest block.
 *
 * <p><b>Memory.</b> 32 bytes for each offender, allocated at once with the first breach. When it is
 * full of offenders, further keys are not penalised: no key is blocked for the breaches of others,
 * and no key is pardoned because others came.
 *
 * <p>Times are kept to the millisecond. A value: immutable, equal by content, safe to share.
 *
 * @param breaches the number of rejections that block, 1 to 10,000
 * @param within the span in which they are counted, 1 second to 366 days
 * @param firstBlock the duration of the first block, 1 second to 366 days; each further one is
 *     twice as long
 * @param longestBlock the longest block; at least the first block, at most 366 days
 * @param maxOffenders the number of keys with breaches to remember, 1 to 1,000,000
 */
public record Penalty(
    int breaches, Duration within, Duration firstBlock, Duration longestBlock, int maxOffenders) {

  private static final int MOST_BREACHES = 10_000;
  private static final int MOST_OFFENDERS = 1_000_000;
  private static final int DEFAULT_OFFENDERS = 10_000;
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(366);
  private static final Duration DEFAULT_FIRST = Duration.ofMinutes(5);
  private static final Duration DEFAULT_LONGEST = Duration.ofHours(24);

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if a part is outside its range; the message says which, and
   *     the allowed range
   */
  public Penalty {
    if (breaches < 1 || breaches > MOST_BREACHES) {
      throw new IllegalArgumentException("breaches must be 1 to 10,000, got " + breaches
          + ": choose how many rejections are one too many, as in 20 a minute");
    }
    requireSpan("within", within, "choose the time in which breaches add up, as in a minute");
    requireSpan("firstBlock", firstBlock, "choose how long the first block lasts, as in 5 minutes");
    requireSpan("longestBlock", longestBlock, "choose how long a block may get, as in 24 hours");
    if (longestBlock.compareTo(firstBlock) < 0) {
      throw new IllegalArgumentException("longestBlock must be at least firstBlock (" + firstBlock
          + "), got " + longestBlock + ": make it as long for blocks that do not grow");
    }
    if (maxOffenders < 1 || maxOffenders > MOST_OFFENDERS) {
      throw new IllegalArgumentException("maxOffenders must be 1 to 1,000,000, got " + maxOffenders
          + ": choose what memory allows, 32 bytes each; those beyond are not penalised");
    }
  }

  /**
   * Creates a penalty for this many breaches within a span: it blocks for 5 minutes at first, 24
   * hours at most, with room for 10,000 offenders.
   *
   * @throws IllegalArgumentException if a part is outside its range
   */
  public static Penalty after(int breaches, Duration within) {
    return new Penalty(breaches, within, DEFAULT_FIRST, DEFAULT_LONGEST, DEFAULT_OFFENDERS);
  }

  /**
   * Returns this penalty with other blocks.
   *
   * @param first the duration of the first block; each further one is twice as long
   * @param longest the longest block
   * @throws IllegalArgumentException if a part is outside its range
   */
  public Penalty withBlocks(Duration first, Duration longest) {
    return new Penalty(breaches, within, first, longest, maxOffenders);
  }

  /**
   * Returns this penalty with room for this many offenders.
   *
   * @throws IllegalArgumentException if it is not 1 to 1,000,000
   */
  public Penalty withMaxOffenders(int most) {
    return new Penalty(breaches, within, firstBlock, longestBlock, most);
  }

  /** Returns the table that keeps this penalty, empty at this time. */
  Penalties table(long now) {
    return new Penalties(
        breaches,
        within.toNanos(),
        firstBlock.toNanos(),
        longestBlock.toNanos(),
        maxOffenders,
        now);
  }

  /** Throws if a block of this length is longer than any that the penalty sets, or too short. */
  void requireBlock(Duration duration) {
    Objects.requireNonNull(duration, "duration");
    if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(longestBlock) > 0) {
      throw new IllegalArgumentException("duration must be 1 second to the longestBlock of the"
          + " penalty (" + longestBlock + "), got " + duration
          + ": choose one in the range, or a penalty with longer blocks");
    }
  }

  private static void requireSpan(String name, Duration span, String wayOut) {
    Objects.requireNonNull(span, name);
    if (span.compareTo(SHORTEST) < 0 || span.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          name + " must be 1 second to 366 days, got " + span + ": " + wayOut);
    }
  }
}
