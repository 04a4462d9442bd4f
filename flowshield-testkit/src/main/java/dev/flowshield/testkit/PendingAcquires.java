package dev.flowshield.testkit;

import dev.flowshield.Decision;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Calls of {@code acquireAsync} and the requirements on their results. */
final class PendingAcquires {

  static final String KEY = "alice";
  static final Duration HOUR = Duration.ofHours(1);

  private PendingAcquires() {}

  /** Calls {@code acquireAsync}. Permits count as used when they are admitted, now or later. */
  static CompletableFuture<Decision> acquire(
      LimiterFixture fixture, long permits, Duration maxWait) {
    return acquire(fixture, KEY, permits, maxWait);
  }

  /** Calls {@code acquireAsync} for the given key. */
  static CompletableFuture<Decision> acquire(
      LimiterFixture fixture, String key, long permits, Duration maxWait) {
    CompletableFuture<Decision> waiting = fixture.limiter().acquireAsync(key, permits, maxWait);
    String call = "acquireAsync('" + key + "', " + permits + ", " + maxWait + ")";
    if (waiting.isCompletedExceptionally()) {
      waiting.join(); // throws, as a failing call would
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

  /** Returns the available permits of a new limiter whose burst was spent the same time ago. */
  static long permitsAfter(LimiterFixture fixture, long wait) {
    LimiterFixture undisturbed = fixture.fresh();
    undisturbed.spend(KEY);
    undisturbed.turn(wait);
    return undisturbed.takeAll(KEY);
  }

  static void requireWaiting(
      LimiterFixture fixture, CompletableFuture<Decision> waiting, String reason) {
    if (waiting.isDone()) {
      throw fixture.fault(
          "the result of acquire", "pending", Results.of(fixture, "acquire", waiting), reason);
    }
  }

  static void requireAdmitted(
      LimiterFixture fixture, CompletableFuture<Decision> waiting, String reason) {
    if (!waiting.isDone()) {
      throw fixture.fault("the result of acquire", "admitted", "pending", reason);
    }
    Decision decision = Results.of(fixture, "acquire", waiting);
    if (!decision.isAdmitted()) {
      throw fixture.fault("the result of acquire", "admitted", decision, reason);
    }
  }

  static void requireNothingPending(LimiterFixture fixture) {
    if (fixture.ticker().pending() != 0) {
      throw fixture.fault(
          "the pending futures of the limiter when no caller waits",
          "nothing",
          fixture.ticker().pending() + " futures of the ticker",
          "cancel a future that is no longer needed");
    }
  }
}
