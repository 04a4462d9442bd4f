package dev.flowshield.checks.overload.scenario;

import java.util.ArrayList;
import java.util.List;

/**
 * A value that changes at known instants.
 *
 * @param changes the changes in order of time, the first at 0
 */
public record Timeline<T>(List<Change<T>> changes) {

  /**
   * A value from an instant on.
   *
   * @param from the instant in nanoseconds
   */
  public record Change<T>(long from, T value) {}

  /** Creates a timeline with a copy of the list. */
  public Timeline {
    changes = List.copyOf(changes);
  }

  /** Returns a constant value. */
  public static <T> Timeline<T> of(T value) {
    return new Timeline<>(List.of(new Change<>(0, value)));
  }

  /** Returns this timeline with another value from an instant on. */
  public Timeline<T> with(long from, T value) {
    List<Change<T>> all = new ArrayList<>(changes);
    all.removeIf(change -> change.from >= from);
    all.add(new Change<>(from, value));
    return new Timeline<>(all);
  }

  /** Returns the initial value. */
  public T first() {
    return changes.get(0).value;
  }

  /** Returns the value at an instant. */
  public T at(long instant) {
    int last = 0;
    int after = changes.size();
    while (after - last > 1) {
      int middle = (last + after) >>> 1;
      if (changes.get(middle).from > instant) {
        after = middle;
      } else {
        last = middle;
      }
    }
    return changes.get(last).value;
  }
}
