package dev.flowshield.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Registers the meters of one shield, all with the same first tags.
 *
 * <p>A registry holds the state of a meter weakly and its function strongly. Therefore the state is
 * the shield itself, and no function may refer to the shield.
 *
 * <p>Counters have no base unit, because Prometheus would put it into their names.
 */
final class Meters {

  private final MeterRegistry registry;
  private final Tags tags;

  Meters(MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
  }

  /** Returns the same registry with more tags for each meter. */
  Meters with(String... more) {
    return new Meters(registry, tags.and(more));
  }

  <T> void counter(String name, String description, T state, ToLongFunction<T> count) {
    FunctionCounter.builder(name, state, count::applyAsLong)
        .description(description)
        .tags(tags)
        .register(registry);
  }

  <T> void gauge(String name, String description, T state, ToDoubleFunction<T> value) {
    Gauge.builder(name, state, value).description(description).tags(tags).register(registry);
  }

  /** Registers a duration, from a function that returns nanoseconds; NaN while it is unknown. */
  <T> void duration(String name, String description, T state, ToDoubleFunction<T> nanos) {
    TimeGauge.builder(name, state, TimeUnit.NANOSECONDS, nanos)
        .description(description)
        .tags(tags)
        .register(registry);
  }

  /** Registers a count of durations with their sum in nanoseconds. */
  <T> void timer(
      String name,
      String description,
      T state,
      ToLongFunction<T> count,
      ToDoubleFunction<T> nanos) {
    FunctionTimer.builder(name, state, count, nanos, TimeUnit.NANOSECONDS)
        .description(description)
        .tags(tags)
        .register(registry);
  }
}
