package dev.flowshield.testkit;

import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Checks of several keys, and of floods of keys. */
final class ManyKeysChecks {

  private static final int STRANGERS = 10_000;
  private static final int MIN_FLOOD_SIZE = 40_000; // of which the limiter must not hold most
  private static final int MAX_KEYS = 1_000;
  private static final int KNOWN = 10;
  private static final int NEWCOMERS = 100;

  // Every hundredth key of the flood is watched. Twenty times the maximum number of keys is then
  // one key in ten.
  private static final int WATCHED_ONE_IN = 100;
  private static final int MOST_HELD = 20 * MAX_KEYS / WATCHED_ONE_IN;

  private ManyKeysChecks() {}

  static void keysAreIndependent(RateLimiterContract contract) {
    for (RateLimit limit : ContractLimits.of(contract)) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      // Strings with equal hash codes, and keys that differ in one character, in case or in length
      // only.
      List<String> keys = List.of(
          "Aa", "BB", "AaAa", "BBBB", "AaBB", "a", "A", "b", " ", "a ", "\0", "\0\0", "\u00e9",
          "e\u0301");
      for (String key : keys) {
        fixture.hasExactly(
            key, limit.burst(), "each key has an allowance of its own: compare keys, not hashes");
      }
      for (String key : keys) {
        fixture.rejects(key, 1, "each key has spent its burst");
      }
    }
    LimiterFixture fixture = new LimiterFixture(contract, ContractLimits.first(contract));
    fixture.spend("alice");
    for (int stranger = 0; stranger < STRANGERS; stranger++) {
      fixture.spend("stranger-" + stranger);
    }
    fixture.rejects("alice", 1, "the key has spent its burst, and other keys give it nothing");
  }

  static void theEmptyKeyIsAKey(RateLimiterContract contract) {
    LimiterFixture fixture = new LimiterFixture(contract, ContractLimits.first(contract));
    fixture.spend("");
    fixture.rejects("", 1, "the empty key is a key like any other, and spent");
    RateLimiter limiter = fixture.limiter();
    if (limiter.tryAcquire() || limiter.decide().isAdmitted()) {
      throw fixture.fault(
          "a call without a key, after the burst of the empty key is spent",
          "rejected",
          "admitted",
          "both are one allowance");
    }
    fixture.spend("alice");
  }

  static void rejectsANullKey(RateLimiterContract contract) {
    LimiterFixture fixture = new LimiterFixture(contract, ContractLimits.first(contract));
    RejectionChecks.require(
        fixture,
        NullPointerException.class,
        "decide without a key",
        () -> fixture.limiter().decide(noKey(), 1));
    RejectionChecks.require(
        fixture,
        NullPointerException.class,
        "tryAcquire without a key",
        () -> fixture.limiter().tryAcquire(noKey(), 1));
    RejectionChecks.requireAsync(
        fixture,
        NullPointerException.class,
        "decideAsync without a key",
        () -> fixture.limiter().decideAsync(noKey(), 1));
  }

  @SuppressWarnings("NullAway") // a caller without null checks could pass this
  private static String noKey() {
    return null;
  }

  static void rejectsAKeyThatIsTooLong(RateLimiterContract contract) {
    LimiterFixture fixture = new LimiterFixture(contract, ContractLimits.first(contract));
    String longest = "k".repeat(RateLimiter.MAX_KEY_LENGTH);
    RejectionChecks.require(
        fixture,
        IllegalArgumentException.class,
        "decide with a key of " + (RateLimiter.MAX_KEY_LENGTH + 1) + " characters",
        () -> fixture.limiter().decide(longest + "k", 1));
    fixture.spend(longest);
    fixture.rejects(longest, 1, "the longest key is a key like any other, and spent");
    fixture.spend("k".repeat(RateLimiter.MAX_KEY_LENGTH - 1) + "x");
  }

  private static int floodSize(RateLimiterContract contract) {
    int flood = contract.floodSize();
    if (flood < MIN_FLOOD_SIZE) {
      throw new AssertionError("floodSize() must be at least " + MIN_FLOOD_SIZE + ", got " + flood
          + ": fewer would not show whether the limiter holds them");
    }
    return flood;
  }

  static void neverForgivesASpentKeyInAFlood(RateLimiterContract contract) {
    int flood = floodSize(contract);
    LimiterFixture fixture = small(contract);
    for (int known = 0; known < KNOWN; known++) {
      fixture.spend("known-" + known);
    }
    Random random = LimiterFixture.random();
    for (int stranger = 0; stranger < flood; stranger++) {
      fixture.limiter().tryAcquire("stranger-" + random.nextLong(), 1);
      if (stranger % 10_000 == 0) {
        requireSpent(fixture);
      }
    }
    requireSpent(fixture);
  }

  private static void requireSpent(LimiterFixture fixture) {
    for (int known = 0; known < KNOWN; known++) {
      fixture.rejects(
          "known-" + known,
          1,
          "a spent key is never forgotten: let new keys share, or wait, when memory is full");
    }
  }

  static void admitsNewKeysAfterAFlood(RateLimiterContract contract) {
    int flood = floodSize(contract);
    LimiterFixture fixture = small(contract);
    for (int stranger = 0; stranger < flood; stranger++) {
      fixture.limiter().tryAcquire("stranger-" + stranger, 1);
    }
    fixture.turn(fixture.idleNanos());
    for (int newcomer = 0; newcomer < NEWCOMERS; newcomer++) {
      fixture.admits(
          "newcomer-" + newcomer, 1, "the earlier keys are idle, so their memory can be reused");
    }
  }

  static void holdsNoMoreKeysThanAllowed(RateLimiterContract contract) {
    int flood = floodSize(contract);
    LimiterFixture fixture = small(contract);
    List<WeakReference<String>> watched = new ArrayList<>();
    for (int stranger = 0; stranger < flood; stranger++) {
      String key = "stranger-" + stranger;
      if (stranger % WATCHED_ONE_IN == 0) {
        watched.add(new WeakReference<>(key));
      }
      fixture.limiter().tryAcquire(key, 1);
    }
    // No statement is possible if the JVM does not collect on request.
    WeakReference<Object> anything = new WeakReference<>(new Object());
    System.gc();
    long held = watched.stream().filter(key -> key.get() != null).count();
    if (anything.get() == null && held > MOST_HELD) {
      throw fixture.fault(
          "keys held after " + flood + " arrived, with maxKeys " + MAX_KEYS,
          "at most " + MOST_HELD * WATCHED_ONE_IN,
          "about " + held * WATCHED_ONE_IN,
          "remove idle keys, and store no new keys beyond maxKeys");
    }
    fixture.limiter().tryAcquire("stranger-0", 1); // so that the limiter itself is not collected
  }

  private static LimiterFixture small(RateLimiterContract contract) {
    return new LimiterFixture(
        contract, ContractLimits.first(contract), 0, spec -> spec.withMaxKeys(MAX_KEYS));
  }
}
