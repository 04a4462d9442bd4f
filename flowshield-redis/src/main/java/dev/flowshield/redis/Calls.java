package dev.flowshield.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.flowshield.Ticker;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store: each call is answered, or has failed, within the timeout. Where the store is not
 * to be asked, a call fails at once, and costs nothing but that.
 *
 * <p>Thread-safe, never blocks. What depends on an answer runs on the thread of the connection.
 */
final class Calls implements AutoCloseable {

  private static final int MOST_AT_A_TIME = 1_024;
  private static final System.Logger LOG = System.getLogger("dev.flowshield.redis");

  private final Server server;
  private final Script script = Script.limits();
  private final Circuits circuits;
  private final long timeoutNanos;
  private final long shortestNanos; // of a wait whose end says something about the server
  private final Function<String, Question> trial;
  private final AtomicReference<
          @Nullable CompletableFuture<RedisScriptingAsyncCommands<byte[], byte[]>>>
      connection = new AtomicReference<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private volatile boolean isClosed;

  /**
   * Calls of a store.
   *
   * @param trial a question that writes, but changes nothing that is asked for, to the server that
   *     keeps a key
   */
  Calls(Server server, Ticker ticker, Duration timeout, Function<String, Question> trial) {
    this.server = server;
    this.circuits = new Circuits(server, ticker);
    server.whenConnected(circuits::tryNow);
    this.timeoutNanos = timeout.toNanos();
    this.shortestNanos = timeoutNanos / 4 * 3;
    this.trial = trial;
  }

  /**
   * Whether the store is to be asked for a key. If a trial is due, it is begun, without the caller.
   */
  boolean isOpen(String key) {
    Circuit circuit = circuits.of(key);
    if (circuit.isClosed()) {
      return !isClosed;
    }
    if (!isClosed && circuit.beginTrial()) {
      tryAgain(circuit, key);
    }
    return false;
  }

  private void tryAgain(Circuit circuit, String key) {
    CompletableFuture<RedisScriptingAsyncCommands<byte[], byte[]>> known = connection.get();
    boolean isConnected = known != null && known.isDone();
    boolean isAsked = false;
    try {
      ask(trial.apply(key), timeoutNanos, circuit, true).exceptionally(failure -> {
        if (isConnected && !isClosed && server.isLostAfter(StoreFailure.of(failure))) {
          connection.compareAndSet(known, null);
          connect();
        }
        return null;
      });
      isAsked = true;
    } finally { // else a trial would seem to be under way, and none would be made again
      if (!isAsked) {
        circuit.failed(StoreFailure.ERROR, true);
      }
    }
  }

  Circuits circuits() {
    return circuits;
  }

  long answered() {
    return answered.sum();
  }

  long failed() {
    return failed.sum();
  }

  /** Asks of one key; the stage fails with a {@link StoreFailure}. */
  CompletableFuture<Reply> ask(Question question) {
    return ask(question, timeoutNanos);
  }

  /** As {@link #ask(Question)}, for a request that has waited for some of the timeout. */
  CompletableFuture<Reply> ask(Question question, long nanosLeft) {
    return askAll(question, nanosLeft).thenApply(replies -> replies.get(0));
  }

  /** Asks of one or several keys; the stage fails with a {@link StoreFailure}. */
  CompletableFuture<List<Reply>> askAll(Question question, long nanosLeft) {
    Circuit circuit = circuits.of(question.keys()[0]);
    return !circuit.isClosed() || isClosed
        ? CompletableFuture.failedFuture(new StoreFailure(StoreFailure.NOT_ASKED))
        : ask(question, nanosLeft, circuit, false);
  }

  /** Whether a question may be of keys with one hash tag alone. */
  boolean keepsKeysApart() {
    return server.keepsKeysApart();
  }

  long timeoutNanos() {
    return timeoutNanos;
  }

  private CompletableFuture<List<Reply>> ask(
      Question question, long nanosLeft, Circuit circuit, boolean isTrial) {
    if (underWay.incrementAndGet() > MOST_AT_A_TIME) {
      underWay.decrementAndGet();
      StoreFailure overloaded = new StoreFailure(StoreFailure.OVERLOADED);
      failed(overloaded, circuit, isTrial);
      return CompletableFuture.failedFuture(overloaded);
    }
    boolean isUnderWay = false;
    try {
      CompletableFuture<List<Reply>> answer = run(question)
          .orTimeout(nanosLeft, TimeUnit.NANOSECONDS)
          .handle((replies, failure) -> {
            underWay.decrementAndGet();
            if (failure != null) {
              StoreFailure known = StoreFailure.of(failure);
              if (known.isOfOneKey()) {
                failed.increment();
                succeeded(circuit, isTrial);
              } else if (isTrial || !known.isTimeout() || nanosLeft >= shortestNanos) {
                failed(known, circuit, isTrial);
              } else { // the request had waited before, which was no fault of the server's
                failed.increment();
              }
              throw known;
            }
            answered.increment();
            succeeded(circuit, isTrial);
            return replies;
          });
      isUnderWay = true;
      return answer;
    } finally {
      if (!isUnderWay) { // no memory
        underWay.decrementAndGet();
      }
    }
  }

  private CompletableFuture<List<Reply>> run(Question question) {
    try {
      return connected()
          .thenCompose(commands -> script.<byte[]>run(
              commands, ScriptOutputType.VALUE, ascii(question.keys()), question.argument()))
          .thenApply(packed -> Reply.all(question, packed));
    } catch (RuntimeException failure) { // of a client that rejects at once
      return CompletableFuture.failedFuture(failure);
    }
  }

  /**
   * Runs another script, whose answer is a number and whose failure matters to none but the caller.
   */
  CompletionStage<Long> run(Script other, String key, String... arguments) {
    return connected()
        .thenCompose(commands ->
            other.run(commands, ScriptOutputType.INTEGER, ascii(key), ascii(arguments)));
  }

  private static byte[][] ascii(String... texts) {
    byte[][] all = new byte[texts.length][];
    for (int i = 0; i < all.length; i++) {
      all[i] = texts[i].getBytes(US_ASCII);
    }
    return all;
  }

  private static void succeeded(Circuit circuit, boolean isTrial) {
    if (circuit.succeeded(isTrial)) {
      LOG.log(System.Logger.Level.INFO, "The store of the limits answers again.");
    }
  }

  private void failed(StoreFailure failure, Circuit circuit, boolean isTrial) {
    failed.increment();
    if (circuit.failed(failure.reason(), isTrial)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "The store of the limits does not answer ({0}): limits go on without it.",
          failure.reason());
    }
  }

  void connect() {
    connected().exceptionally(failure -> null); // the first request sees it
  }

  private CompletableFuture<RedisScriptingAsyncCommands<byte[], byte[]>> connected() {
    CompletableFuture<RedisScriptingAsyncCommands<byte[], byte[]>> known = connection.get();
    if (known != null) {
      return known;
    }
    CompletableFuture<RedisScriptingAsyncCommands<byte[], byte[]>> mine = new CompletableFuture<>();
    if (!connection.compareAndSet(null, mine)) {
      return connected();
    }
    try {
      server.connect().whenComplete((commands, failure) -> connected(mine, commands, failure));
    } catch (Throwable failure) { // of a client that is shut down; no memory
      connected(mine, null, failure);
    }
    return mine;
  }

  private void connected(
      CompletableFuture<RedisScriptingAsyncCommands<byte[], byte[]>> waiting,
      @Nullable RedisScriptingAsyncCommands<byte[], byte[]> commands,
      @Nullable Throwable failure) {
    if (commands != null) {
      waiting.complete(commands);
    } else { // the next trial connects
      connection.set(null);
      waiting.completeExceptionally(
          failure == null ? new StoreFailure(StoreFailure.DISCONNECTED) : failure);
    }
  }

  @Override
  public String toString() {
    return server.toString();
  }

  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      server.close();
    }
  }
}
