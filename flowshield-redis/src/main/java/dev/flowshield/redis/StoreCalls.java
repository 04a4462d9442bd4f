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
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store: each call is answered, or has failed, within the timeout. Where the store is not
 * to be asked, a call fails at once, and costs nothing but that.
 *
 * <p>Thread-safe, never blocks. What depends on an answer runs on the thread of the connection.
 */
final class StoreCalls implements AutoCloseable {

  private static final long LONGEST_START_NANOS = 5_000_000_000L;
  private static final int START_ATTEMPTS = 3;
  private static final System.Logger LOG = System.getLogger("dev.flowshield.redis");

  private final RedisServer server;
  private final Script script = Script.limits();
  private final CircuitBreakers breakers;
  private final long timeoutNanos;
  private final long shortestNanos; // of a wait whose end says something about the server
  private final long reachNanos; // to connect and to have the server know the script
  private final IntSupplier instances;
  private final Function<String, ScriptCall> trial;
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
  StoreCalls(
      RedisServer server,
      Ticker ticker,
      Duration timeout,
      IntSupplier instances,
      Function<String, ScriptCall> trial) {
    this.server = server;
    this.breakers = new CircuitBreakers(server, ticker);
    server.whenConnected(breakers::tryNow);
    this.timeoutNanos = timeout.toNanos();
    this.shortestNanos = timeoutNanos / 4 * 3;
    this.pending = new PendingCalls(timeoutNanos);
    this.reachNanos = timeoutNanos + LettuceClient.CONNECT_TIMEOUT.toNanos();
    this.instances = instances;
    this.trial = trial;
  }

  /**
   * Whether the store is to be asked for a key. If a trial is due, it is begun, without the caller.
   */
  boolean isOpen(String key) {
    CircuitBreaker breaker = breakers.of(key);
    if (breaker.isClosed()) {
      return !isClosed;
    }
    if (!isClosed && breaker.beginTrial()) {
      tryAgain(breaker, key);
    }
    return false;
  }

  private void tryAgain(CircuitBreaker breaker, String key) {
    CompletableFuture<RedisScriptingAsyncCommands<byte[], byte[]>> known = connection.get();
    boolean isConnected = known != null && known.isDone();
    boolean isAsked = false;
    try {
      reach(key, reachNanos)
          .whenComplete((reached, failure) -> {
            if (failure != null) {
              failed(StoreFailure.of(failure), breaker, true, reachNanos);
            }
          })
          .thenCompose(reached -> askForTrial(breaker, key))
          .exceptionally(failure -> {
            if (isConnected && !isClosed && server.isLostAfter(StoreFailure.of(failure))) {
              connection.compareAndSet(known, null);
              connected().exceptionally(notYet -> null); // the next trial sees it
            }
            return null;
          });
      isAsked = true;
    } finally { // else a trial would seem to be under way, and none would be made again
      if (!isAsked) {
        breaker.failed(StoreFailure.ERROR, true);
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
    FutureReply answer = new FutureReply();
    new Call(trial.apply(key), nanos, null, false, answer).begin();
    return answer.handle((reply, failure) -> {
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
  private CompletableFuture<ScriptReply> askForTrial(CircuitBreaker breaker, String key) {
    boolean isAsked = false;
    try {
      FutureReply answer = new FutureReply();
      new Call(trial.apply(key), timeoutNanos, breaker, true, answer).begin();
      isAsked = true;
      return answer;
    } finally {
      if (!isAsked) {
        breaker.failed(StoreFailure.ERROR, true);
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
        CircuitBreaker breaker = breakers.of(key);
        // Requests may have found less: that they had to wait, as long as nothing was connected.
        if (breaker.open(known.reason()) || !breaker.reason().equals(known.reason())) {
          logThatItDoesNotAnswer(known);
        }
      }
    });
  }

  CircuitBreakers breakers() {
    return breakers;
  }

  long answered() {
    return answered.sum();
  }

  long failed() {
    return failed.sum();
  }

  /** Makes a call for one key; the future fails with a {@link StoreFailure}. */
  CompletableFuture<ScriptReply> ask(ScriptCall call) {
    FutureReply reply = new FutureReply();
    send(call, timeoutNanos, reply);
    return reply;
  }

  /** Makes a call for a request that has some of the timeout left. */
  void send(ScriptCall call, long nanosLeft, ReplyHandler handler) {
    CircuitBreaker breaker = breakers.of(call.keys()[0]);
    if (breaker.isClosed() && !isClosed) {
      new Call(call, nanosLeft, breaker, false, handler).begin();
    } else {
      handler.failed(new StoreFailure(StoreFailure.NOT_ASKED));
    }
  }

  /** The reply about the first key of a call. */
  private static final class FutureReply extends CompletableFuture<ScriptReply>
      implements ReplyHandler {

    @Override
    public void replied(List<ScriptReply> replies) {
      complete(replies.get(0));
    }

    @Override
    public void failed(StoreFailure failure) {
      completeExceptionally(failure);
    }
  }

  /** Whether a question may be of keys with one hash tag alone. */
  boolean keepsKeysApart() {
    return server.keepsKeysApart();
  }

  long timeoutNanos() {
    return timeoutNanos;
  }

  /** A call that waits for its reply. */
  private final class Call implements PendingCalls.Entry, BiConsumer<byte[], Throwable> {

    private final ScriptCall call;
    private final long nanosLeft;
    private final long deadline;
    private final @Nullable CircuitBreaker breaker; // that counts it
    private final boolean isTrial;
    private final ReplyHandler handler;
    private int slot;

    Call(
        ScriptCall call,
        long nanosLeft,
        @Nullable CircuitBreaker breaker,
        boolean isTrial,
        ReplyHandler handler) {
      this.call = call;
      this.nanosLeft = nanosLeft;
      this.deadline = pending.deadline(nanosLeft);
      this.breaker = breaker;
      this.isTrial = isTrial;
      this.handler = handler;
    }

    void begin() {
      slot = pending.add(this, call.id());
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
            accept(null, failure);
            return null;
          });
        }
      } catch (Throwable failure) { // of a client that rejects at once; no memory
        accept(null, failure);
      }
    }

    private void send(RedisScriptingAsyncCommands<byte[], byte[]> commands) {
      script.run(
          commands,
          ScriptOutputType.VALUE,
          ascii(call.keys()),
          new byte[][] {call.argument()},
          this);
    }

    @Override
    public void accept(byte @Nullable [] packed, @Nullable Throwable failure) {
      if (!pending.remove(this, slot)) {
        return; // its time was over
      }
      if (failure != null) {
        fail(StoreFailure.of(failure));
        return;
      }
      List<ScriptReply> replies;
      try {
        replies = ScriptReply.all(call, packed);
      } catch (Throwable unreadable) {
        fail(StoreFailure.of(unreadable));
        return;
      }
      try {
        if (breaker != null) {
          answered.increment();
          succeeded(breaker, isTrial);
        }
      } finally { // a log may fail
        handler.replied(replies);
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
        if (breaker != null) {
          failed(failure, breaker, isTrial, nanosLeft);
        }
      } finally { // a log may fail
        handler.failed(failure);
      }
    }
  }

  /** Runs another script, whose reply is a number and whose failure concerns the caller alone. */
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

  private static void succeeded(CircuitBreaker breaker, boolean isTrial) {
    if (breaker.succeeded(isTrial)) {
      LOG.log(System.Logger.Level.INFO, "The store of the limits answers again.");
    }
  }

  private void failed(
      StoreFailure failure, CircuitBreaker breaker, boolean isTrial, long nanosLeft) {
    failed.increment();
    if (failure.isOfOneKey()) {
      succeeded(breaker, isTrial);
      return;
    }
    // A request that had waited before, or one too many, says nothing about the server.
    boolean isOurs = failure.isOverload() || (failure.isTimeout() && nanosLeft < shortestNanos);
    if ((isTrial || !isOurs) && breaker.failed(failure.reason(), isTrial)) {
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
