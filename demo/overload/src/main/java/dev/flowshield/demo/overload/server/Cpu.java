package dev.flowshield.demo.overload.server;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;

/** A computation of about the requested duration, on any machine. */
final class Cpu {

  private static final int WARM_UP = 20;
  private static final long ROUNDS = 20_000_000;

  @SuppressWarnings("UnusedVariable") // written so that the loop is not optimized away
  private static volatile long result;

  private Cpu() {}

  static void burn(long rounds) {
    long value = rounds | 1;
    for (long i = 0; i < rounds; i++) {
      value ^= value << 13;
      value ^= value >>> 7;
      value ^= value << 17;
    }
    result = value;
  }

  /**
   * Returns the rounds that a core of this machine computes in a millisecond; the maximum of
   * several attempts.
   */
  static long roundsPerMilli() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < WARM_UP; i++) {
      long before = threads.getCurrentThreadCpuTime();
      burn(ROUNDS);
      least = Math.min(least, threads.getCurrentThreadCpuTime() - before);
    }
    return ROUNDS * TimeUnit.MILLISECONDS.toNanos(1) / Math.max(1, least);
  }
}
