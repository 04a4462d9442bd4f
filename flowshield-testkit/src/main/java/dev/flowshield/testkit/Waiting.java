package dev.flowshield.testkit;

import dev.flowshield.Decision;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Asking to wait, and what is required of the answer. */
final class Waiting {

  static final String KEY = "alice";
  static final Duration HOUR = Duration.ofHours(1);

  private Waiting() {}

  /** Asks to wait; permits that are admitted then, or later, count as used then. */
  static CompletableFuture<Decision> acquire(Trial trial, long permits, Duration maxWait) {
    return acquire(trial, KEY, permits, maxWait);
  }

  /** The same for another key. */
  static CompletableFuture<Decision> acquire(
      Trial trial, String key, long permits, Duration maxWait) {
    CompletableFuture<Decision> waiting = trial.limiter().acquireAsync(key, permits, maxWait);
    String call = "acquireAsync('" + key + "', " + permits + ", " + maxWait + ")";
    if (waiting.isCompletedExceptionally()) {
      waiting.join(); // throws, as a call that fails at once
    }
    trial.step(call + ": "
        + (waiting.isDone()
            ? Answers.checked(trial, Answers.of(trial, call, waiting), permits)
            : "waits"));
    CompletableFuture<Void> unused = waiting.thenAccept(decision -> {
      if (decision.isAdmitted()) {
        trial.use(key, permits);
      }
    });
    return waiting;
  }

  static String asked(Trial trial, long permits, Duration maxWait) {
    return trial.limiter().acquireAsync(KEY, permits, maxWait).toString();
  }

  static void requireAsBefore(Trial trial, long wait, String reason) {
    long told = trial.rejects(KEY, 1, "the burst is spent").retryAfterNanos();
    if (told != wait) {
      throw trial.fault("retryAfterNanos after a wait was given up", wait, told, reason);
    }
    requireNothingPending(trial);
    trial.turn(wait);
    trial.hasExactly(KEY, permitsAfter(trial, wait), reason);
  }

  /** What another limiter has, whose burst was spent as long ago. */
  static long permitsAfter(Trial trial, long wait) {
    Trial undisturbed = trial.again();
    undisturbed.spend(KEY);
    undisturbed.turn(wait);
    return undisturbed.takeAll(KEY);
  }

  static void requireWaiting(Trial trial, CompletableFuture<Decision> waiting, String reason) {
    if (waiting.isDone()) {
      throw trial.fault(
          "the answer to acquire", "still to come", Answers.of(trial, "acquire", waiting), reason);
    }
  }

  static void requireAdmitted(Trial trial, CompletableFuture<Decision> waiting, String reason) {
    if (!waiting.isDone()) {
      throw trial.fault("the answer to acquire", "admitted", "no answer yet", reason);
    }
    Decision decision = Answers.of(trial, "acquire", waiting);
    if (!decision.isAdmitted()) {
      throw trial.fault("the answer to acquire", "admitted", decision, reason);
    }
  }

  static void requireNothingPending(Trial trial) {
    if (trial.ticker().pending() != 0) {
      throw trial.fault(
          "what the limiter waits for when no caller waits",
          "nothing",
          trial.ticker().pending() + " futures of the ticker",
          "cancel a future that is no longer needed");
    }
  }
}
