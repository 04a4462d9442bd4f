package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.ref.Cleaner;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TickerTest {

  @Test
  void theTickerOfTheMachineReadsItsMonotonicTime() {
    Ticker ticker = Ticker.system();
    for (int i = 0; i < 1_000; i++) {
      long before = System.nanoTime();
      long reading = ticker.nanos();
      long after = System.nanoTime();

      assertThat(reading - before).isNotNegative();
      assertThat(after - reading).isNotNegative();
    }
  }

  @Test
  void thereIsOneTickerOfTheMachine() {
    assertThat(Ticker.system()).isSameAs(Ticker.system());
  }

  /** Runs in a process of its own, because the timer thread lives as long as the process. */
  @Test
  void theTimerOfTheMachineKeepsNoApplicationInMemory() throws Exception {
    String path = Stream.of(Ticker.class, TickerTest.class)
        .map(TickerTest::folder)
        .collect(Collectors.joining(File.pathSeparator));
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            path,
            Application.class.getName())
        .redirectErrorStream(true)
        .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).isEqualTo("threads with the loader of the application: [main]");
  }

  @Test
  void theTimerOfTheMachineIsForThreadsOfTheJdkToo() throws Exception {
    CompletableFuture<Void> due = new CompletableFuture<Void>().orTimeout(20, TimeUnit.SECONDS);
    Cleaner cleaner = Cleaner.create(); // whose thread rejects a class loader
    Cleaner.Cleanable unused = cleaner.register(new Object(), () -> {
      try {
        CompletableFuture<Void> told = Ticker.system().after(1).thenRun(() -> due.complete(null));
        assertThat(told).isNotNull();
      } catch (Throwable failed) {
        due.completeExceptionally(failed);
      }
    });
    while (!due.isDone()) {
      System.gc();
      Thread.onSpinWait();
    }

    assertThat(due.get()).isNull();
  }

  private static String folder(Class<?> type) {
    try {
      URL location = type.getProtectionDomain().getCodeSource().getLocation();
      return Path.of(location.toURI()).toString();
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Requests a future like a web application. */
  static final class Application {

    private Application() {}

    public static void main(String[] arguments) throws Exception {
      try (URLClassLoader loader = new URLClassLoader(new URL[0])) {
        Thread.currentThread().setContextClassLoader(loader);
        CompletableFuture<Void> soon = Ticker.system().after(1);
        soon.join();
        List<String> threads = Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getContextClassLoader() == loader)
            .map(Thread::getName)
            .collect(Collectors.toList());
        System.out.println("threads with the loader of the application: " + threads);
      }
    }
  }
}
