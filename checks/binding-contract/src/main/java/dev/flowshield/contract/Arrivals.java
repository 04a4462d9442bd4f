package dev.flowshield.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The arrival times of requests and the duration of their work, equal in each run. */
final class Arrivals {

  private static final int MILLIS = 1000; // per second

  /** A request, and the number of times that its client repeats it after each response. */
  record Arrival(long atMillis, String path, int again) {}

  private final List<Arrival> all = new ArrayList<>();
  private final Random random = new Random(1);

  /** Adds requests at a steady rate between two times, in seconds. */
  Arrivals eachSecond(int count, String route, int millis, double from, double until) {
    long total = Math.round(count * (until - from));
    for (int i = 0; i < total; i++) {
      add((from + (double) i / count) * MILLIS, route, millis);
    }
    return this;
  }

  /** Adds requests that arrive at the same time. */
  Arrivals atOnce(int count, String route, int millis, double second) {
    for (int i = 0; i < count; i++) {
      add(second * MILLIS, route, millis);
    }
    return this;
  }

  /**
   * Adds clients that arrive at a steady rate. Each sends the given number of requests, each at
   * once after the previous response.
   */
  Arrivals polls(int count, String route, int millis, double from, double until, int times) {
    for (int i = 0; i < count; i++) {
      long at = Math.round((from + (until - from) * i / count) * MILLIS);
      all.add(new Arrival(at, route + "?" + millis, times - 1));
    }
    return this;
  }

  /** Adds a request whose work takes between half and one and a half times the given time. */
  private void add(double atMillis, String route, int millis) {
    long waits = Math.round(millis * (0.5 + random.nextDouble()));
    all.add(new Arrival(Math.round(atMillis), route + "?" + waits, 0));
  }

  List<Arrival> all() {
    return List.copyOf(all);
  }
}
