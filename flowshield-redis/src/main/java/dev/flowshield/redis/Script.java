package dev.flowshield.redis;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The script that keeps limits, {@code limits.lua}: the same text at each call, asked by its
 * digest. Only if the server does not know it, the text is sent, once.
 */
final class Script {

  private static final String FILE = "limits.lua";

  /** What it is asked to do. */
  enum Deed {
    TAKE("take"),
    CHARGE("charge"),
    REFUND("refund"),
    ADD("add"),
    RESET("reset"),
    PEEK("peek");

    private final String word;

    Deed(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  private final String text;
  private final String digest;

  Script() {
    try (InputStream file =
        Objects.requireNonNull(Script.class.getResourceAsStream(FILE), "missing " + FILE)) {
      byte[] bytes = file.readAllBytes();
      this.text = new String(bytes, StandardCharsets.US_ASCII);
      this.digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    } catch (NoSuchAlgorithmException impossible) { // each Java platform has it
      throw new IllegalStateException(impossible);
    }
  }

  /** Runs it for one key. */
  CompletionStage<List<Object>> run(
      RedisScriptingAsyncCommands<String, String> server, Question question) {
    String[] keys = {question.key()};
    String[] arguments = question.arguments();
    return server
        .<List<Object>>evalsha(digest, ScriptOutputType.MULTI, keys, arguments)
        .exceptionallyCompose(failure -> StoreFailure.isNoScript(failure)
            ? server.eval(text, ScriptOutputType.MULTI, keys, arguments)
            : CompletableFuture.failedFuture(failure));
  }
}
