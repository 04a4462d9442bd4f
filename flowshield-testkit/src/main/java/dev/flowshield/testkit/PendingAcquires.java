package dev.flowshield.testkit;

import dev.flowshield.Decision;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Asking to wait, and what is required of the answer. */
final class PendingAcquires {

  static final String KEY = "alice";
  static final Duration HOUR = Duration.ofHours(1);

  private PendingAcquires() {}

  /** Asks to wait; permits that are admitted then, or later, count as used then. */
  static CompletableFuture<Decision> acquire(LimiterFixture fixture, long permits, Duration maxWait) {
    return acquire(fixture, KEY, permits, maxWait);
  }

  /** The same for another key. */
  static CompletableFuture<Decision> acquire(
      LimiterFixture fixture, String key, long permits, Duration maxWait) {
    CompletableFuture<Decision> waiting = fixture.limiter().acquireAsync(key, permits, maxWait);
    String call = "acquireAsync('" + key + "', " + permits + ", " + maxWait + ")";
    if (waiting.isCompletedExceptionally()) {
      waiting.join(); // throws, as a call that fails at once
    }
    fixture.step(call + ": "
        + (waiting.isDone()
            ? Results.checked(fixture, Results.of(fixture, call, waiting), permits)
            : "waits"));
    CompletableFuture<Void> unused = waiting.thenAccept(decision -> {
      if (decision.isAdmitted()) {
        fixture.use(key, permits);
      }
    });
    return waiting;
  }

  static String asked(LimiterFixture fixture, long permits, Duration maxWait) {
    return fixture.limiter().acquireAsync(KEY, permits, maxWait).toString();
  }

  static void requireAsBefore(LimiterFixture fixture, long wait, String reason) {
    long told = fixture.rejects(KEY, 1, "the burst is spent").retryAfterNanos();
    if (told != wait) {
      throw fixture.fault("retryAfterNanos after a wait was given up", wait, told, reason);
    }
    requireNothingPending(fixture);
    fixture.turn(wait);
    fixture.hasExactly(KEY, permitsAfter(fixture, wait), reason);
  }

  /** What another limiter has, whose burst was spent as long ago. */
  static long permitsAfter(LimiterFixture fixture, long wait) {
    LimiterFixture undisturbed = fixture.again();
    undisturbed.spend(KEY);
    undisturbed.turn(wait);
    return undisturbed.takeAll(KEY);
  }

  static void requireWaiting(LimiterFixture fixture, CompletableFuture<Decision> waiting, String reason) {
    if (waiting.isDone()) {
      throw fixture.fault(
          "the answer to acquire", "still to come", Results.of(fixture, "acquire", waiting), reason);
    }
  }

  static void requireAdmitted(LimiterFixture fixture, CompletableFuture<Decision> waiting, String reason) {
    if (!waiting.isDone()) {
      throw fixture.fault("the answer to acquire", "admitted", "no answer yet", reason);
    }
    Decision decision = Results.of(fixture, "acquire", waiting);
    if (!decision.isAdmitted()) {
      throw fixture.fault("the answer to acquire", "admitted", decision, reason);
    }
  }

  static void requireNothingPending(LimiterFixture fixture) {
    if (fixture.ticker().pending() != 0) {
      throw fixture.fault(
          "what the limiter waits for when no caller waits",
          "nothing",
          fixture.ticker().pending() + " futures of the ticker",
          "cancel a future that is no longer needed");
    }
  }
}
