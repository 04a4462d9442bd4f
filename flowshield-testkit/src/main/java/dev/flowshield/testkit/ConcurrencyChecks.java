package dev.flowshield.testkit;

import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Checks of concurrent callers. */
final class ConcurrencyChecks {

  private static final int THREADS = 8;
  private static final int BURSTS = 20;
  private static final int ROUNDS = 4;
  private static final int CALLS = 100;

  /** The time limit for threads whose work takes milliseconds. */
  static final long TIMEOUT_SECONDS = 10;

  /**
   * An admitted call, with the readings of the ticker before and after it. The ticker starts at
   * zero.
   */
  private record Call(int key, long permits, long began, long ended) {}

  private ConcurrencyChecks() {}

  static void threadsGetOneBurstTogether(RateLimiterContract contract) throws Exception {
    for (RateLimit limit : ContractLimits.of(contract)) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      RateLimiter limiter = fixture.limiter();
      for (int round = 0; round < BURSTS; round++) {
        String key = "key-" + round;
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Callable<Long>> threads = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
          boolean decides = thread % 2 == 0;
          threads.add(() -> {
            start.await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            long taken = 0;
            while (taken <= limit.burst()
                && (decides ? limiter.decide(key, 1).isAdmitted() : limiter.tryAcquire(key, 1))) {
              taken++;
            }
            return taken;
          });
        }
        long taken = race(fixture, threads).stream().mapToLong(Long::longValue).sum();
        if (taken != limit.burst()) {
          throw fixture.fault(
              "permits that " + THREADS + " threads took of one key at one instant",
              limit.burst(),
              taken,
              taken > limit.burst()
                  ? "decide and take in one step, as with compareAndSet or ConcurrentHashMap.compute"
                  : "a thread that lost a race retries before it rejects");
        }
      }
    }
  }

  static void neverAdmitsMoreUnderThreads(RateLimiterContract contract) throws Exception {
    Random random = LimiterFixture.random();
    for (RateLimit limit : ContractLimits.of(contract)) {
      for (int round = 0; round < ROUNDS; round++) {
        LimiterFixture fixture = new LimiterFixture(contract, limit);
        List<Callable<List<Call>>> threads = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
          long seed = random.nextLong();
          threads.add(() -> calls(fixture, new Random(seed)));
        }
        List<Call> admitted = new ArrayList<>();
        race(fixture, threads).forEach(admitted::addAll);
        for (Call first : admitted) {
          requireWorstCase(fixture, first, admitted);
        }
      }
    }
  }

  private static List<Call> calls(LimiterFixture fixture, Random random) {
    RateLimit limit = fixture.limit();
    ManualTicker ticker = fixture.ticker();
    List<Call> admitted = new ArrayList<>();
    for (int call = 0; call < CALLS; call++) {
      if (random.nextInt(4) == 0) {
        ticker.advanceNanos(random.nextLong(1 + limit.period().toNanos() / limit.permits()));
      }
      int key = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0;
      long permits = random.nextInt(8) == 0 ? 1 + random.nextLong(limit.burst()) : 1;
      long began = ticker.nanos();
      if (random.nextBoolean()
          ? fixture.limiter().tryAcquire("key-" + key, permits)
          : fixture.limiter().decide("key-" + key, permits).isAdmitted()) {
        admitted.add(new Call(key, permits, began, ticker.nanos()));
      }
    }
    return admitted;
  }

  /**
   * Requires that all permits of the key, admitted by calls that began no earlier than this call,
   * fit the worst case of their span, for every end of the span.
   */
  private static void requireWorstCase(LimiterFixture fixture, Call first, List<Call> admitted) {
    List<Call> later = admitted.stream()
        .filter(call -> call.key == first.key && call.began >= first.began)
        .sorted((one, other) -> Long.compare(one.ended, other.ended))
        .toList();
    long sum = 0;
    for (Call last : later) {
      sum += last.permits;
      fixture.requireWorstCase("key-" + first.key, sum, last.ended - first.began);
    }
  }

  /** Runs all bodies at the same time and returns their results, with a time limit. */
  private static <T> List<T> race(LimiterFixture fixture, List<Callable<T>> threads)
      throws Exception {
    Throwable failure;
    try {
      return run(threads);
    } catch (ExecutionException thrown) {
      if (thrown.getCause() instanceof AssertionError fault) {
        throw fault;
      }
      failure = thrown.getCause();
    } catch (TimeoutException tooLong) {
      failure = tooLong;
    }
    AssertionError fault = fixture.fault(
        "the results of the limiter for " + threads.size() + " concurrent threads",
        "given within " + TIMEOUT_SECONDS + " s",
        failure,
        "no thread waits for another forever, and only an invalid argument throws");
    fault.initCause(failure);
    throw fault;
  }

  /** Runs all bodies at the same time and returns their results. */
  static <T> List<T> run(List<Callable<T>> threads) throws Exception {
    ExecutorService executor =
        Executors.newFixedThreadPool(threads.size(), ConcurrencyChecks::thread);
    try {
      List<T> answers = new ArrayList<>();
      for (Future<T> answer : threads.stream().map(executor::submit).toList()) {
        answers.add(answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
      }
      return answers;
    } finally {
      executor.shutdownNow();
    }
  }

  /** Creates a daemon thread, which does not keep the process alive if it hangs. */
  static Thread thread(Runnable body) {
    Thread thread = new Thread(body, "flowshield-testkit-race");
    thread.setDaemon(true);
    return thread;
  }
}
