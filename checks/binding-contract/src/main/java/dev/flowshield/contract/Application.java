package dev.flowshield.contract;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * The application behind the shield. A binding's test puts it behind these paths of its server, in the server's own idiom:
 *
 * <pre>
 *   GET  /hello    200, the text {@link #HELLO}
 *   GET  /fail     whatever the server makes of the exception of {@link #fail()}; 500 or above
 *   GET  /slow     {@link #HELLO} once {@link #slow()} has returned, or {@link #whenOpen(Runnable)} has run
 *   GET  /async    handler returns at once; {@link #HELLO} from the thread of {@link #whenOpen(Runnable)}
 *   GET  /timeout  never answers, until the server's own time limit of 100 ms has it answer 500 or above
 *   GET  /health   200, the text {@link #HEALTHY}
 *   POST /echo     200, the body of the request
 * </pre>
 */
public final class Application implements AutoCloseable {

  /** What it has to say. */
  public static final String HELLO = "hello";

  /** What it has to say of its health. */
  public static final String HEALTHY = "healthy";

  private final ExecutorService otherThreads = Executors.newCachedThreadPool();
  private final Semaphore arrived = new Semaphore(0);
  private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

  /** Fails. */
  public String fail() {
    throw new IllegalStateException("this failure is part of the test");
  }

  /** Returns once the gate is open. */
  public void slow() {
    arrived.release();
    gate.join();
  }

  /** Runs on another thread once the gate is open. */
  public void whenOpen(Runnable work) {
    CompletableFuture<Void> current = gate;
    arrived.release();
    otherThreads.execute(() -> {
      current.join();
      work.run();
    });
  }

  /** From now on, slow and asynchronous work waits. */
  void closeGate() {
    gate = new CompletableFuture<>();
  }

  /** Lets the waiting work go on, and what comes later pass. */
  void openGate() {
    gate.complete(null);
  }

  /** Waits for the next slow or asynchronous request to have come in. */
  void awaitArrival() throws InterruptedException {
    arrived.acquire();
  }

  @Override
  public void close() {
    openGate();
    otherThreads.shutdownNow();
  }
}
