package dev.flowshield.engine.faults;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Runs what may never end on threads of its own, and gives up on it after a while. */
final class Watch {

  private static final long PATIENCE_SECONDS = 5;

  private static final Watch ONE = new Watch();
  private static final Watch OTHER = new Watch();

  private volatile Thread thread = new Thread();
  private ExecutorService executor = executor();

  private Watch() {}

  /** Runs it on a thread. An error that it throws is thrown here. */
  static <T> T call(String what, Callable<T> task) {
    return ONE.run(what, task);
  }

  /** Runs it on another thread, which has to wait for locks that the first one holds. */
  static <T> T callElsewhere(String what, Callable<T> task) {
    return OTHER.run(what, task);
  }

  /** Whether a failure is one of these, after which it makes no sense to go on. */
  static boolean hasGivenUp(AssertionError failure) {
    return failure.getCause() instanceof TimeoutException;
  }

  private <T> T run(String what, Callable<T> task) {
    Future<T> result = executor.submit(task);
    try {
      return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      String where = Arrays.stream(thread.getStackTrace())
          .limit(12)
          .map(StackTraceElement::toString)
          .collect(Collectors.joining(" < "));
      executor = executor(); // the thread of the old one is lost
      throw new AssertionError(what + " does not end, it is at " + where, late);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof AssertionError failure) {
        throw failure;
      }
      throw new AssertionError(
          what + " fails with " + failed.getCause() + " at "
              + Arrays.stream(failed.getCause().getStackTrace()).limit(6).toList(),
          failed.getCause());
    } catch (InterruptedException interrupted) {
      throw new AssertionError(what + " was interrupted", interrupted);
    }
  }

  private ExecutorService executor() {
    return Executors.newSingleThreadExecutor(task -> {
      Thread made = new Thread(task, "watched");
      made.setDaemon(true);
      thread = made;
      return made;
    });
  }
}
