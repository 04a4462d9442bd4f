package dev.flowshield.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A server that has one answer to all that it is asked. */
record OneAnswer(@Nullable Object answer) implements Server {

  @Override
  @SuppressWarnings("unchecked")
  public CompletionStage<RedisScriptingAsyncCommands<String, String>> connect() {
    return CompletableFuture.completedFuture(
        (RedisScriptingAsyncCommands<String, String>) Proxy.newProxyInstance(
            OneAnswer.class.getClassLoader(),
            new Class<?>[] {RedisScriptingAsyncCommands.class},
            (proxy, method, arguments) -> answered()));
  }

  private RedisFuture<Object> answered() {
    Command<String, String, Object> command = new Command<>(CommandType.EVALSHA, null);
    AsyncCommand<String, String, Object> answered = new AsyncCommand<>(command);
    answered.complete(answer);
    return answered;
  }

  @Override
  public void close() {}
}
