package dev.flowshield.engine.penalty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** What a penalty promises, for any breaches at any time. */
class OffencesPropertyTest {

  private static final long GRAIN = 1L << 20;
  private static final long WITHIN = 1000 * GRAIN;
  private static final long SHORTEST = TimeUnit.SECONDS.toNanos(1);

  @Property
  void neverBlocksForFewerBreachesInASpanAndSurelyForTwiceAsManyLessOne(
      @ForAll @IntRange(min = 1, max = 5) int breaches,
      @ForAll long start,
      @ForAll @Size(max = 60) List<@LongRange(min = 0, max = 700) Long> pauses) {
    Offences offences = new Offences(breaches, WITHIN, SHORTEST, 3 * SHORTEST);
    long now = start & -GRAIN;
    long word = Offences.NOTHING;
    List<Long> counted = new ArrayList<>(); // since the last block
    for (long pause : pauses) {
      now += pause * GRAIN;
      if (offences.blockedForNanos(word, now) > 0) {
        continue;
      }
      counted.add(now);
      word = offences.breach(word, now);
      long time = now;
      long lately = counted.stream().filter(then -> time - then < WITHIN).count();
      if (offences.blockedForNanos(word, now) > 0) {
        assertThat(lately).isGreaterThanOrEqualTo(breaches);
        counted.clear();
      } else {
        assertThat(lately).isLessThan(2L * breaches - 1);
      }
    }
  }

  @Property
  void noClockBlocksForMoreThanTwiceTheLongestBlockOrRemembersForEver(
      @ForAll long word, @ForAll long now, @ForAll @LongRange(min = 1, max = 9) long times) {
    long longest = times * SHORTEST;
    Offences offences = new Offences(3, WITHIN, SHORTEST, longest);
    long breached = offences.breach(Offences.NOTHING, now);
    for (int i = 0; i < 3 * times; i++) {
      breached = offences.breach(breached, now);
    }

    assertThat(offences.blockedForNanos(breached, word)).isBetween(0L, 2 * longest + GRAIN);
    assertThat(offences.level(breached, now + 6 * longest + WITHIN)).isZero();
    assertThat(offences.level(breached, now - 6 * longest - WITHIN)).isZero();
  }
}
