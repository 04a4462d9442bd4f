package dev.flowshield.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What every reader of text is held to: it throws nothing that it does not declare, and takes at
 * most two milliseconds for each 8 KiB.
 *
 * <p>A target is a class with one {@code @FuzzTest} method, as a run of the fuzzer has room for no
 * more, and a folder of seeds named {@code <class>Inputs}.
 */
final class Trial {

  private static final int PIECE = 8192; // characters
  private static final long NANOS_FOR_A_PIECE = 2_000_000;
  private static final long NANOS_FOR_A_START = 20_000_000;
  private static final int TRIES = 100;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** How much slower the code may be that a fuzzer watches. */
  private static final int WATCHED = System.getenv("JAZZER_FUZZ") == null ? 1 : 20;

  private static final Logger LOG = Logger.getLogger(""); // held, else its level is forgotten

  static {
    LOG.setLevel(Level.OFF); // each shield says that it starts
  }

  private Trial() {}

  /** The characters of a request header, as servers read its bytes. */
  static String header(byte[] input) {
    return new String(input, ISO_8859_1);
  }

  /** Reads a text in time. */
  static void inTime(String text, Consumer<String> reader) {
    inTime(text, reader, 0);
  }

  /** Reads a text of the owner, and makes a shield of it, which is done once. */
  static void atStart(String text, Consumer<String> reader) {
    inTime(text, reader, NANOS_FOR_A_START);
  }

  private static void inTime(String text, Consumer<String> reader, long more) {
    assertInTime(text, reader, more);
    if (!text.isEmpty() && text.length() < PIECE) { // a short text alone is never slow
      assertInTime(text.repeat(PIECE / text.length()), reader, more);
    }
  }

  /** A reader that may reject a text, and then says what must hold. */
  static Consumer<String> orRejects(Consumer<String> reader) {
    return text -> {
      try {
        reader.accept(text);
      } catch (IllegalArgumentException rejected) {
        // A subclass is something that was not caught, such as a NumberFormatException.
        assertThat(rejected.getClass()).isEqualTo(IllegalArgumentException.class);
        assertThat(rejected).hasMessageContaining("must ");
      }
    };
  }

  /**
   * The time of the processor counts, as on a busy machine a thread waits for one, and the fastest
   * of some tries, as the first ones run code that is not compiled yet.
   */
  private static void assertInTime(String text, Consumer<String> reader, long more) {
    long most = ((text.length() / PIECE + 1) * NANOS_FOR_A_PIECE + more) * WATCHED;
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < TRIES && fastest > most; i++) {
      long start = THREADS.getCurrentThreadCpuTime();
      reader.accept(text);
      fastest = Math.min(fastest, THREADS.getCurrentThreadCpuTime() - start);
    }
    assertThat(fastest)
        .as("nanoseconds for " + text.length() + " characters")
        .isLessThanOrEqualTo(most);
  }
}
