package dev.flowshield.demo.cluster;

/**
 * A part of the run.
 *
 * @param name the name in the output
 * @param fromNanos the start, relative to the start of the traffic
 * @param toNanos the end
 * @param promised the maximum number of permits in it
 */
record Span(String name, long fromNanos, long toNanos, long promised) {

  double seconds() {
    return (toNanos - fromNanos) / 1e9;
  }

  boolean isEmpty() {
    return toNanos <= fromNanos;
  }
}
