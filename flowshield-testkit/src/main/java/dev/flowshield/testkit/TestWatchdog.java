package dev.flowshield.testkit;

import dev.flowshield.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.IncompleteExecutionException;

/**
 * Runs each test of the contract on a thread of its own, so that a limiter that never answers fails
 * the test and does not hold up the build. What a limiter throws becomes a sentence, too.
 */
final class TestWatchdog {

  /** A test of the contract. */
  @FunctionalInterface
  interface Body {
    void run(RateLimiterContract contract) throws Exception;
  }

  private static final int BATCH = 256;

  /** Contracts of which a test was cut off: the others are given a tenth of the time. */
  private static final Set<Class<?>> CUT_OFF = ConcurrentHashMap.newKeySet();

  /** The thread of a test, with the limiter it asks and what it asks for. */
  private static final class TestThread extends Thread {
    private final Duration patience;
    private final long began = Ticker.system().nanos();
    private volatile @Nullable LimiterFixture fixture;
    private volatile @Nullable Call call;
    private volatile boolean asking;
    private volatile int calls; // of the limiter of the trial; written by this thread alone
    private long batchBegan;
    private long fastestBatch;

    TestThread(Runnable test, Duration patience) {
      super(test, "flowshield-testkit");
      this.patience = patience;
      setDaemon(true); // one that hangs keeps no process alive
    }

    void follow(LimiterFixture next) {
      fixture = next;
      calls = 0;
      fastestBatch = Long.MAX_VALUE;
      batchBegan = Ticker.system().nanos();
    }

    void ask(Call next) {
      call = next;
      asking = true;
      int so = calls + 1;
      calls = so;
      if (so % BATCH == 0) {
        long now = Ticker.system().nanos();
        long batch = now - batchBegan;
        batchBegan = now;
        fastestBatch = Math.min(fastestBatch, batch);
        if (now - began > patience.toNanos()) {
          throw tooSlow(so, now - began, batch);
        }
      }
    }

    private AssertionError tooSlow(int so, long took, long batch) {
      return fault(
          "the time of a test",
          "at most " + patience,
          text(took) + ", with " + so + " calls of this limiter, the fastest " + BATCH + " in "
              + text(fastestBatch) + ", the last " + BATCH + " in " + text(batch),
          batch > 4 * fastestBatch
              ? "a call costs more the more keys there are: visit a few keys in a call and not all,"
                  + " and hold no more than maxKeys of the spec"
              : "a call takes microseconds in memory; for permits that are kept elsewhere,"
                  + " override timeout()");
    }

    AssertionError cutOff() {
      StackTraceElement[] place = getStackTrace();
      Call last = call;
      AssertionError fault = asking && last != null
          ? fault(
              "the answer to " + last,
              "given within " + patience,
              "none",
              "a call decides at once and blocks on nothing; the cause of this error shows where it"
                  + " stands; for permits that are kept elsewhere, override timeout()")
          : fault(
              "the time of a test",
              "at most " + patience,
              "no end after " + calls + " calls of this limiter, the last one " + last,
              "the cause of this error shows where it stands; permits are taken one by one, so"
                  + " limits() are to have small bursts");
      Throwable stands = new Throwable("where the test stands");
      stands.setStackTrace(place);
      fault.initCause(stands);
      return fault;
    }

    /** What a limiter threw where an answer was due. */
    AssertionError thrown(@Nullable Throwable thrown) {
      Call last = call;
      AssertionError fault = last == null || last.method.equals("limiter")
          ? fault(
              "limiter(spec)",
              "a new limiter",
              thrown,
              "override limits() with limits that it keeps, or let it keep these")
          : fault(
              "the answer to " + last,
              "one that the call declares",
              thrown,
              thrown instanceof UnsupportedOperationException
                  ? "implement what capabilities() promise, or leave it out of them"
                  : "only a caller's mistake is answered with an exception, and this was none");
      fault.initCause(thrown);
      return fault;
    }

    private AssertionError fault(
        String what, Object allowed, @Nullable Object given, String wayOut) {
      LimiterFixture current = fixture;
      return current == null
          ? new AssertionError(
              what + " must be " + allowed + ", got " + given + ": " + wayOut + LimiterFixture.seedText())
          : current.fault(what, allowed, given, wayOut);
    }
  }

  /** A call of the limiter, for a message. */
  record Call(String method, List<?> arguments) {
    @Override
    public String toString() {
      List<String> texts = arguments.stream().map(Call::text).toList();
      return method + "(" + String.join(", ", texts) + ")";
    }

    private static String text(@Nullable Object argument) {
      String text = String.valueOf(argument);
      String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
      return argument instanceof String ? "'" + shown + "'" : shown;
    }
  }

  private TestWatchdog() {}

  static void run(RateLimiterContract contract, Body body) {
    answer(contract, () -> {
      body.run(contract);
      return true;
    });
  }

  /** Dynamic tests, each watched by itself; and the search for them, which asks the limiter. */
  static Stream<DynamicTest> each(
      RateLimiterContract contract, Function<RateLimiterContract, Stream<DynamicTest>> tests) {
    return answer(contract, () -> tests.apply(contract).toList()).stream()
        .map(test -> DynamicTest.dynamicTest(
            test.getDisplayName(), () -> run(contract, itself -> execute(test))));
  }

  private static void execute(DynamicTest test) throws Exception {
    try {
      test.getExecutable().execute();
    } catch (Exception | Error thrown) {
      throw thrown;
    } catch (Throwable neither) {
      throw new IllegalStateException(neither);
    }
  }

  private static <T> T answer(RateLimiterContract contract, Callable<T> body) {
    Duration patience = timeout(contract);
    FutureTask<T> test = new FutureTask<>(body);
    TestThread thread = new TestThread(test, patience);
    thread.start();
    try { // longer than the patience, so that a test that still asks tells how fast it is answered
      return test.get(patience.toNanos() + patience.toNanos() / 8, TimeUnit.NANOSECONDS);
    } catch (TimeoutException tooLong) {
      CUT_OFF.add(contract.getClass());
      AssertionError cutOff = thread.cutOff();
      thread.interrupt();
      throw cutOff;
    } catch (ExecutionException failed) {
      throw told(thread, failed.getCause());
    } catch (InterruptedException interrupted) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      throw new AssertionError("the test was interrupted", interrupted);
    }
  }

  /** How long a test may take. */
  static Duration timeout(RateLimiterContract contract) {
    return contract.timeout().dividedBy(CUT_OFF.contains(contract.getClass()) ? 10 : 1);
  }

  private static AssertionError told(TestThread thread, @Nullable Throwable thrown) {
    if (thrown instanceof AssertionError fault) {
      return fault;
    }
    if (thrown instanceof IncompleteExecutionException skipped) {
      throw skipped; // an assumption of the author's
    }
    if (thrown instanceof OutOfMemoryError noMemory) {
      throw noMemory;
    }
    return thread.thrown(thrown instanceof CompletionException failed ? failed.getCause() : thrown);
  }

  /** From now on, the test on this thread asks the limiter of this trial. */
  static void follow(LimiterFixture fixture) {
    if (Thread.currentThread() instanceof TestThread test) {
      test.follow(fixture);
    }
  }

  /** The test on this thread is about to ask. */
  static void ask(Call call) {
    if (Thread.currentThread() instanceof TestThread test) {
      test.ask(call);
    }
  }

  /** The test on this thread was answered. */
  static void answered() {
    if (Thread.currentThread() instanceof TestThread test) {
      test.asking = false;
    }
  }

  private static String text(long nanos) {
    return nanos < 10_000_000 ? nanos / 1_000 + " µs" : nanos / 1_000_000 + " ms";
  }
}
