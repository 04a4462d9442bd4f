package dev.flowshield.engine.overload;

import java.util.Arrays;

/**
 * The latency of work that waits for nothing, in ticks: the latency when the server is not busy.
 *
 * <p>It follows the latencies of quiet windows. It may rise by a half above the lowest average of
 * the last two minutes, and no further without evidence that the work itself takes longer: so
 * queues that build up slowly are not taken for the work.
 *
 * <p>Confined to the thread that closes windows.
 */
final class Baseline {

  private static final double MOST_RISE = 1.5;
  private static final double LEARNING = 500; // windows with more work than half of it count half
  private static final double WARMING = 0.3;
  private static final double RAISING = 0.5;
  private static final int BUCKETS = 12;
  private static final long BUCKET_NANOS = 10_000_000_000L;
  private static final long LEAST_WARM_UP_NANOS = 1_000_000_000L;

  private static final long LEAST_QUIET_NANOS = 5_000_000_000L;

  private final double[] lowest = new double[BUCKETS]; // averages, by the ten seconds of their time
  private long beganAt; // the clock may be below 0
  private long bucket;
  private long quietNanos;
  private double average;
  private double value; // 0 before the first window
  private long warmAt;

  Baseline() {
    Arrays.fill(lowest, Double.MAX_VALUE);
  }

  /** Returns the latency; 0 before the first window. */
  double latency() {
    return value;
  }

  /**
   * Returns whether the first windows are over. Work that is short ends first, so those say too
   * little.
   */
  boolean isWarm(long now) {
    return value > 0 && now - warmAt >= 0;
  }

  /** The first. */
  void begin(double latency, long now) {
    long five = (long) (5 * latency * Window.NANOS_PER_TICK);
    beganAt = now;
    warmAt = now + Math.max(LEAST_WARM_UP_NANOS, five);
    set(latency);
  }

  /** Learns from one of the first windows. */
  void warmUp(Window window, long now) {
    double latency = window.latency();
    set(value + WARMING * (latency - value));
  }

  /** Learns from a window in which next to no request was rejected. */
  void learnQuiet(Window window, long now) {
    quietNanos += window.nanos();
    learn(window, now);
  }

  /** Returns whether it has learned from quiet windows for some time. */
  boolean hasSeenQuietTimes() {
    return quietNanos >= LEAST_QUIET_NANOS;
  }

  /** Learns from a window in which hardly any request was rejected. */
  void learn(Window window, long now) {
    average += Math.min(0.5, window.completed() / LEARNING) * (window.latency() - average);
    keep(now);
    double least = Arrays.stream(lowest).min().orElse(average);
    value = Math.min(Math.max(average, least), MOST_RISE * least);
  }

  /** Raises the baseline: the work takes longer, and not because it waits. */
  void raise(double latency) {
    set(value + RAISING * (latency - value));
    Arrays.fill(lowest, Double.MAX_VALUE);
    lowest[(int) (bucket % BUCKETS)] = value;
  }

  /** Lowers the baseline: the assumed latency was that of work that waits. */
  void lower(double latency) {
    set(latency);
    Arrays.fill(lowest, Double.MAX_VALUE);
    lowest[(int) (bucket % BUCKETS)] = value;
  }

  private void set(double latency) {
    value = latency;
    average = latency;
  }

  private void keep(long now) {
    long current = (now - beganAt) / BUCKET_NANOS;
    for (long each = Math.max(bucket + 1, current - BUCKETS + 1); each <= current; each++) {
      lowest[(int) (each % BUCKETS)] = Double.MAX_VALUE;
    }
    bucket = Math.max(bucket, current);
    int at = (int) (bucket % BUCKETS);
    lowest[at] = Math.min(lowest[at], average);
  }
}
