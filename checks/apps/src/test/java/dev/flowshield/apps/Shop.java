package dev.flowshield.apps;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * What is the same in all applications, whatever framework they are written for. One for each that
 * is started, so that it counts the calls of that one.
 */
final class Shop implements AutoCloseable {

  /** A part of a streamed body. */
  static final String CHUNK = "0123456789".repeat(100) + "\n";

  /** How many parts a streamed body has. */
  static final int CHUNKS = 50;

  /** How many events the shop has to tell. */
  static final int EVENTS = 3;

  /** How long the large file is: longer than all buffers on the way to a client. */
  static final int LARGE_LENGTH = 16 << 20;

  private static final int TICK_MILLIS = 10;

  private final Path files;
  private final AtomicInteger calls = new AtomicInteger();
  private final ExecutorService otherThreads = Executors.newCachedThreadPool();
  private final Executor atNextTick =
      CompletableFuture.delayedExecutor(TICK_MILLIS, TimeUnit.MILLISECONDS, otherThreads);

  /** With what {@link #write} has written. */
  Shop(Path files) {
    this.files = files;
  }

  /** Writes the files that shops serve. */
  static void write(Path files) throws IOException {
    Files.writeString(files.resolve("site.css"), "body { color: green }\n".repeat(100));
    ByteBuffer large = ByteBuffer.allocate(LARGE_LENGTH);
    for (int i = 0; large.hasRemaining(); i++) { // each part another, so that ranges differ
      large.putInt(i);
    }
    Files.write(files.resolve("large.bin"), large.array());
  }

  /** The directory with {@code site.css} and {@code large.bin}. */
  Path files() {
    return files;
  }

  /** Notes that a request has come as far as the application. */
  void called() {
    calls.incrementAndGet();
  }

  /** How many requests have come as far as the application. */
  int calls() {
    return calls.get();
  }

  /** Whether there is such an item. */
  static boolean has(String item) {
    return item.chars().allMatch(Character::isDigit);
  }

  /** A page with this title. */
  static String page(String title) {
    return "<!doctype html><title>" + title + "</title><p>Grüße, " + title + "\n";
  }

  /** Whether this is a customer. */
  static boolean knows(String user, String password) {
    return user.equals("alice") && password.equals("secret");
  }

  /** What is said of a file that was uploaded. */
  static String received(String name, byte[] content) {
    return name + " has " + content.length + " bytes, the last one is "
        + content[content.length - 1] + "\n";
  }

  /** Fails. */
  String fail() {
    throw new IllegalStateException("this failure is part of the test");
  }

  /** Runs on another thread, soon. */
  void later(Runnable work) {
    atNextTick.execute(work);
  }

  /** Runs on another thread, again and again, until it answers false or throws. */
  void repeat(BooleanSupplier work) {
    later(() -> {
      if (work.getAsBoolean()) {
        repeat(work);
      }
    });
  }

  @Override
  public void close() {
    otherThreads.shutdownNow();
  }
}
