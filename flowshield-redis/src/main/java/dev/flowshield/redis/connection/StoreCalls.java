package dev.flowshield.redis.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.flowshield.Ticker;
import dev.flowshield.redis.script.Script;
import dev.flowshield.redis.script.ScriptCall;
import dev.flowshield.redis.script.ScriptReply;
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
 * Makes calls of the store. Each call ends within its timeout, with a reply or a failure. While the
 * circuit breaker of a server is open, calls for its keys fail at once.
 *
 * <p>Thread-safe, never blocks. Handlers of replies run on the thread of the connection. After a
 * timeout they run on the timer thread of the JDK, which serves all timeouts of the process.
 */
public final class StoreCalls implements AutoCloseable {

  private static final long LONGEST_START_NANOS = 5_000_000_000L;
  private static final int START_ATTEMPTS = 3;
  private static final System.Logger LOG = System.getLogger("dev.flowshield.redis");

  private final RedisServer server;
  private final Script script = Script.limits();
  private final CircuitBreakers breakers;
  private final long timeoutNanos;
  private final long shortestNanos; // of a timeout that counts against the server
  private final long reachNanos; // to connect and to send the script
  private final IntSupplier instances;
  private final Function<String, ScriptCall> trial;
  private final AtomicReference<
          @Nullable CompletableFuture<RedisScriptingAsyncCommands<byte[], byte[]>>>
      connection = new AtomicReference<>();
  private final PendingCalls pending;
  // Made in advance: a call that has failed must end, even if no memory is left.
  private final StoreFailure timedOut = new StoreFailure(StoreFailure.TIMEOUT);
  private final StoreFailure malformed = new StoreFailure(StoreFailure.MALFORMED);
  private final StoreFailure unreadable = new StoreFailure(StoreFailure.ERROR);
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private volatile boolean isClosed;

  /**
   * Creates the calls of a store.
   *
   * @param instances the number of instances that share the limits, as far as it is known
   * @param trial returns a call to the server of a key, which writes, but changes no limit
   */
  public StoreCalls(
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

  /** Returns whether the store is to be called for a key. Begins a trial if one is due. */
  public boolean isOpen(String key) {
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
    // One new connection for a trial that fails, and no other for the trial that it leads to.
    boolean isReplaced = known != null && known.isDone() && !breaker.isTrialByConnection();
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
            if (isReplaced && !isClosed && server.isLostAfter(StoreFailure.of(failure))) {
              connection.compareAndSet(known, null);
              connected().exceptionally(notYet -> null); // the next trial sees it
            }
            return null;
          });
      isAsked = true;
    } finally { // otherwise the trial would seem to be under way for ever
      if (!isAsked) {
        breaker.failed(StoreFailure.ERROR, true);
      }
    }
  }

  /**
   * Connects to the server of a key and sends it the script. A trial begins with this, because both
   * may take longer than the timeout of a request.
   *
   * @return a future that fails with a {@link StoreFailure} if the server does not answer
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

  /** Tries again if the connection was closed: the client sometimes loses the reason. */
  private CompletableFuture<Boolean> reach(String key, int attempts) {
    return reach(key, timeoutNanos + LONGEST_START_NANOS)
        .exceptionallyCompose(
            failure -> attempts > 1 && StoreFailure.of(failure).isDisconnected()
                ? reach(key, attempts - 1)
                : CompletableFuture.failedFuture(failure));
  }

  /** Makes the trial call, within the timeout of a request. */
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
   * Connects and tries whether the server of a key answers. If it does not, logs a warning and
   * opens its circuit breaker, so that no request has to find out.
   *
   * @return a future that fails with a {@link StoreFailure} if the server does not answer
   */
  public CompletableFuture<Boolean> check(String key) {
    return reach(key, START_ATTEMPTS).whenComplete((reached, failure) -> {
      if (failure != null && !isClosed) {
        StoreFailure known = StoreFailure.of(failure);
        failed.increment();
        CircuitBreaker breaker = breakers.of(key);
        // Requests may have found another reason: a timeout while there was no connection.
        if (breaker.open(known.reason()) || !breaker.reason().equals(known.reason())) {
          logThatItDoesNotAnswer(known);
        }
      }
    });
  }

  public CircuitBreakers breakers() {
    return breakers;
  }

  public long answered() {
    return answered.sum();
  }

  public long failed() {
    return failed.sum();
  }

  /** Makes a call for one key; the future fails with a {@link StoreFailure}. */
  public CompletableFuture<ScriptReply> call(ScriptCall call) {
    return call(call, timeoutNanos);
  }

  /** Makes a call for one key, for an operation that has some of the timeout left. */
  public CompletableFuture<ScriptReply> call(ScriptCall call, long nanosLeft) {
    FutureReply reply = new FutureReply();
    send(call, nanosLeft, reply);
    return reply;
  }

  /** Makes a call for a request that has some of the timeout left. */
  public void send(ScriptCall call, long nanosLeft, ReplyHandler handler) {
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

  /** Returns whether all keys of a call must have one hash tag. */
  public boolean keepsKeysApart() {
    return server.keepsKeysApart();
  }

  public long timeoutNanos() {
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
    private volatile boolean hasEnded; // by its deadline

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
      } catch (Throwable failure) { // the client rejects the call; no memory
        accept(null, failure);
      }
    }

    private void send(RedisScriptingAsyncCommands<byte[], byte[]> commands) {
      if (hasEnded) { // it has timed out before there was a connection
        return;
      }
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
        return; // it has timed out
      }
      if (failure != null) {
        fail(meaning(failure));
        return;
      }
      List<ScriptReply> replies;
      try {
        replies = ScriptReply.parse(call, packed);
      } catch (IllegalArgumentException broken) {
        fail(malformed);
        return;
      } catch (Throwable other) { // no memory
        fail(meaning(other));
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
      hasEnded = true;
      fail(timedOut);
    }

    /** Returns the meaning of a failure. Never throws: this call is no longer pending. */
    private StoreFailure meaning(Throwable failure) {
      try {
        return StoreFailure.of(failure);
      } catch (Throwable noMemory) {
        return unreadable;
      }
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
  public CompletionStage<Long> run(Script other, String key, String... arguments) {
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
    // A request that had waited before, or one too many, does not concern the server.
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
    } catch (Throwable failure) { // the client is shut down; no memory
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
    } else { // the next trial connects again
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
