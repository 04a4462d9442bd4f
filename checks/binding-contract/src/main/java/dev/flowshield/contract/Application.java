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
 * The application behind the shield. A binding's test puts it behind these paths of its server, in
 * the server's own idiom:
 *
 * <pre>
 *   GET  /hello    200, the text {@link #HELLO}
 *   GET  /below/   {@link #HELLO}, and so for all paths below
 *   GET  /fail     whatever the server makes of the exception of {@link #fail()}; 500 or above
 *   GET  /slow     {@link #HELLO} once {@link #slow()} has returned, or {@link #whenOpen} has run
 *   GET  /async    handler returns at once; {@link #HELLO} from the thread of {@link #whenOpen}
 *   GET  /timeout  never answers; the server's own limit of 100 ms has it answer 500 or above
 *   GET  /health   200, the text {@link #HEALTHY}
 *   GET  /cost     200, {@link #HELLO}, after it has said that it cost {@link #COST}
 *   GET  /poll     as /async, after it has said that it is established as a stream; {@link #FULL}
 *                  at once if there is no room for it
 *   POST /echo     200, the body of the request
 * </pre>
 *
 * <p>And these for {@link HarmlessLoadContract}, with the milliseconds as the whole query, as in
 * {@code /later/shop?500}. All paths below are routes of the same work:
 *
 * <pre>
 *   GET  /later/   handler returns at once; {@link #HELLO} from the thread of {@link #later}
 *   GET  /held/    {@link #HELLO} once {@link #held} has returned, on the thread of the handler;
 *                  as /later/ where handlers of this server must not block
 * </pre>
 *
 * <p>And these for clients that go away, in {@link GoneClientContract}. What fails because the
 * client has gone ends there and then, without another attempt to answer:
 *
 * <pre>
 *   GET  /large    200, {@link #large()} in one piece
 *   GET  /stream   200, {@link #CHUNKS} times {@link #chunk()}, each flushed, from the handler; it
 *                  may block where handlers of this server may
 *   GET  /chunks   the same without blocking, each after the one before has been written
 *   GET  /file     200, the file of this name in {@link #files()}, as the server serves files; 206
 *                  for a range of it
 *   GET  /events   200, text/event-stream, {@link #EVENT} again and again, from {@link #repeat}
 *   GET  /quiet    as /events, but after the first nothing until {@link #whenOpen} runs
 *   GET  /push     HELLO, and over HTTP/2 a push of /large, if the server can push
 *   GET  /upgrade  101 and then nothing, if the server can leave HTTP: a web socket, or whatever
 *                  the server offers for the headers of a web socket's handshake
 * </pre>
 */
public final class Application implements AutoCloseable {

  /** What it has to say. */
  public static final String HELLO = "hello";

  /** What it has to say to a stream for which there is no room. */
  public static final String FULL = "full";

  /** What it has to say of its health. */
  public static final String HEALTHY = "healthy";

  /** What a request to the path of this name has cost. */
  public static final int COST = 7;

  /** One of the events. */
  public static final String EVENT = "data: event\n\n";

  /** How many chunks there are: more than fits into all buffers on the way. */
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

  /** Work waits at it while it is closed. */
  private static final class Gate {

    private final Semaphore arrived = new Semaphore(0);
    private final CompletableFuture<Void> open = new CompletableFuture<>();

    CompletableFuture<Void> arrive() {
      arrived.release();
      return open;
    }
  }

  /** The gate is open. */
  public Application() {
    openGate();
  }

  /** Fails. */
  public String fail() {
    throw new IllegalStateException("this failure is part of the test");
  }

  /** Returns once the gate is open. */
  public void slow() {
    gate.arrive().join();
  }

  /** Runs on another thread once the gate is open. */
  public void whenOpen(Runnable work) {
    CompletableFuture<Void> open = gate.arrive();
    otherThreads.execute(() -> {
      open.join();
      work.run();
    });
  }

  /** Runs on another thread after some milliseconds, and holds no thread until then. */
  @SuppressWarnings("FutureReturnValueIgnored") // the client notices
  public void later(String millis, Runnable work) {
    backend.schedule(work, Long.parseLong(millis), TimeUnit.MILLISECONDS);
  }

  /** Returns after some milliseconds. */
  public void held(String millis) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    later(millis, () -> over.complete(null));
    over.join();
  }

  /** A large body. */
  public static byte[] large() {
    return LARGE;
  }

  /** A part of a body. */
  public static byte[] chunk() {
    return new byte[CHUNK_LENGTH];
  }

  /** The directory with the one file that the application serves, as long as the large body. */
  public Path files() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
      file.setLength(LARGE.length);
    }
    return files;
  }

  /** Runs on another thread, again and again, until it answers false or throws. */
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

  /** From now on, slow and asynchronous work waits. */
  void closeGate() {
    gate = new Gate();
  }

  /** Lets the waiting work go on, and what comes later pass. */
  void openGate() {
    gate.open.complete(null);
  }

  /** Waits for the next slow or asynchronous request since the gate was last closed. */
  void awaitArrival() throws InterruptedException {
    assertThat(gate.arrived.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS))
        .as("a request has come in")
        .isTrue();
  }

  /** How many have come in since then that were not waited for. */
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
