package dev.flowshield.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** When requests arrive, and for how long the work of each waits. The same in each run. */
final class Arrivals {

  private static final int MILLIS = 1000; // in a second

  /** A request, and how often the same client sends it again once it is answered. */
  record Arrival(long atMillis, String path, int again) {}

  private final List<Arrival> all = new ArrayList<>();
  private final Random random = new Random(1);

  /** Adds requests at a steady rate, from one second to another. */
  Arrivals eachSecond(int count, String route, int millis, double from, double until) {
    long total = Math.round(count * (until - from));
    for (int i = 0; i < total; i++) {
      add((from + (double) i / count) * MILLIS, route, millis);
    }
    return this;
  }

  /** Adds requests that arrive together. */
  Arrivals atOnce(int count, String route, int millis, double second) {
    for (int i = 0; i < count; i++) {
      add(second * MILLIS, route, millis);
    }
    return this;
  }

  /** Adds clients that arrive at a steady rate. Each asks so often, at once after each answer. */
  Arrivals polls(int count, String route, int millis, double from, double until, int times) {
    for (int i = 0; i < count; i++) {
      long at = Math.round((from + (until - from) * i / count) * MILLIS);
      all.add(new Arrival(at, route + "?" + millis, times - 1));
    }
    return this;
  }

  /** Its work waits for half as long to one and a half times as long. */
  private void add(double atMillis, String route, int millis) {
    long waits = Math.round(millis * (0.5 + random.nextDouble()));
    all.add(new Arrival(Math.round(atMillis), route + "?" + waits, 0));
  }

  List<Arrival> all() {
    return List.copyOf(all);
  }
}
