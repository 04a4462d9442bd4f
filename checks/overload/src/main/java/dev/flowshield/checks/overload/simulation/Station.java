package dev.flowshield.checks.overload.simulation;

/** Where admitted requests are worked on. When work ends is an event. */
interface Station {

  /** Work on a request may begin. */
  void work(Request request, long now);

  /** Work on a request has ended: the event has happened. */
  void ended(long now);

  /** Work ends somewhere, or does not yet. */
  default void look(long now) {}

  /** There are more workers or processors, or fewer. */
  void change(int count, long now);

  /** A rejection has cost something, in nanoseconds of work. */
  void rejected(double nanos, long now);

  /** A request computes something beside its work. */
  void computed(double nanos);

  /** How long processors have been busy until now, in nanoseconds. */
  double processorNanos(long now);
}
