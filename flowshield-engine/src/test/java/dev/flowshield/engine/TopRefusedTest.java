package dev.flowshield.engine;

import static dev.flowshield.engine.TopRefused.COUNTERS;
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

class TopRefusedTest {

  private static final int HEAVY = 10;
  private static final int FLOOD = 1_000_000;

  private final TopRefused exact = new TopRefused(false, 1);

  @Test
  void countsExactlyWhileThereAreCountersForAll() { // T1
    for (int client = 1; client <= COUNTERS; client++) {
      for (int i = 0; i < client; i++) {
        exact.refused(client, "");
      }
    }

    List<RefusedClient> top = exact.top(COUNTERS);

    assertThat(top).hasSize(COUNTERS);
    for (int i = 0; i < COUNTERS; i++) {
      assertThat(top.get(i)).isEqualTo(new RefusedClient(id(COUNTERS - i), COUNTERS - i));
    }
    assertThat(exact.top(2)).isEqualTo(top.subList(0, 2));
  }

  @Test
  @Tag("slow")
  void findsThoseWhoAreRefusedMostAmongAMillionOthers() { // T2, T3
    SplittableRandom random = new SplittableRandom(20261124);
    Map<String, Long> truth = new HashMap<>();
    long all = 0;
    for (int i = 0; i < FLOOD; i++) {
      exact.refused(HEAVY + 1 + i, "");
      truth.put(id(HEAVY + 1 + i), 1L);
      all++;
      if (random.nextInt(5) == 0) { // the n-th of ten about n / 55 of these
        int heavy = 1 + Math.max(random.nextInt(HEAVY), random.nextInt(HEAVY));
        exact.refused(heavy, "");
        truth.merge(id(heavy), 1L, Long::sum);
        all++;
      }
    }

    long error = all / COUNTERS;
    assertThat(exact.top(5))
        .extracting(RefusedClient::client)
        .as("each with more than one in 128 to spare")
        .containsExactlyInAnyOrder(id(10), id(9), id(8), id(7), id(6));
    for (RefusedClient client : exact.top(COUNTERS)) {
      long real = truth.getOrDefault(client.client(), 0L);
      assertThat(client.refusals()).isBetween(Math.max(1, real - error), real);
    }
  }

  @Test
  void aSampleOfOneIn64TellsAsMuchButForChance() {
    TopRefused sampled = new TopRefused(false);
    int refusals = 640_000;
    for (int i = 0; i < refusals; i++) {
      sampled.refused(1, "");
      sampled.refused(2 + i % 50, "");
    }

    RefusedClient most = sampled.top(1).get(0);

    assertThat(most.client()).isEqualTo(id(1));
    // ten standard deviations
    assertThat(most.refusals()).isCloseTo(refusals, within((long) (80 * Math.sqrt(refusals))));
  }

  @Test
  void showsKeysOnlyWhereThatWasAskedFor() {
    TopRefused open = new TopRefused(true, 1);
    open.refused(0xcafe, "alice");
    open.refused(0xcafe, "alice");
    open.refused(2, "b".repeat(65));
    exact.refused(0xcafe, "alice");

    assertThat(open.top(9))
        .containsExactly(new RefusedClient("alice", 2), new RefusedClient("b".repeat(64), 1));
    assertThat(exact.top(9)).containsExactly(new RefusedClient("000000000000cafe", 1));
  }

  @Test
  void passesRatherThanWaits() throws Exception {
    exact.lock.lock();
    try {
      Thread other = new Thread(() -> exact.refused(1, ""));
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

    Meanwhile.anotherThread(() -> exact.refused(1, ""));

    assertThat(exact.top(1)).containsExactly(new RefusedClient(id(1), 1));
  }

  @Test
  void tellsTwoNewcomersOfNoMoreThanTheyDidThoughAllCountersWereTaken() { // T2, T3
    for (int i = 0; i < 2 * COUNTERS; i++) {
      exact.refused(1 + i % COUNTERS, "");
    }

    exact.refused(-1, "");
    exact.refused(-2, ""); // takes another counter than the first did, which is above the others

    assertThat(exact.top(COUNTERS))
        .contains(new RefusedClient(id(-1), 1), new RefusedClient(id(-2), 1));
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
          exact.refused(1, "");
          exact.refused(random.nextLong() | 2, "");
        }
      });
      thread.start();
      running.add(thread);
    }
    for (Thread thread : running) {
      thread.join();
    }

    List<RefusedClient> top = exact.top(COUNTERS);
    assertThat(top.get(0).client()).isEqualTo(id(1));
    assertThat(top.get(0).refusals()).isLessThanOrEqualTo((long) threads * calls);
    assertThat(top).extracting(RefusedClient::client).doesNotHaveDuplicates();
  }

  @Test
  void asksForNoMoreThanIsCounted() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> exact.top(0))
        .withMessage("n of topRefused must be 1 to 128, got 0: ask for one or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> exact.top(129))
        .withMessageContaining("got 129: ask for 128");
  }

  private static String id(long hash) {
    return ClientName.id(hash);
  }
}
