package dev.flowshield.checks.overload.simulation;

/** A place of work for admitted requests. The end of work is an event. */
interface Station {

  /** Begins work on a request, or queues it. */
  void work(Request request, long now);

  /** Records that work on a request has ended. */
  void ended(long now);

  /** Ends the work that is complete. */
  default void look(long now) {}

  /** Changes the number of workers or processors. */
  void change(int count, long now);

  /** Charges the cost of a rejection, in nanoseconds of work. */
  void rejected(double nanos, long now);

  /** Adds processor time that a request uses beside its work. */
  void computed(double nanos);

  /** Returns the processor time used until now, in nanoseconds. */
  double processorNanos(long now);
}
