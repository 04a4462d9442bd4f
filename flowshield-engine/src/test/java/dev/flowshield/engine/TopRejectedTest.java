package dev.flowshield.engine;

import static dev.flowshield.engine.TopRejected.COUNTERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.engine.keyed.Meanwhile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TopRejectedTest {

  private static final int HEAVY = 10;
  private static final int FLOOD = 1_000_000;

  private final TopRejected exact = new TopRejected(false, 0, 1);

  @Test
  void countsExactlyWhileThereAreCountersForAll() { // T1
    for (int key = 1; key <= COUNTERS; key++) {
      for (int i = 0; i < key; i++) {
        exact.rejected(key, "");
      }
    }

    List<RejectedKey> top = exact.top(COUNTERS);

    assertThat(top).hasSize(COUNTERS);
    for (int i = 0; i < COUNTERS; i++) {
      assertThat(top.get(i)).isEqualTo(new RejectedKey(id(COUNTERS - i), COUNTERS - i));
    }
    assertThat(exact.top(2)).isEqualTo(top.subList(0, 2));
  }

  @Test
  @Tag("slow")
  void findsThoseWhoAreRejectedMostAmongAMillionOthers() { // T2, T3
    SplittableRandom random = new SplittableRandom(20261124);
    Map<String, Long> truth = new HashMap<>();
    long all = 0;
    for (int i = 0; i < FLOOD; i++) {
      exact.rejected(HEAVY + 1 + i, "");
      truth.put(id(HEAVY + 1 + i), 1L);
      all++;
      if (random.nextInt(5) == 0) { // the n-th of ten about n / 55 of these
        int heavy = 1 + Math.max(random.nextInt(HEAVY), random.nextInt(HEAVY));
        exact.rejected(heavy, "");
        truth.merge(id(heavy), 1L, Long::sum);
        all++;
      }
    }

    long error = all / COUNTERS;
    assertThat(exact.top(5))
        .extracting(RejectedKey::key)
        .as("each with more than one in 128 to spare")
        .containsExactlyInAnyOrder(id(10), id(9), id(8), id(7), id(6));
    for (RejectedKey each : exact.top(COUNTERS)) {
      long real = truth.getOrDefault(each.key(), 0L);
      assertThat(each.rejections()).isBetween(Math.max(1, real - error), real);
    }
  }

  @Test
  void countsTheFirstThousandExactly() {
    TopRejected rejections = new TopRejected(false);
    for (int i = 0; i < 14; i++) {
      rejections.rejected(7, "");
    }
    assertThat(rejections.top(9)).containsExactly(new RejectedKey(id(7), 14));
    for (int i = 0; i < 505; i++) {
      rejections.rejected(8, "");
      rejections.rejected(1000 + i, "");
    }
    assertThat(rejections.top(2))
        .containsExactly(new RejectedKey(id(8), 505), new RejectedKey(id(7), 14));
    assertThat(rejections.top(COUNTERS)).as("of 507").hasSize(COUNTERS);
  }

  @Test
  void countsTheFirstExactlyAlsoUnderThreads() throws Exception {
    TopRejected rejections = new TopRejected(true, 800, 64);
    List<Thread> running = new ArrayList<>();
    for (int t = 1; t <= 8; t++) {
      int key = t;
      Thread thread = new Thread(() -> {
        for (int i = 0; i < 100; i++) {
          rejections.rejected(key, "key " + key);
        }
      });
      thread.start();
      running.add(thread);
    }
    for (Thread thread : running) {
      thread.join();
    }
    assertThat(rejections.top(COUNTERS))
        .hasSize(8)
        .allSatisfy(key -> assertThat(key.rejections()).isEqualTo(100))
        .extracting(RejectedKey::key)
        .contains("key 1", "key 8");
  }

  @Test
  void addsUpTheFirstAndTheSample() {
    TopRejected rejections = new TopRejected(false, 10, 1);
    for (int i = 0; i < 25; i++) {
      rejections.rejected(1 + i % 2, "");
    }
    assertThat(rejections.top(9))
        .containsExactly(new RejectedKey(id(1), 13), new RejectedKey(id(2), 12));
  }

  @Test
  void waitsForNoLockWhileItCountsTheFirst() throws Exception {
    TopRejected rejections = new TopRejected(false, 10, 64);
    rejections.lock.lock();
    try {
      Thread other = new Thread(() -> rejections.rejected(1, ""));
      other.start();
      other.join();
    } finally {
      rejections.lock.unlock();
    }
    assertThat(rejections.top(1)).containsExactly(new RejectedKey(id(1), 1));
  }

  @Test
  void aSampleOfOneIn64TellsAsMuchButForChance() {
    TopRejected sampled = new TopRejected(false);
    int rejections = 640_000;
    for (int i = 0; i < rejections; i++) {
      sampled.rejected(1, "");
      sampled.rejected(2 + i % 50, "");
    }

    RejectedKey most = sampled.top(1).get(0);

    assertThat(most.key()).isEqualTo(id(1));
    // ten standard deviations
    assertThat(most.rejections())
        .isCloseTo(rejections, within((long) (80 * Math.sqrt(rejections))));
  }

  @Test
  void showsKeysOnlyWhereThatWasAskedFor() {
    TopRejected open = new TopRejected(true, 0, 1);
    open.rejected(0xcafe, "alice");
    open.rejected(0xcafe, "alice");
    open.rejected(2, "b".repeat(65));
    exact.rejected(0xcafe, "alice");

    assertThat(open.top(9))
        .containsExactly(new RejectedKey("alice", 2), new RejectedKey("b".repeat(64), 1));
    assertThat(exact.top(9)).containsExactly(new RejectedKey("000000000000cafe", 1));
  }

  @Test
  void passesRatherThanWaits() throws Exception {
    exact.lock.lock();
    try {
      Thread other = new Thread(() -> exact.rejected(1, ""));
      other.start();
      other.join();
    } finally {
      exact.lock.unlock();
    }
    assertThat(exact.top(1)).isEmpty();
  }

  @Test
  void whoeverLookedKeepsNobodyFromBeingCounted() {
    exact.top(1);

    Meanwhile.anotherThread(() -> exact.rejected(1, ""));

    assertThat(exact.top(1)).containsExactly(new RejectedKey(id(1), 1));
  }

  @Test
  void tellsTwoNewcomersOfNoMoreThanTheyDidThoughAllCountersWereTaken() { // T2, T3
    for (int i = 0; i < 2 * COUNTERS; i++) {
      exact.rejected(1 + i % COUNTERS, "");
    }

    exact.rejected(-1, "");
    exact.rejected(-2, ""); // takes another counter than the first did, which is above the others

    assertThat(exact.top(COUNTERS))
        .contains(new RejectedKey(id(-1), 1), new RejectedKey(id(-2), 1));
  }

  @Test
  void threadsNeverMakeItTellTooMuch() throws Exception {
    int threads = 8;
    int calls = 100_000;
    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      long seed = t;
      Thread thread = new Thread(() -> {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < calls; i++) {
          exact.rejected(1, "");
          exact.rejected(random.nextLong() | 2, "");
        }
      });
      thread.start();
      running.add(thread);
    }
    for (Thread thread : running) {
      thread.join();
    }

    List<RejectedKey> top = exact.top(COUNTERS);
    assertThat(top.get(0).key()).isEqualTo(id(1));
    assertThat(top.get(0).rejections()).isLessThanOrEqualTo((long) threads * calls);
    assertThat(top).extracting(RejectedKey::key).doesNotHaveDuplicates();
  }

  @Test
  void asksForNoMoreThanIsCounted() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> exact.top(0))
        .withMessage("n of topRejected must be 1 to 128, got 0: ask for one or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> exact.top(129))
        .withMessageContaining("got 129: ask for 128");
    assertThat(exact.top(128)).isEmpty();
  }

  private static String id(long hash) {
    return KeyName.id(hash);
  }
}
