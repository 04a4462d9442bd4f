package dev.flowshield.redis;

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
  private final Circuit circuit;
  private final long timeoutNanos;
  private final Question trial;
  private final AtomicReference<
          @Nullable CompletableFuture<RedisScriptingAsyncCommands<String, String>>>
      connection = new AtomicReference<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private volatile boolean isClosed;

  /**
   * Calls of a store.
   *
   * @param trial a question that changes nothing
   */
  Calls(Server server, Ticker ticker, Duration timeout, Question trial) {
    this.server = server;
    this.circuit = new Circuit(ticker);
    this.timeoutNanos = timeout.toNanos();
    this.trial = trial;
  }

  /** Whether the store is to be asked. If a trial is due, it is begun, without the caller. */
  boolean isOpen() {
    if (circuit.isClosed()) {
      return !isClosed;
    }
    if (!isClosed && circuit.beginTrial()) {
      ask(trial, timeoutNanos, true).exceptionally(failure -> null); // which has been seen to
    }
    return false;
  }

  Circuit circuit() {
    return circuit;
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
  CompletableFuture<List<Reply>> askAll(Question question) {
    return askAll(question, timeoutNanos);
  }

  private CompletableFuture<List<Reply>> askAll(Question question, long nanosLeft) {
    return !circuit.isClosed() || isClosed
        ? CompletableFuture.failedFuture(new StoreFailure(StoreFailure.NOT_ASKED))
        : ask(question, nanosLeft, false);
  }

  /** Whether a question may be of keys with one hash tag alone. */
  boolean keepsKeysApart() {
    return server.keepsKeysApart();
  }

  long timeoutNanos() {
    return timeoutNanos;
  }

  private CompletableFuture<List<Reply>> ask(Question question, long nanosLeft, boolean isTrial) {
    if (underWay.incrementAndGet() > MOST_AT_A_TIME) {
      underWay.decrementAndGet();
      StoreFailure overloaded = new StoreFailure(StoreFailure.OVERLOADED);
      failed(overloaded, isTrial);
      return CompletableFuture.failedFuture(overloaded);
    }
    CompletableFuture<List<Reply>> answer;
    try {
      answer = connected()
          .thenCompose(commands -> script.<List<Object>>run(
              commands, ScriptOutputType.MULTI, question.keys(), question.arguments()))
          .thenApply(values -> Reply.all(values, question.rates()));
    } catch (RuntimeException failure) { // of a client that rejects at once
      answer = CompletableFuture.failedFuture(failure);
    }
    return answer.orTimeout(nanosLeft, TimeUnit.NANOSECONDS).handle((replies, failure) -> {
      underWay.decrementAndGet();
      if (failure != null) {
        StoreFailure known = StoreFailure.of(failure);
        failed(known, isTrial);
        throw known;
      }
      answered.increment();
      if (circuit.succeeded(isTrial)) {
        LOG.log(System.Logger.Level.INFO, "The store of the limits answers again.");
      }
      return replies;
    });
  }

  /**
   * Runs another script, whose answer is a number and whose failure matters to none but the caller.
   */
  CompletionStage<Long> run(Script other, String key, String... arguments) {
    String[] keys = {key};
    return connected()
        .thenCompose(commands -> other.run(commands, ScriptOutputType.INTEGER, keys, arguments));
  }

  private void failed(StoreFailure failure, boolean isTrial) {
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

  private CompletableFuture<RedisScriptingAsyncCommands<String, String>> connected() {
    CompletableFuture<RedisScriptingAsyncCommands<String, String>> known = connection.get();
    if (known != null) {
      return known;
    }
    CompletableFuture<RedisScriptingAsyncCommands<String, String>> mine = new CompletableFuture<>();
    if (!connection.compareAndSet(null, mine)) {
      return connected();
    }
    try {
      server.connect().whenComplete((commands, failure) -> connected(mine, commands, failure));
    } catch (RuntimeException failure) { // of a client that is shut down
      connected(mine, null, failure);
    }
    return mine;
  }

  private void connected(
      CompletableFuture<RedisScriptingAsyncCommands<String, String>> waiting,
      @Nullable RedisScriptingAsyncCommands<String, String> commands,
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
