package dev.flowshield.demo.overload.server;

import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.HttpShield;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The application of each server: the work, and what protects it. */
final class App {

  /**
   * More than any client sends, because the cap is what is tried. But without a limit for each, the
   * shield does not tell clients apart.
   */
  private static final String PER_CLIENT = "100000/s";

  static final String ANSWER = "done\n";

  private final Work work;
  private final long roundsPerMilli;
  private final @Nullable HttpShield shield;
  private final @Nullable Gate gate;
  private final int ownLimit;
  private final AtomicInteger working = new AtomicInteger();

  App(Work work, long roundsPerMilli, Protection protection) {
    this.work = work;
    this.roundsPerMilli = roundsPerMilli;
    this.shield = shield(protection);
    this.gate = Gate.of(protection);
    this.ownLimit = protection.kind() == Protection.Kind.OWN ? protection.limit() : 0;
  }

  private static @Nullable HttpShield shield(Protection protection) {
    return switch (protection.kind()) {
      case AUTO ->
        HttpShield.builder()
            .perClient(PER_CLIENT)
            .inFlight(InFlightLimit.auto())
            .build();
      case AUTO_PLATEAU ->
        HttpShield.builder()
            .perClient(PER_CLIENT)
            .inFlight(InFlightLimit.auto())
            .operations(o -> o.engine(FlowShieldBuilder::shedOnPlateau))
            .build();
      case HAND ->
        HttpShield.builder().perClient(PER_CLIENT).inFlight(protection.limit()).build();
      default -> null;
    };
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

  @Nullable
  Gate gate() {
    return gate;
  }

  /** Returns the cap to set by the server's own means; 0 for none. */
  int ownLimit() {
    return ownLimit;
  }

  /** Returns the shield's count of requests in flight, or without one, that of threads at work. */
  int inFlight() {
    return shield == null ? working.get() : shield.stats().inFlight();
  }
}
