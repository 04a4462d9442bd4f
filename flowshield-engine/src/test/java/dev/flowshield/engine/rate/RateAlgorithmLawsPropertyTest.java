package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.spi.RateAlgorithm;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of {@link RateAlgorithm}, of every algorithm, along random lives of a key. */
class RateAlgorithmLawsPropertyTest {

  private static final long HOUR = 3_600_000_000_000L;

  enum Kind {
    TOKEN_BUCKET,
    FIXED_WINDOW,
    SLIDING_WINDOW
  }

  /** A key at one moment, and all of its words so far. */
  private static final class Life {
    final Random random;
    final RateLimit limit;
    final RateAlgorithm algorithm;
    final List<Long> words = new ArrayList<>();
    long now;
    long word;
    long made; // when the word was made

    Life(Kind kind, long seed) {
      random = new Random(seed);
      now = random.nextLong();
      limit = kind == Kind.TOKEN_BUCKET
          ? Limits.random(random)
          : Limits.ofWindows(random, kind == Kind.SLIDING_WINDOW);
      long into = (long) (random.nextDouble() * limit.period().toNanos());
      algorithm = switch (kind) {
        case TOKEN_BUCKET -> new Gcra(limit);
        case FIXED_WINDOW ->
          new FixedWindow(limit, Instant.EPOCH.plusNanos(into).atOffset(ZoneOffset.UTC), now);
        case SLIDING_WINDOW -> new SlidingWindow(limit, now - into);
      };
      become(algorithm.idle(now), now);
    }

    void become(long next, long at) {
      word = next;
      made = at;
      words.add(next);
    }

    void pause() {
      long span = Math.min(HOUR, 3 * limit.period().toNanos());
      now += random.nextBoolean() ? 0 : (long) (random.nextDouble() * random.nextDouble() * span);
    }

    long permits() {
      long most = algorithm.burst();
      return random.nextInt(4) == 0 ? most : 1 + (long) (random.nextDouble() * (most - 1));
    }

    /** As an engine does it. */
    long step(long from, long at, long permits) {
      long next = algorithm.step(from, at, permits);
      return next == REJECTED && algorithm.isIdle(from, at)
          ? algorithm.step(algorithm.idle(at), at, permits)
          : next;
    }

    /** Takes, waits for, or is charged for some permits. */
    void live() {
      pause();
      long permits = permits();
      long at = now;
      long next = step(word, now, permits);
      if (next == REJECTED && random.nextBoolean()) {
        at = now + Math.min(HOUR, algorithm.retryAfterNanos(word, now, permits));
        next = step(word, at, permits);
      }
      if (next != REJECTED) {
        become(next, at);
      } else if (random.nextInt(8) == 0) {
        become(algorithm.charge(word, now, permits), now);
      }
    }
  }

  @Property
  void wordsAreEven(@ForAll Kind kind, @ForAll long seed) {
    Life life = new Life(kind, seed);
    for (int i = 0; i < 40; i++) {
      life.live();
      long permits = life.permits();
      assertThat(life.word & 1).isZero();
      assertThat(life.algorithm.idle(life.now) & 1).isZero();
      assertThat(life.algorithm.refund(life.word, life.word, 0, life.now, permits) & 1)
          .isZero();
      assertThat(life.algorithm.charge(life.word, life.now, permits) & 1).isZero();
    }
  }

  @Property
  void idleEqualsAbsent(@ForAll Kind kind, @ForAll long seed) {
    Life life = new Life(kind, seed);
    for (int i = 0; i < 40; i++) {
      life.live();
      life.pause();
      RateAlgorithm algorithm = life.algorithm;
      long idle = algorithm.idle(life.now);
      long permits = life.permits();
      assertThat(algorithm.isIdle(idle, life.now)).isTrue();
      assertThat(algorithm.remaining(idle, life.now)).isEqualTo(algorithm.burst());
      if (algorithm.isIdle(life.word, life.now)) {
        assertThat(algorithm.step(life.word, life.now, permits))
            .isIn(algorithm.step(idle, life.now, permits), REJECTED);
        assertThat(algorithm.remaining(life.word, life.now)).isEqualTo(algorithm.burst());
        assertThat(algorithm.charge(life.word, life.now, permits))
            .isEqualTo(algorithm.charge(idle, life.now, permits));
      }
    }
  }

  @Property
  void wordsOnlyRise(@ForAll Kind kind, @ForAll long seed) {
    Life life = new Life(kind, seed);
    for (int i = 0; i < 40; i++) {
      life.live();
      life.pause();
      long next = life.step(life.word, life.now, life.permits());
      if (next != REJECTED) {
        assertThat(next - life.word).isPositive();
        assertThat(next - life.algorithm.idle(life.now)).isPositive();
        for (long word : life.words) {
          if (life.algorithm.isIdle(word, life.now)) {
            assertThat(next - word).isPositive();
          }
        }
      }
    }
  }

  @Property
  void anOldTimeAdmitsNothingThatTheWordsOwnTimeWouldNot(@ForAll Kind kind, @ForAll long seed) {
    Life life = new Life(kind, seed);
    for (int i = 0; i < 40; i++) {
      life.live();
      long old = life.made - (long) (life.random.nextDouble() * HOUR);
      long permits = life.permits();
      if (life.algorithm.step(life.word, old, permits) != REJECTED) {
        assertThat(life.step(life.word, life.made, permits)).isNotEqualTo(REJECTED);
      }
    }
  }

  @Property
  void whatIsTakenAheadOfTimeIsNotIdleBefore(@ForAll Kind kind, @ForAll long seed) {
    Life life = new Life(kind, seed);
    for (int i = 0; i < 40; i++) {
      life.live();
      if (life.made - life.now > 0) {
        long before = life.now + (long) (life.random.nextDouble() * (life.made - life.now));
        assertThat(life.algorithm.isIdle(life.word, before)).isFalse();
        assertThat(life.algorithm.isIdle(life.word, life.made)).isFalse();
      }
    }
  }

  @Property
  void retryAfterIsTheShortestWaitThatHelps(@ForAll Kind kind, @ForAll long seed) {
    Life life = new Life(kind, seed);
    for (int i = 0; i < 40; i++) {
      life.live();
      life.pause();
      long permits = life.permits();
      if (life.step(life.word, life.now, permits) == REJECTED) {
        long wait = life.algorithm.retryAfterNanos(life.word, life.now, permits);
        assertThat(wait).isPositive();
        assertThat(life.step(life.word, life.now + wait, permits)).isNotEqualTo(REJECTED);
        assertThat(life.step(life.word, life.now + wait - 1, permits)).isEqualTo(REJECTED);
        assertThat(life.algorithm.remaining(life.word, life.now)).isLessThan(permits);
      } else {
        assertThat(life.algorithm.remaining(life.word, life.now)).isGreaterThanOrEqualTo(permits);
      }
    }
  }

  @Property
  void givingBackStaysAboveWhatWasIdleANanosecondBefore(@ForAll Kind kind, @ForAll long seed) {
    Life life = new Life(kind, seed);
    for (int i = 0; i < 40; i++) {
      life.live();
      long taken = life.words.get(life.random.nextInt(life.words.size()));
      life.pause();
      long next = life.algorithm.refund(life.word, taken, 0, life.now, life.permits());
      if (next != life.word) {
        assertThat(next - life.algorithm.idle(life.now - 1)).isPositive();
        for (long word : life.words) {
          if (life.algorithm.isIdle(word, life.now - 1)) {
            assertThat(next - word).isPositive();
          }
        }
        life.become(next, life.now);
      }
    }
  }

  /** Beside a key that takes and gives back runs one that did neither; the first never has more. */
  @Property
  void givingBackNeverForgivesMoreThanTheTaking(@ForAll Kind kind, @ForAll long seed) {
    Life life = new Life(kind, seed);
    for (int i = life.random.nextInt(6); i > 0; i--) {
      life.live();
    }
    life.pause();
    long without = life.word;
    long permits = life.permits();
    long taken = life.step(life.word, life.now, permits);
    if (taken == REJECTED) {
      return;
    }
    life.become(taken, life.now);
    for (int i = life.random.nextInt(6); i > 0; i--) {
      life.pause();
      long theirs = life.permits();
      long next = life.step(life.word, life.now, theirs);
      if (next != REJECTED) {
        life.become(next, life.now);
        without = life.step(without, life.now, theirs);
        assertThat(without).as("the other has no less").isNotEqualTo(REJECTED);
      }
    }
    life.pause();
    long after = life.algorithm.refund(life.word, taken, 0, life.now, permits);
    assertThat(life.algorithm.remaining(after, life.now))
        .isGreaterThanOrEqualTo(life.algorithm.remaining(life.word, life.now));
    for (int i = 0; i < 10; i++) {
      assertThat(life.algorithm.remaining(after, life.now))
          .isLessThanOrEqualTo(life.algorithm.remaining(without, life.now));
      life.pause();
    }
  }

  @Property
  void aChargeLeavesNoMoreThanTakingWould(@ForAll Kind kind, @ForAll long seed) {
    Life life = new Life(kind, seed);
    for (int i = 0; i < 40; i++) {
      life.live();
      long permits = life.permits();
      long taken = life.step(life.word, life.now, permits);
      long charged = life.algorithm.charge(life.word, life.now, permits);
      if (taken != REJECTED) {
        assertThat(charged).isEqualTo(taken);
      } else {
        assertThat(charged - life.word).isNotNegative();
        assertThat(life.algorithm.isIdle(charged, life.now)).isFalse();
        assertThat(life.algorithm.remaining(charged, life.now))
            .isLessThanOrEqualTo(life.algorithm.remaining(life.word, life.now));
      }
    }
  }
}
