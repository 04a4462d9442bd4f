package dev.flowshield.demo.cluster;

/**
 * A part of the run.
 *
 * @param name what the output calls it
 * @param fromNanos when it begins, from the start of the traffic
 * @param toNanos when it ends
 * @param promised how many permits there are in it at most
 */
record Span(String name, long fromNanos, long toNanos, long promised) {

  double seconds() {
    return (toNanos - fromNanos) / 1e9;
  }

  boolean isEmpty() {
    return toNanos <= fromNanos;
  }
}
