package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Threads race for the slots of a tiny table, round after round, while the clock is turned under
 * them. Then every window of time is checked for every key: whatever began and ended in it may not
 * be more than the burst and the refill of the window.
 *
 * <p>Runs {@code flowshield.stress.rounds}, 5,000 unless set. Which races happen is chance, so a
 * pass of so few proves little; the races that are known stand in {@link KeyTableInterleavingTest}.
 */
@Tag("thorough")
class KeyTableWindowsTest {

  private static final long ROUNDS = Long.getLong("flowshield.stress.rounds", 5_000);
  private static final int BURST = 3;
  private static final long INTERVAL = 100; // ns
  private static final int CALLS = 40;
  private static final long HALF_RANGE = 1L << 62; // where the shifted clock turns its sign

  /** An admitted call: between these readings of the clock, counted from the start of its round. */
  record Call(long key, long began, long ended) {}

  @Test
  void noWindowOfAnyKeyAdmitsMoreThanTheBurstAndItsRefill() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (long round = 0; round < ROUNDS; round++) {
        List<Call> admitted = round(random, threads);
        assertThat(windowsOver(admitted)).as("round %s of seed %s", round, seed).isEmpty();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aWindowThatIsOverIsFound() {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < BURST + 2; i++) {
      calls.add(new Call(7, i * 10L, 150));
    }
    assertThat(windowsOver(calls)).as("five in 150 ns, where four may pass").isNotEmpty();

    calls.remove(0);
    assertThat(windowsOver(calls)).as("four in 140 ns").isEmpty();
    calls.add(new Call(8, 20, 30));
    assertThat(windowsOver(calls)).as("one more of another key").isEmpty();
  }

  private static List<Call> round(Random random, ExecutorService threads) throws Exception {
    RateAlgorithm algorithm = new Gcra(RateLimit.parse("1/100ns burst " + BURST));
    long origin = random.nextBoolean() ? random.nextLong() : HALF_RANGE - random.nextInt(500);
    ManualTicker ticker = ManualTicker.startingAt(origin);
    KeyTable table = new KeyTable(algorithm, ticker, random.nextBoolean() ? 1 : 24);
    long[] keys = new long[12 + random.nextInt(16)];
    for (int i = 0; i < keys.length; i++) { // most of them crowd into one bucket
      keys[i] = random.nextInt(4) > 0 ? Hashes.inTheFirstBucket(i) : Hashes.any(random);
    }
    int favourites = 2 + random.nextInt(3);
    List<Future<List<Call>>> running = new ArrayList<>();
    for (int thread = 2 + random.nextInt(7); thread > 0; thread--) {
      long seed = random.nextLong();
      running.add(threads.submit(() -> calls(table, ticker, origin, keys, favourites, seed)));
    }
    List<Call> admitted = new ArrayList<>();
    for (Future<List<Call>> calls : running) {
      admitted.addAll(calls.get());
    }
    return admitted;
  }

  private static List<Call> calls(
      KeyTable table, ManualTicker ticker, long origin, long[] keys, int favourites, long seed) {
    Random random = new Random(seed);
    List<Call> admitted = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      long key = keys[random.nextInt(random.nextBoolean() ? favourites : keys.length)];
      if (random.nextInt(4) == 0) {
        ticker.advanceNanos(random.nextInt(random.nextInt(8) == 0 ? 350 : 60));
      }
      long began = ticker.nanos() - origin;
      if (table.take(key, 1, AnswerFactory.YES_OR_NO)) {
        admitted.add(new Call(key, began, ticker.nanos() - origin));
      }
    }
    return admitted;
  }

  /** The windows in which a key got too much, told by where they begin and end. */
  private static List<String> windowsOver(List<Call> admitted) {
    List<String> over = new ArrayList<>();
    for (Call first : admitted) {
      List<Long> ends = admitted.stream()
          .filter(call -> call.key() == first.key() && call.began() >= first.began())
          .map(Call::ended)
          .sorted()
          .toList();
      for (int count = 1; count <= ends.size(); count++) {
        long length = ends.get(count - 1) - first.began();
        if (count > BURST + length / INTERVAL) {
          over.add(
              "key " + first.key() + " from " + first.began() + " for " + length + " ns: " + count);
        }
      }
    }
    return over;
  }
}
