package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Threads race for cells and word: nothing is admitted twice, nothing is lost. H1 to H5. What is
 * known to go wrong otherwise stands in {@link CellsTest}.
 */
class CellsRaceTest {

  private static final long ROUNDS = Long.getLong("flowshield.stress.rounds", 3_000);
  private static final int BURST = 15;
  private static final long INTERVAL = 100; // ns
  private static final long HALF_RANGE = 1L << 62; // where the shifted clock turns its sign
  private static final long ANY = 7;

  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** An admitted call: between these readings of the clock, counted from the start of its round. */
  private record Call(long began, long ended, long permits) {}

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void noWindowAdmitsMoreThanTheBurstAndItsRefill() throws Exception { // H1 to H3
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (long round = 0; round < ROUNDS; round++) {
      List<Call> admitted = round(random);
      assertThat(windowsOver(admitted)).as("round %s of seed %s", round, seed).isEmpty();
    }
  }

  @Test
  void aWindowThatIsOverIsFound() {
    List<Call> calls = new ArrayList<>(List.of(new Call(0, 150, BURST), new Call(50, 150, 2)));
    assertThat(windowsOver(calls)).as("17 in 150 ns, where 16 may pass").isNotEmpty();
    calls.set(1, new Call(50, 150, 1));
    assertThat(windowsOver(calls)).as("16").isEmpty();
  }

  private List<Call> round(Random random) throws Exception {
    long origin = random.nextBoolean() ? random.nextLong() : HALF_RANGE - random.nextInt(500);
    ManualTicker ticker = ManualTicker.startingAt(origin);
    Gcra algorithm = new Gcra(RateLimit.parse("1/100ns burst " + BURST));
    int perCell = 1 + random.nextInt(2);
    StripedWord cells = StripedWord.filled(algorithm, 2, perCell, algorithm.idle(origin), origin);
    List<Callable<List<Call>>> work = new ArrayList<>();
    for (int thread = 2 + random.nextInt(5); thread > 0; thread--) {
      long seed = random.nextLong();
      work.add(() -> calls(cells, ticker, origin, new Random(seed)));
    }
    List<Call> admitted = new ArrayList<>();
    for (Future<List<Call>> calls : threads.invokeAll(work)) {
      admitted.addAll(calls.get());
    }
    return admitted;
  }

  private static List<Call> calls(
      StripedWord cells, ManualTicker ticker, long origin, Random random) {
    List<Call> admitted = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      if (random.nextInt(4) == 0) {
        ticker.advanceNanos(random.nextInt(random.nextInt(8) == 0 ? 900 : 60));
      }
      long permits = random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1;
      long began = ticker.nanos() - origin;
      if (cells.takeFromOwn(permits) || cells.take(ticker, permits) != REJECTED) {
        admitted.add(new Call(began, ticker.nanos() - origin, permits));
      }
    }
    return admitted;
  }

  /** The windows in which too much was admitted, told by where they begin and end. */
  private static List<String> windowsOver(List<Call> admitted) {
    List<String> over = new ArrayList<>();
    for (Call first : admitted) {
      for (Call last : admitted) {
        long length = last.ended() - first.began();
        long sum = admitted.stream()
            .filter(call -> call.began() >= first.began() && call.ended() <= last.ended())
            .mapToLong(Call::permits)
            .sum();
        if (length >= 0 && sum > BURST + length / INTERVAL) {
          over.add("from " + first.began() + " for " + length + " ns: " + sum);
        }
      }
    }
    return over;
  }

  @Test
  void admitsBurstAndRefillToThePermit() throws Exception { // nothing is lost in hands or cells
    long steps = 200;
    ManualTicker ticker = ManualTicker.startingAt(Long.MAX_VALUE - 5_000_000L * steps);
    StripedAllowance limit =
        new StripedAllowance(new Gcra(RateLimit.parse("100000/s burst 8192")), ticker, 8);

    long admitted = together(64, thread -> {
      long mine = 0;
      for (int call = 0; call < 20_000; call++) {
        if (thread == 0 && call % (20_000 / steps) == 0) {
          mine += drained(limit);
          ticker.advanceNanos(10_000_000); // a thousand permits
        }
        long permits = 1L + call % 3;
        mine += limit.tryTake(ANY, permits) ? permits : 0;
      }
      return mine;
    });

    assertThat(admitted + drained(limit)).isEqualTo(8192 + 1000L * steps);
  }

  @Test
  void losesAndForgivesNothingWhileItIsReplaced() throws Exception { // H4, H5
    ManualTicker ticker = ManualTicker.atZero();
    Gcra algorithm = new Gcra(RateLimit.parse("1/s burst 400000"));
    StripedAllowance limit = new StripedAllowance(algorithm, ticker, 8);

    long admitted = together(8, thread -> {
      long mine = 0;
      for (int call = 0; call < 30_000; call++) {
        if (thread == 0 && call % 100 == 0) {
          limit.changeTo(algorithm);
        }
        if (thread == 1 && call % 64 == 0) {
          limit.charge(ANY, 10);
          mine += 10;
        }
        if (thread == 2 && call == 15_000) {
          assertThat(limit.tryTake(ANY, 400_000)).isFalse();
        }
        mine += limit.tryTake(ANY, 1) ? 1 : 0;
      }
      return mine;
    });

    assertThat(limit.remaining(ANY, 0)).isEqualTo(400_000 - admitted);
    assertThat(admitted + drained(limit)).isEqualTo(400_000);
  }

  @Test
  void returnsWhatIsGivenBackWhileOthersTake() throws Exception {
    ManualTicker ticker = ManualTicker.atZero();
    StripedAllowance limit =
        new StripedAllowance(new Gcra(RateLimit.parse("1/s burst 1000000")), ticker, 8);
    limit.tryTake(ANY, 500_000); // so that nothing has come back by itself

    long admitted = together(8, thread -> {
      long mine = 0;
      for (int call = 0; call < 30_000; call++) {
        long before = limit.stamp(ANY);
        long taken = limit.take(ANY, 2, 0);
        mine += 2;
        if (thread % 2 == 0) {
          limit.refund(ANY, taken, before, 1);
          mine -= 1;
        }
      }
      return mine;
    });

    assertThat(limit.remaining(ANY, 0)).isEqualTo(500_000 - admitted);
  }

  private static long drained(StripedAllowance limit) {
    long count = 0;
    while (limit.tryTake(ANY, 1)) {
      count++;
    }
    return count;
  }

  private interface Work {
    long of(int thread);
  }

  private long together(int count, Work work) throws Exception {
    CyclicBarrier start = new CyclicBarrier(count);
    List<Future<Long>> running = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int thread = i;
      running.add(threads.submit(() -> {
        start.await();
        return work.of(thread);
      }));
    }
    long sum = 0;
    for (Future<Long> done : running) {
      sum += done.get();
    }
    return sum;
  }
}
