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
 * Runs each test of the contract on a thread of its own. A limiter that never returns therefore
 * fails the test and does not block the build. Exceptions of the limiter become messages.
 */
final class TestWatchdog {

  /** A test of the contract. */
  @FunctionalInterface
  interface Body {
    void run(RateLimiterContract contract) throws Exception;
  }

  private static final int BATCH = 256;

  /** The contracts with a test that timed out. Their other tests get a tenth of the time. */
  private static final Set<Class<?>> TIMED_OUT = ConcurrentHashMap.newKeySet();

  /** The thread of a test, with its limiter and the current call. */
  private static final class TestThread extends Thread {
    private final Duration timeout;
    private final long began = Ticker.system().nanos();
    private volatile @Nullable LimiterFixture fixture;
    private volatile @Nullable Call call;
    private volatile boolean asking;
    private volatile int calls; // of the limiter of the fixture; written by this thread only
    private long batchBegan;
    private long fastestBatch;

    TestThread(Runnable test, Duration timeout) {
      super(test, "flowshield-testkit");
      this.timeout = timeout;
      setDaemon(true); // does not keep the process alive if it hangs
    }

    void observe(LimiterFixture next) {
      fixture = next;
      calls = 0;
      fastestBatch = Long.MAX_VALUE;
      batchBegan = Ticker.system().nanos();
    }

    void callStarted(Call next) {
      call = next;
      asking = true;
      int so = calls + 1;
      calls = so;
      if (so % BATCH == 0) {
        long now = Ticker.system().nanos();
        long batch = now - batchBegan;
        batchBegan = now;
        fastestBatch = Math.min(fastestBatch, batch);
        if (now - began > timeout.toNanos()) {
          throw tooSlow(so, now - began, batch);
        }
      }
    }

    private AssertionError tooSlow(int so, long took, long batch) {
      return fault(
          "the time of a test",
          "at most " + timeout,
          text(took) + ", with " + so + " calls of this limiter, the fastest " + BATCH + " in "
              + text(fastestBatch) + ", the last " + BATCH + " in " + text(batch),
          batch > 4 * fastestBatch
              ? "the cost of a call grows with the number of keys: visit a few keys and not all,"
                  + " and hold no more than maxKeys of the spec"
              : "a call takes microseconds in memory; for permits that are kept elsewhere,"
                  + " override timeout()");
    }

    AssertionError cutOff() {
      StackTraceElement[] place = getStackTrace();
      Call last = call;
      AssertionError fault = asking && last != null
          ? fault(
              "the result of " + last,
              "given within " + timeout,
              "none",
              "a call decides at once and never blocks; the cause of this error shows where it"
                  + " is; for permits that are kept elsewhere, override timeout()")
          : fault(
              "the time of a test",
              "at most " + timeout,
              "no end after " + calls + " calls of this limiter, the last one " + last,
              "the cause of this error shows where it is; permits are taken one by one, so"
                  + " limits() are to have small bursts");
      Throwable stands = new Throwable("the current stack of the test");
      stands.setStackTrace(place);
      fault.initCause(stands);
      return fault;
    }

    /** Creates the error for an exception of the limiter. */
    AssertionError thrown(@Nullable Throwable thrown) {
      Call last = call;
      AssertionError fault = last == null || last.method.equals("limiter")
          ? fault(
              "limiter(spec)",
              "a new limiter",
              thrown,
              "override limits() with limits that it can enforce, or let it enforce these")
          : fault(
              "the result of " + last,
              "a result or exception that the call declares",
              thrown,
              thrown instanceof UnsupportedOperationException
                  ? "implement all capabilities, or leave them out of capabilities()"
                  : "only invalid arguments throw, and these were valid");
      fault.initCause(thrown);
      return fault;
    }

    private AssertionError fault(
        String what, Object allowed, @Nullable Object given, String correction) {
      LimiterFixture current = fixture;
      return current == null
          ? new AssertionError(what + " must be " + allowed + ", got " + given + ": " + correction
              + LimiterFixture.seedText())
          : current.fault(what, allowed, given, correction);
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

  /**
   * Returns dynamic tests that are watched separately. Also watches their creation, which calls the
   * limiter.
   */
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
    Duration timeout = timeout(contract);
    FutureTask<T> test = new FutureTask<>(body);
    TestThread thread = new TestThread(test, timeout);
    thread.start();
    try { // longer than the limit, so that a running test can report its speed
      return test.get(timeout.toNanos() + timeout.toNanos() / 8, TimeUnit.NANOSECONDS);
    } catch (TimeoutException tooLong) {
      TIMED_OUT.add(contract.getClass());
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

  /** Returns the time limit of a test. */
  static Duration timeout(RateLimiterContract contract) {
    return contract.timeout().dividedBy(TIMED_OUT.contains(contract.getClass()) ? 10 : 1);
  }

  private static AssertionError told(TestThread thread, @Nullable Throwable thrown) {
    if (thrown instanceof AssertionError fault) {
      return fault;
    }
    if (thrown instanceof IncompleteExecutionException skipped) {
      throw skipped; // a failed assumption of the author
    }
    if (thrown instanceof OutOfMemoryError noMemory) {
      throw noMemory;
    }
    return thread.thrown(thrown instanceof CompletionException failed ? failed.getCause() : thrown);
  }

  /** Observes the limiter of this fixture from now on, for the test on the current thread. */
  static void observe(LimiterFixture fixture) {
    if (Thread.currentThread() instanceof TestThread test) {
      test.observe(fixture);
    }
  }

  /** Notes that the test on the current thread starts a call. */
  static void callStarted(Call call) {
    if (Thread.currentThread() instanceof TestThread test) {
      test.callStarted(call);
    }
  }

  /** Notes that the call of the test on the current thread has returned. */
  static void callEnded() {
    if (Thread.currentThread() instanceof TestThread test) {
      test.asking = false;
    }
  }

  private static String text(long nanos) {
    return nanos < 10_000_000 ? nanos / 1_000 + " µs" : nanos / 1_000_000 + " ms";
  }
}
