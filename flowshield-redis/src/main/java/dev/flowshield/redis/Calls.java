package dev.flowshield.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.flowshield.Ticker;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store: each call is answered, or has failed, within the timeout. Where the store is not
 * to be asked, a call fails at once, and costs nothing but that.
 *
 * <p>Thread-safe, never blocks. What depends on an answer runs on the thread of the connection.
 */
final class Calls implements AutoCloseable {

  private static final long LONGEST_START_NANOS = 5_000_000_000L;
  private static final int START_ATTEMPTS = 3;
  private static final System.Logger LOG = System.getLogger("dev.flowshield.redis");

  private final Server server;
  private final Script script = Script.limits();
  private final Circuits circuits;
  private final long timeoutNanos;
  private final long shortestNanos; // of a wait whose end says something about the server
  private final long reachNanos; // to connect and to have the server know the script
  private final IntSupplier instances;
  private final Function<String, Question> trial;
  private final AtomicReference<
          @Nullable CompletableFuture<RedisScriptingAsyncCommands<byte[], byte[]>>>
      connection = new AtomicReference<>();
  private final PendingCalls pending;
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private volatile boolean isClosed;

  /**
   * Calls of a store.
   *
   * @param instances how many share the limits, as far as this one knows
   * @param trial a question that writes, but changes nothing that is asked for, to the server that
   *     keeps a key
   */
  Calls(
      Server server,
      Ticker ticker,
      Duration timeout,
      IntSupplier instances,
      Function<String, Question> trial) {
    this.server = server;
    this.circuits = new Circuits(server, ticker);
    server.whenConnected(circuits::tryNow);
    this.timeoutNanos = timeout.toNanos();
    this.shortestNanos = timeoutNanos / 4 * 3;
    this.pending = new PendingCalls(timeoutNanos);
    this.reachNanos = timeoutNanos + Client.CONNECT_TIMEOUT.toNanos();
    this.instances = instances;
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
    // One new connection for a trial that fails, not another for the trial that this one leads to.
    boolean isReplaced = known != null && known.isDone() && !circuit.isTrialByConnection();
    boolean isAsked = false;
    try {
      reach(key, reachNanos)
          .whenComplete((reached, failure) -> {
            if (failure != null) {
              failed(StoreFailure.of(failure), circuit, true, reachNanos);
            }
          })
          .thenCompose(reached -> askForTrial(circuit, key))
          .exceptionally(failure -> {
            if (isReplaced && !isClosed && server.isLostAfter(StoreFailure.of(failure))) {
              connection.compareAndSet(known, null);
              connected().exceptionally(notYet -> null); // the next trial sees it
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

  /**
   * Connects to the server of a key, and has it know the script. Both may take longer than a
   * request is to wait, so a trial begins with this.
   *
   * @return fails with a {@link StoreFailure} if the server does not answer
   */
  private CompletableFuture<Boolean> reach(String key, long nanos) {
    Call call = new Call(trial.apply(key), nanos, null, false);
    call.begin();
    return call.handle((replies, failure) -> {
      if (failure != null && !StoreFailure.of(failure).isOfOneKey()) {
        throw StoreFailure.of(failure);
      }
      return true;
    });
  }

  /** Tries again if the connection was closed: the client loses at times why it was. */
  private CompletableFuture<Boolean> reach(String key, int attempts) {
    return reach(key, timeoutNanos + LONGEST_START_NANOS)
        .exceptionallyCompose(
            failure -> attempts > 1 && StoreFailure.of(failure).isDisconnected()
                ? reach(key, attempts - 1)
                : CompletableFuture.failedFuture(failure));
  }

  /** Asks in the time that a request has. */
  private CompletableFuture<List<Reply>> askForTrial(Circuit circuit, String key) {
    boolean isAsked = false;
    try {
      CompletableFuture<List<Reply>> answer = ask(trial.apply(key), timeoutNanos, circuit, true);
      isAsked = true;
      return answer;
    } finally {
      if (!isAsked) {
        circuit.failed(StoreFailure.ERROR, true);
      }
    }
  }

  /**
   * Connects, and tries whether the server of a key answers. If it does not, that is logged, and it
   * is not asked until a trial succeeds; no request has to find out.
   *
   * @return fails with a {@link StoreFailure} if the server does not answer
   */
  CompletableFuture<Boolean> check(String key) {
    return reach(key, START_ATTEMPTS).whenComplete((reached, failure) -> {
      if (failure != null && !isClosed) {
        StoreFailure known = StoreFailure.of(failure);
        failed.increment();
        Circuit circuit = circuits.of(key);
        // Requests may have found less: that they had to wait, as long as nothing was connected.
        if (circuit.open(known.reason()) || !circuit.reason().equals(known.reason())) {
          logThatItDoesNotAnswer(known);
        }
      }
    });
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
    Call call = new Call(question, nanosLeft, circuit, isTrial);
    call.begin();
    return call;
  }

  /** A question that waits for its reply. Fails with a {@link StoreFailure}. */
  private final class Call extends CompletableFuture<List<Reply>> implements PendingCalls.Entry {

    private final Question question;
    private final long nanosLeft;
    private final long deadline;
    private final @Nullable Circuit circuit; // that counts it
    private final boolean isTrial;
    private int slot;

    Call(Question question, long nanosLeft, @Nullable Circuit circuit, boolean isTrial) {
      this.question = question;
      this.nanosLeft = nanosLeft;
      this.deadline = pending.deadline(nanosLeft);
      this.circuit = circuit;
      this.isTrial = isTrial;
    }

    void begin() {
      slot = pending.add(this, question.id());
      if (slot < 0) {
        fail(new StoreFailure(StoreFailure.OVERLOADED));
        return;
      }
      try {
        CompletableFuture<RedisScriptingAsyncCommands<byte[], byte[]>> connection = connected();
        if (connection.isDone() && !connection.isCompletedExceptionally()) {
          send(connection.join()); // without a stage
        } else {
          connection.thenAccept(this::send).exceptionally(failure -> {
            end(null, failure);
            return null;
          });
        }
      } catch (Throwable failure) { // of a client that rejects at once; no memory
        end(null, failure);
      }
    }

    private void send(RedisScriptingAsyncCommands<byte[], byte[]> commands) {
      if (isDone()) { // its time was over before there was a connection
        return;
      }
      script
          .<byte[]>run(
              commands, ScriptOutputType.VALUE, ascii(question.keys()), question.argument())
          .whenComplete(this::end);
    }

    private void end(byte @Nullable [] packed, @Nullable Throwable failure) {
      if (!pending.remove(this, slot)) {
        return; // its time was over
      }
      if (failure != null) {
        fail(StoreFailure.of(failure));
        return;
      }
      List<Reply> replies;
      try {
        replies = Reply.all(question, packed);
      } catch (Throwable unreadable) {
        fail(StoreFailure.of(unreadable));
        return;
      }
      try {
        if (circuit != null) {
          answered.increment();
          succeeded(circuit, isTrial);
        }
      } finally { // a log may fail
        complete(replies);
      }
    }

    @Override
    public long deadline() {
      return deadline;
    }

    @Override
    public void timeOut() {
      fail(new StoreFailure(StoreFailure.TIMEOUT));
    }

    private void fail(StoreFailure failure) {
      try {
        if (circuit != null) {
          failed(failure, circuit, isTrial, nanosLeft);
        }
      } finally { // a log may fail
        completeExceptionally(failure);
      }
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

  private void failed(StoreFailure failure, Circuit circuit, boolean isTrial, long nanosLeft) {
    failed.increment();
    if (failure.isOfOneKey()) {
      succeeded(circuit, isTrial);
      return;
    }
    // A request that had waited before, or one too many, says nothing about the server.
    boolean isOurs = failure.isOverload() || (failure.isTimeout() && nanosLeft < shortestNanos);
    if ((isTrial || !isOurs) && circuit.failed(failure.reason(), isTrial)) {
      logThatItDoesNotAnswer(failure);
    }
  }

  private void logThatItDoesNotAnswer(StoreFailure failure) {
    LOG.log(
        System.Logger.Level.WARNING,
        "The store of the limits does not answer ({0}): limits go on without it, here as those of"
            + " one of {1} instances.",
        failure.reason(),
        instances.getAsInt());
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
