package dev.flowshield.engine.penalty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Many threads, a few keys: breaches add up to the last one, and no key is blocked for what
 * others did.
 */
class PenaltiesRaceTest {

  private static final int THREADS = 16;
  private static final int BREACHES = 4 * THREADS; // four of each thread, to the last of them
  private static final int ROUNDS = 200;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Duration BLOCK = Duration.ofSeconds(2);

  private final ManualTicker ticker =
      ManualTicker.startingAt(Long.MAX_VALUE - ROUNDS * BLOCK.toNanos() / 2);
  private final Penalties penalties =
      new Penalties(BREACHES, SECOND, SECOND, SECOND, 100, ticker.nanos());

  @Test
  void thereIsOneBlockForEachFullCountOfBreaches() throws Exception { // P1, P5
    long[] keys = LongStream.rangeClosed(1, 4).map(i -> i << 29).toArray();
    AtomicInteger[] blocks = counters(keys.length);
    AtomicInteger[] seen = counters(keys.length);
    CyclicBarrier round = new CyclicBarrier(THREADS, () -> ticker.advance(BLOCK));

    together(thread -> {
      for (int i = 0; i < ROUNDS; i++) {
        round.await(1, TimeUnit.MINUTES); // not without end, if another thread has failed
        for (int breach = 0; breach < BREACHES / THREADS; breach++) {
          for (int key = 0; key < keys.length; key++) {
            // The last one misses his by one, so he is never blocked.
            boolean last = key == keys.length - 1 && thread == 0 && breach == 0;
            if (!last && penalties.breached(keys[key], ticker.nanos()) > 0) {
              blocks[key].incrementAndGet();
              seen[key].addAndGet(penalties.blockedForNanos(keys[key], ticker.nanos()) > 0 ? 1 : 0);
            }
          }
        }
      }
    });

    assertThat(blocks).extracting(AtomicInteger::get).containsExactly(ROUNDS, ROUNDS, ROUNDS, 0);
    assertThat(seen).extracting(AtomicInteger::get).containsExactly(ROUNDS, ROUNDS, ROUNDS, 0);
  }

  @Test
  void aFloodOfStrangersPardonsNobodyAndBlocksNobody() throws Exception { // P2, P3
    Penalties small = new Penalties(3, SECOND, SECOND, SECOND, 8, ticker.nanos()); // 16 places
    long blocked = 1;
    for (int i = 0; i < 3; i++) {
      small.breached(blocked, ticker.nanos());
    }

    together(thread -> {
      SplittableRandom random = new SplittableRandom(thread);
      for (int i = 0; i < 50_000; i++) {
        long stranger = random.nextLong() | 2;
        assertThat(small.breached(stranger, ticker.nanos())).isZero();
        assertThat(small.breached(stranger, ticker.nanos())).isZero();
        assertThat(small.blockedForNanos(stranger, ticker.nanos())).isZero();
        assertThat(small.blockedForNanos(blocked, ticker.nanos())).isPositive();
      }
    });

    assertThat(small.offenders(ticker.nanos())).containsExactly(blocked);
  }

  private static AtomicInteger[] counters(int count) {
    return Stream.generate(AtomicInteger::new).limit(count).toArray(AtomicInteger[]::new);
  }

  private interface Work {
    void run(int thread) throws Exception;
  }

  private static void together(Work work) throws InterruptedException {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      Thread thread = new Thread(() -> {
        try {
          start.await();
          work.run(number);
        } catch (Throwable thrown) {
          failure.set(thrown);
        }
      });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failure.get()).isNull();
  }
}
