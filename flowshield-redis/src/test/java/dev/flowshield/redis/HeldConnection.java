package dev.flowshield.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A connection that can be held in each direction, and lost and found in an instant. */
final class HeldConnection implements Server {

  /** One direction, which keeps the order of what passes. */
  static final class Direction {

    private final Queue<Runnable> held = new ArrayDeque<>();
    private final CountDownLatch reached = new CountDownLatch(1);
    private boolean isHeld;

    synchronized void hold() {
      isHeld = true;
    }

    /** Is counted down when something is held. */
    CountDownLatch reached() {
      return reached;
    }

    private void pass(Runnable piece) {
      synchronized (this) {
        if (isHeld) {
          held.add(piece);
          reached.countDown();
          return;
        }
      }
      piece.run();
    }

    void release() {
      for (Runnable next = next(); next != null; next = next()) {
        next.run();
      }
    }

    /** Returns what passes next; after the last one, nothing is held any more. */
    private synchronized @Nullable Runnable next() {
      isHeld = !held.isEmpty();
      return held.poll();
    }
  }

  private final RedisScriptingAsyncCommands<byte[], byte[]> real;
  private final Direction requests = new Direction();
  private final Direction replies = new Direction();
  private volatile boolean isUp = true;

  HeldConnection(RedisScriptingAsyncCommands<byte[], byte[]> real) {
    this.real = real;
  }

  Direction requests() {
    return requests;
  }

  Direction replies() {
    return replies;
  }

  boolean isUp() {
    return isUp;
  }

  /** Sets whether the server can be reached; if not, all that is under way is lost. */
  void up(boolean isNowUp) {
    isUp = isNowUp;
  }

  @Override
  @SuppressWarnings("unchecked")
  public CompletionStage<RedisScriptingAsyncCommands<byte[], byte[]>> connect() {
    return isUp
        ? CompletableFuture.completedFuture(
            (RedisScriptingAsyncCommands<byte[], byte[]>) Proxy.newProxyInstance(
                HeldConnection.class.getClassLoader(),
                new Class<?>[] {RedisScriptingAsyncCommands.class},
                (proxy, method, arguments) -> send(method, arguments)))
        : CompletableFuture.failedFuture(new RedisException("there is no connection"));
  }

  private RedisFuture<Object> send(Method method, Object[] arguments) {
    AsyncCommand<String, String, Object> answer =
        new AsyncCommand<>(new Command<>(CommandType.EVALSHA, null));
    requests.pass(() -> {
      if (isUp) {
        forward(method, arguments, answer);
      } else {
        lose(answer);
      }
    });
    return answer;
  }

  @SuppressWarnings({"unchecked", "FutureReturnValueIgnored"}) // the answer tells
  private void forward(
      Method method, Object[] arguments, AsyncCommand<String, String, Object> answer) {
    try {
      ((RedisFuture<Object>) method.invoke(real, arguments))
          .whenComplete((value, failure) -> replies.pass(() -> {
            if (!isUp) {
              lose(answer);
            } else if (failure == null) {
              answer.complete(value);
            } else {
              answer.completeExceptionally(failure);
            }
          }));
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static void lose(AsyncCommand<String, String, Object> answer) {
    answer.completeExceptionally(new RedisException("the connection is lost"));
  }

  @Override
  public void close() {}
}
