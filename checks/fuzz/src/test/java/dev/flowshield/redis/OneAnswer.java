package dev.flowshield.redis;

import dev.flowshield.redis.connection.RedisServer;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A server with an answer to each packed call. */
record OneAnswer(Function<byte[], @Nullable Object> answers) implements RedisServer {

  @Override
  @SuppressWarnings("unchecked")
  public CompletionStage<RedisScriptingAsyncCommands<byte[], byte[]>> connect() {
    return CompletableFuture.completedFuture((RedisScriptingAsyncCommands<byte[], byte[]>)
        Proxy.newProxyInstance(
            OneAnswer.class.getClassLoader(),
            new Class<?>[] {RedisScriptingAsyncCommands.class},
            (proxy, method, arguments) -> answered(((byte[][]) arguments[3])[0])));
  }

  private RedisFuture<Object> answered(byte[] call) {
    Command<String, String, Object> command = new Command<>(CommandType.EVALSHA, null);
    AsyncCommand<String, String, Object> answered = new AsyncCommand<>(command);
    answered.complete(answers.apply(call));
    return answered;
  }

  @Override
  public void close() {}
}
