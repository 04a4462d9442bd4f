package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keeps permits elsewhere; the test decides when it answers, and what. */
final class LaterLimiter implements RateLimiter {

  /** The questions without an answer, in the order they came. */
  final Deque<CompletableFuture<Reservation>> asked = new ArrayDeque<>();

  /** What was used of each reservation that was settled. */
  final List<Long> used = new ArrayList<>();

  @Override
  public Decision decide(String key, long permits) {
    throw new AssertionError("a caller would wait");
  }

  @Override
  public Reservation reserve(String key, long permits) {
    throw new AssertionError("a caller would wait");
  }

  @Override
  public CompletionStage<Reservation> reserveAsync(String key, long permits) {
    CompletableFuture<Reservation> answer = new CompletableFuture<>();
    asked.add(answer);
    return answer;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(Capability.RESERVE);
  }

  Reservation held() {
    return new Reservation.Held(1, new Decision.Admitted(4), used::add);
  }

  void admit() {
    asked.remove().complete(held());
  }

  void reject(Duration retryAfter) {
    asked
        .remove()
        .complete(new Reservation.Rejected(new Decision.Rejected(0, retryAfter.toNanos())));
  }
}
