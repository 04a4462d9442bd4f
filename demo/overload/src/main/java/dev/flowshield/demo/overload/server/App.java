package dev.flowshield.demo.overload.server;

import dev.flowshield.http.HttpShield;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What each server runs: the work, behind a shield or none. */
final class App {

  static final String ANSWER = "done\n";

  private final Work work;
  private final long roundsPerMilli;
  private final @Nullable HttpShield shield;
  private final AtomicInteger working = new AtomicInteger();

  App(Work work, long roundsPerMilli, @Nullable HttpShield shield) {
    this.work = work;
    this.roundsPerMilli = roundsPerMilli;
    this.shield = shield;
  }

  /** Does the work for one request. */
  void work() throws InterruptedException {
    working.incrementAndGet();
    try {
      work.run(roundsPerMilli);
    } finally {
      working.decrementAndGet();
    }
  }

  @Nullable
  HttpShield shield() {
    return shield;
  }

  /** What the shield holds to be in flight, or without one, the threads that work or wait to. */
  int inFlight() {
    return shield == null ? working.get() : shield.stats().inFlight();
  }
}
