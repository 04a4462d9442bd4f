package dev.flowshield.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The application behind the shield. The test of a binding serves it at these paths, in the idiom
 * of the server:
 *
 * <pre>
 *   GET  /hello    200, the text {@link #HELLO}
 *   GET  /below/   {@link #HELLO}, for all paths below
 *   GET  /fail     the response of the server to the exception of {@link #fail()}; 500 or above
 *   GET  /slow     {@link #HELLO} once {@link #slow()} has returned, or {@link #whenOpen} has run
 *   GET  /async    handler returns at once; {@link #HELLO} from the thread of {@link #whenOpen}
 *   GET  /timeout  no response; the server's own limit of 100 ms ends it with 500 or above
 *   GET  /health   200, the text {@link #HEALTHY}
 *   GET  /cost     200, {@link #HELLO}, after reporting the cost {@link #COST}
 *   GET  /poll     like /async, after declaring itself a stream; {@link #FULL} at once if too many
 *                  streams are open
 *   POST /echo     200, the body of the request
 * </pre>
 *
 * <p>{@link HarmlessLoadContract} uses these paths, with the milliseconds as the whole query, such
 * as {@code /later/shop?500}. All paths below are routes of the same work:
 *
 * <pre>
 *   GET  /later/   handler returns at once; {@link #HELLO} from the thread of {@link #later}
 *   GET  /held/    {@link #HELLO} once {@link #held} has returned, on the thread of the handler;
 *                  like /later/ if handlers of this server must not block
 * </pre>
 *
 * <p>{@link GoneClientContract} uses these paths for clients that go away. A response that fails
 * because its client has gone ends at once, without another response:
 *
 * <pre>
 *   GET  /large    200, {@link #large()} in one piece
 *   GET  /stream   200, {@link #CHUNKS} times {@link #chunk()}, each flushed, from the handler; it
 *                  may block if handlers of this server may
 *   GET  /chunks   the same without blocking, each after the previous one has been written
 *   GET  /file     200, the file of this name in {@link #files()}, by the file handler of the
 *                  server; 206 for a range of it
 *   GET  /events   200, text/event-stream, {@link #EVENT} repeatedly, from {@link #repeat}
 *   GET  /quiet    like /events, but after the first event nothing until {@link #whenOpen} runs
 *   GET  /push     HELLO, and over HTTP/2 a push of /large, if the server supports push
 *   GET  /upgrade  101 and then nothing, if the server can leave HTTP: a web socket, or any
 *                  protocol that the server offers for the handshake headers of a web socket
 * </pre>
 */
public final class Application implements AutoCloseable {

  /** The text of most responses. */
  public static final String HELLO = "hello";

  /** The response to a stream if too many streams are open. */
  public static final String FULL = "full";

  /** The response to a health check. */
  public static final String HEALTHY = "healthy";

  /** The cost of a request to {@code /cost}. */
  public static final int COST = 7;

  /** One event of a stream. */
  public static final String EVENT = "data: event\n\n";

  /** The number of chunks, larger than all buffers on the way. */
  public static final int CHUNKS = 1000;

  private static final int CHUNK_LENGTH = 8192;
  private static final byte[] LARGE = new byte[CHUNKS * CHUNK_LENGTH];
  private static final int TICK_MILLIS = 10;
  private static final int BACKEND_THREADS = 2;
  private static final int PATIENCE_SECONDS = 10;

  private final Path files = emptyDirectory();
  private final ExecutorService otherThreads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService backend =
      Executors.newScheduledThreadPool(BACKEND_THREADS);
  private final Executor atNextTick =
      CompletableFuture.delayedExecutor(TICK_MILLIS, TimeUnit.MILLISECONDS, otherThreads);
  private volatile Gate gate = new Gate();

  /** A gate at which work waits while it is closed. */
  private static final class Gate {

    private final Semaphore arrived = new Semaphore(0);
    private final CompletableFuture<Void> open = new CompletableFuture<>();

    CompletableFuture<Void> arrive() {
      arrived.release();
      return open;
    }
  }

  /** Creates an application with an open gate. */
  public Application() {
    openGate();
  }

  /** Throws. */
  public String fail() {
    throw new IllegalStateException("this failure is part of the test");
  }

  /** Returns once the gate is open. */
  public void slow() {
    gate.arrive().join();
  }

  /** Runs the work on another thread once the gate is open. */
  public void whenOpen(Runnable work) {
    CompletableFuture<Void> open = gate.arrive();
    otherThreads.execute(() -> {
      open.join();
      work.run();
    });
  }

  /** Runs the work on another thread after a delay, without holding a thread meanwhile. */
  @SuppressWarnings("FutureReturnValueIgnored") // the client detects a failure
  public void later(String millis, Runnable work) {
    backend.schedule(work, Long.parseLong(millis), TimeUnit.MILLISECONDS);
  }

  /** Returns after the given milliseconds. */
  public void held(String millis) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    later(millis, () -> over.complete(null));
    over.join();
  }

  /** Returns a large body. */
  public static byte[] large() {
    return LARGE;
  }

  /** Returns a part of a body. */
  public static byte[] chunk() {
    return new byte[CHUNK_LENGTH];
  }

  /**
   * Returns the directory with the only file of the application, which is as long as the large
   * body.
   */
  public Path files() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
      file.setLength(LARGE.length);
    }
    return files;
  }

  /** Runs the work on another thread repeatedly, until it returns false or throws. */
  public void repeat(BooleanSupplier work) {
    atNextTick.execute(() -> {
      if (work.getAsBoolean()) {
        repeat(work);
      }
    });
  }

  private Path file() {
    return files.resolve("file");
  }

  private static Path emptyDirectory() {
    try {
      return Files.createTempDirectory("contract");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Makes slow and asynchronous work wait from now on. */
  void closeGate() {
    gate = new Gate();
  }

  /** Releases the waiting work, and lets later work pass. */
  void openGate() {
    gate.open.complete(null);
  }

  /** Waits for the next slow or asynchronous request since the gate was last closed. */
  void awaitArrival() throws InterruptedException {
    assertThat(gate.arrived.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS))
        .as("a request has come in")
        .isTrue();
  }

  /** Returns the number of requests since then that no call has waited for. */
  int arrivals() {
    return gate.arrived.availablePermits();
  }

  @Override
  public void close() throws IOException {
    openGate();
    otherThreads.shutdownNow();
    backend.shutdownNow();
    Files.deleteIfExists(file());
    Files.deleteIfExists(files);
  }
}
