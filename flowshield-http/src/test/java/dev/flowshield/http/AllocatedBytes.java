package dev.flowshield.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** The memory that calls of a thread allocate. */
public final class AllocatedBytes {

  private static final int CALLS = 20_000;
  private static final int MOST_ROUNDS = 300;

  /** A call whose answer is used. */
  @FunctionalInterface
  public interface Call {
    Object run();
  }

  private AllocatedBytes() {}

  /**
   * Bytes a call, the least of as many rounds as it takes: until the compiler is done, which may be
   * late on a busy machine, there are more.
   */
  public static double perCall(Call call, double enough) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    int used = 0;
    for (int round = 0; round < MOST_ROUNDS && least >= enough * CALLS; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        used |= call.run() == null ? 0 : 1;
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(used).isOne(); // the answers are used, so nothing is optimised away
    return (double) least / CALLS;
  }
}
