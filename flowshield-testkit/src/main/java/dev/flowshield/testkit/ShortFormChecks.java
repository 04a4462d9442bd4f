package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.RateLimiter.Capability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Checks of the short forms, which leave out the key, the permits or both. */
final class ShortFormChecks {

  private static final String KEY = "alice";
  private static final int STEPS = 200;

  /** A call of a short form. Returns whether the permits were taken. */
  private interface ShortCall {
    boolean run(RateLimiter limiter, long permits) throws Exception;
  }

  /** A short form, and the arguments that it implies. */
  private record Form(String text, String key, boolean isOfOne, ShortCall call) {}

  private static final List<Form> DECIDING = List.of(
      new Form("decide(key)", KEY, true, (limiter, n) -> limiter.decide(KEY).isAdmitted()),
      new Form("decide(permits)", "", false, (limiter, n) -> limiter.decide(n).isAdmitted()),
      new Form("decide()", "", true, (limiter, n) -> limiter.decide().isAdmitted()),
      new Form("tryAcquire(key)", KEY, true, (limiter, n) -> limiter.tryAcquire(KEY)),
      new Form("tryAcquire(permits)", "", false, RateLimiter::tryAcquire),
      new Form("tryAcquire()", "", true, (limiter, n) -> limiter.tryAcquire()));

  private static final List<Form> WAITING = List.of(
      new Form(
          "acquire(key, 0s)",
          KEY,
          true,
          (limiter, n) -> limiter.acquire(KEY, Duration.ZERO).isAdmitted()),
      new Form(
          "acquire(0s)",
          "",
          true,
          (limiter, n) -> limiter.acquire(Duration.ZERO).isAdmitted()),
      new Form(
          "acquireAsync(key, 0s)",
          KEY,
          true,
          (limiter, n) -> limiter.acquireAsync(KEY, Duration.ZERO).join().isAdmitted()),
      new Form(
          "acquireAsync(0s)",
          "",
          true,
          (limiter, n) -> limiter.acquireAsync(Duration.ZERO).join().isAdmitted()));

  private ShortFormChecks() {}

  static void takeOnePermitOrLeaveOutTheKey(RateLimiterContract contract) throws Exception {
    List<Form> forms = new ArrayList<>(DECIDING);
    if (CapabilityChecks.has(contract, Capability.ACQUIRE)) {
      forms.addAll(WAITING);
    }
    for (RateLimit limit : ContractLimits.of(contract)) {
      takeOnePermitOrLeaveOutTheKey(contract, limit, forms);
    }
  }

  private static void takeOnePermitOrLeaveOutTheKey(
      RateLimiterContract contract, RateLimit limit, List<Form> forms) throws Exception {
    Random random = LimiterFixture.random();
    LimiterFixture inFull = new LimiterFixture(contract, limit);
    LimiterFixture inShort = new LimiterFixture(contract, limit);
    for (int step = 0; step < STEPS; step++) {
      Form form = forms.get(random.nextInt(forms.size()));
      long permits = form.isOfOne ? 1 : 1 + random.nextLong(limit.burst());
      Decision decision = inFull.decide(form.key, permits);
      boolean taken = form.call.run(inShort.limiter(), permits);
      if (taken != decision.isAdmitted()) {
        throw inFull.fault(
            form.text + " for " + permits + " permits",
            decision.isAdmitted() ? "admitted" : "rejected",
            taken ? "admitted" : "rejected",
            "a short form implies one permit or the empty key, and otherwise returns the same");
      }
      long time = random.nextLong(1 + 2 * (limit.period().toNanos() / limit.permits()));
      inFull.turn(time);
      inShort.turn(time);
    }
  }
}
