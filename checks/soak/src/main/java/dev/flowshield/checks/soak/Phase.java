package dev.flowshield.checks.soak;

import java.util.concurrent.atomic.AtomicLong;

/** A time of traffic, over when so many requests were sent or its end is there. Thread-safe. */
final class Phase {

  private final int clients;
  private final AtomicLong left;
  private final long end;

  /**
   * Begins now.
   *
   * @param clients how many send at a time
   * @param requests that they send together
   * @param nanos it takes at most
   */
  Phase(int clients, long requests, long nanos) {
    this.clients = clients;
    this.left = new AtomicLong(requests);
    this.end = System.nanoTime() + nanos;
  }

  int clients() {
    return clients;
  }

  /** Whether one more request is to be sent, by the caller. */
  boolean next() {
    return left.get() > 0 && System.nanoTime() - end < 0 && left.getAndDecrement() > 0;
  }
}
