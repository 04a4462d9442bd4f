package dev.flowshield.redis.script;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * A Lua script of this library. Calls name it by its digest; the text is sent only to a server that
 * does not know the script.
 */
public final class Script {

  private final String text;
  private final String digest;

  private Script(String file) {
    try (InputStream resource =
        Objects.requireNonNull(Script.class.getResourceAsStream(file), "missing " + file)) {
      byte[] bytes = resource.readAllBytes();
      this.text = new String(bytes, StandardCharsets.US_ASCII);
      this.digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    } catch (NoSuchAlgorithmException impossible) { // each Java platform has it
      throw new IllegalStateException(impossible);
    }
  }

  /** Returns the script that keeps limits. */
  public static Script limits() {
    return new Script("limits.lua");
  }

  /** Returns the script that counts instances. */
  public static Script instances() {
    return new Script("instances.lua");
  }

  /** Runs the script for some keys; the future fails with a failure of the client. */
  public <T> CompletableFuture<T> run(
      RedisScriptingAsyncCommands<byte[], byte[]> server,
      ScriptOutputType type,
      byte[][] keys,
      byte[]... arguments) {
    CompletableFuture<T> future = new CompletableFuture<>();
    this.<T>run(server, type, keys, arguments, (reply, failure) -> {
      if (failure == null) {
        future.complete(reply);
      } else {
        future.completeExceptionally(failure);
      }
    });
    return future;
  }

  /** Runs the script for some keys, and passes the reply or the failure on, without a future. */
  public <T> void run(
      RedisScriptingAsyncCommands<byte[], byte[]> server,
      ScriptOutputType type,
      byte[][] keys,
      byte[][] arguments,
      BiConsumer<? super T, ? super Throwable> outcome) {
    server.<T>evalsha(digest, type, keys, arguments).whenComplete((reply, failure) -> {
      if (failure instanceof RedisNoScriptException) {
        runText(server, type, keys, arguments, outcome);
      } else {
        outcome.accept(reply, failure);
      }
    });
  }

  private <T> void runText(
      RedisScriptingAsyncCommands<byte[], byte[]> server,
      ScriptOutputType type,
      byte[][] keys,
      byte[][] arguments,
      BiConsumer<? super T, ? super Throwable> outcome) {
    try {
      server.<T>eval(text, type, keys, arguments).whenComplete(outcome);
    } catch (Throwable rejected) { // by the client, at once
      outcome.accept(null, rejected);
    }
  }
}
