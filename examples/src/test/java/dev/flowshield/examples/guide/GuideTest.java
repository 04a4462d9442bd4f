package dev.flowshield.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.RateLimiter.Capability;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The promises of docs/guide.md about a limiter. */
class GuideTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  @Test
  void aRejectionStatesTheWait() {
    RateLimiter limiter = limiter("2/min");

    assertThat(Rejections.greet(limiter, "alice")).isEqualTo("hello alice");
    assertThat(Rejections.greet(limiter, "alice")).isEqualTo("hello alice");
    assertThat(Rejections.greet(limiter, "alice")).isEqualTo("alice, come back in PT30S");
    assertThat(Rejections.greet(limiter, "bob")).isEqualTo("hello bob");
    ticker.advance(Duration.ofSeconds(30));
    assertThat(Rejections.greet(limiter, "alice")).isEqualTo("hello alice");
  }

  // snippet: guide-test
  @Test
  void threeAMinuteAreThreeAMinute() {
    ManualTicker time = ManualTicker.atZero();
    RateLimiter limiter =
        RateLimiter.of("token-bucket", LimiterSpec.of(RateLimit.parse("3/min")).withTicker(time));
    assertThat(limiter.tryAcquire("alice", 3)).isTrue();
    assertThat(limiter.tryAcquire("alice")).isFalse();
    time.advance(Duration.ofSeconds(20));
    assertThat(limiter.tryAcquire("alice")).isTrue();
  }
  // end

  @Nested
  class ByName {

    @Test
    void eachIsFoundAndCanDoAllThatFollows() {
      assertThat(Algorithms.all()).allSatisfy(limiter -> {
        assertThat(limiter.tryAcquire("alice")).isTrue();
        assertThat(limiter.capabilities()).containsExactlyInAnyOrder(Capability.values());
      });
    }

    @ParameterizedTest
    @ValueSource(strings = {"token-bucket", "fixed-window", "sliding-window"})
    void eachKeepsSeveralLimitsAndChangesThem(String name) {
      RateLimiter limiter = RateLimiter.of(
          name, LimiterSpec.ofAll(RateLimit.parseAll("2/s, 4/h")).withTicker(ticker));
      assertThat(limiter.tryAcquire("alice", 2)).isTrue();
      assertThat(limiter.tryAcquire("alice")).isFalse();
      limiter.changeTo("8/s, 8/h");
      assertThat(limiter.decide("alice").limits())
          .extracting(LimitStatus::remaining)
          .containsExactly(0L, 4L);
    }

    @Test
    void aFixedWindowRefillsAtMidnight() {
      LimiterSpec spec = LimiterSpec.of(RateLimit.parse("3/day"))
          .withOption("utc-offset", "+01:00")
          .withInstantSource(() -> Instant.parse("2026-11-24T22:59:30Z"))
          .withTicker(ticker);
      RateLimiter limiter = RateLimiter.of("fixed-window", spec);

      assertThat(limiter.tryAcquire("alice", 3)).isTrue();
      assertThat(retryAfter(limiter)).isEqualTo(Duration.ofSeconds(30));
      ticker.advance(Duration.ofSeconds(30));
      assertThat(limiter.tryAcquire("alice", 3)).isTrue();
    }

    @Test
    void aSlidingWindowRefillsAsPermitsFade() {
      RateLimiter limiter = RateLimiter.of(
          "sliding-window", LimiterSpec.of(RateLimit.parse("6/min")).withTicker(ticker));

      assertThat(limiter.tryAcquire("alice", 6)).isTrue();
      ticker.advance(Duration.ofSeconds(60)); // the full minute
      assertThat(limiter.tryAcquire("alice")).isFalse();
      ticker.advance(Duration.ofSeconds(10));
      assertThat(limiter.tryAcquire("alice")).isTrue();
      assertThat(limiter.tryAcquire("alice")).isFalse();
    }

    private Duration retryAfter(RateLimiter limiter) {
      return ((Decision.Rejected) limiter.decide("alice")).retryAfter();
    }
  }

  @Test
  void namesTheLimitThatRejects() {
    RateLimiter limiter = limiter("2/s, 5/h");

    assertThat(SeveralLimits.explain(limiter.decide("alice"))).isEqualTo("1 left");
    assertThat(SeveralLimits.explain(limiter.decide("alice"))).isEqualTo("0 left");
    assertThat(SeveralLimits.explain(limiter.decide("alice"))).isEqualTo("2/s rejects for PT0.5S");
    ticker.advance(Duration.ofSeconds(1));
    assertThat(limiter.tryAcquire("alice", 2)).isTrue();
    ticker.advance(Duration.ofSeconds(1));
    assertThat(limiter.tryAcquire("alice")).isTrue();
    assertThat(SeveralLimits.explain(limiter.decide("alice")))
        .isEqualTo("5/h rejects for PT11M58S");
    assertThat(SeveralLimits.limiter().tryAcquire("alice", 2)).isTrue();
  }

  @Nested
  class WhoWaits {

    private final RateLimiter limiter = limiter("1/4s");
    private final List<String> sent = new ArrayList<>();

    @Test
    void sendsWhenThePermitIsThere() throws Exception {
      assertThat(Waiting.send(limiter, () -> sent.add("first"))).isTrue();
      ExecutorService thread = Executors.newSingleThreadExecutor();
      try {
        Future<Boolean> second =
            thread.submit(() -> Waiting.send(limiter, () -> sent.add("second")));
        ticker.awaitPending(1);
        assertThat(Waiting.send(limiter, () -> sent.add("third")))
            .as("it would have to wait for 8 seconds")
            .isFalse();
        ticker.advance(Duration.ofSeconds(4));
        assertThat(second.get()).isTrue();
      } finally {
        thread.shutdownNow();
      }
      assertThat(sent).containsExactly("first", "second");
    }

    @Test
    void sendsWithoutAThreadThatWaits() {
      assertThat(sendLater("first")).isCompleted();
      CompletableFuture<Void> second = sendLater("second");
      assertThat(sendLater("third")).as("rejected at once").isCompleted();
      assertThat(second).isNotDone();
      ticker.advance(Duration.ofSeconds(4));

      assertThat(second).isCompleted();
      assertThat(sent).containsExactly("first", "second");
    }

    @Test
    void reportsAFullQueue() {
      RateLimiter wide = Waiting.limiter();
      assertThat(wide.tryAcquire(10)).isTrue();
      Duration hour = Duration.ofHours(1);
      List<CompletableFuture<Decision>> calls = // more than may wait: some are served
          Stream.generate(() -> wide.acquireAsync(hour)).limit(6_000).toList();

      assertThat(calls.stream()
              .filter(CompletableFuture::isDone)
              .map(CompletableFuture::join)
              .filter(Decision.Rejected.class::isInstance)
              .map(rejected -> Waiting.explain((Decision.Rejected) rejected)))
          .isNotEmpty()
          .containsOnly("too many wait already");
      assertThat(wide.acquireAsync(Duration.ZERO).join())
          .isInstanceOfSatisfying(
              Decision.Rejected.class,
              rejected -> assertThat(Waiting.explain(rejected)).startsWith("it would take PT"));
      calls.forEach(call -> call.cancel(false));
    }

    @Test
    void refundsByCancelling() {
      assertThat(limiter.tryAcquire("partner")).isTrue();
      CompletableFuture<Decision> waiting =
          limiter.acquireAsync("partner", 1, Duration.ofSeconds(5));
      waiting.cancel(false);
      ticker.advance(Duration.ofSeconds(4));

      assertThat(limiter.tryAcquire("partner")).isTrue();
    }

    private CompletableFuture<Void> sendLater(String call) {
      return Waiting.sendLater(limiter, () -> sent.add(call), Runnable::run);
    }
  }

  @Nested
  class TheStart {

    @Test
    void startsEmptyAndTakesAddedPermits() {
      RateLimiter empty = Starting.limiter();
      assertThat(empty.tryAcquire("alice")).isFalse();
      assertThat(empty.tryAcquire()).isFalse();
      Operator.add(empty, "alice");
      assertThat(empty.tryAcquire("alice", 100)).isTrue();
      assertThat(empty.tryAcquire("alice", 2)).isFalse();
    }
  }

  @Nested
  class WhatIsSettled {

    private final RateLimiter tokens = limiter("1000/min");

    @Test
    void refundsUnusedPermits() {
      assertThat(ask(question -> 100)).isTrue();
      assertThat(tokens.peek("alice").remaining()).isEqualTo(900);
    }

    @Test
    void chargesMoreThanTheEstimate() {
      assertThat(ask(question -> 1_600)).isTrue();
      assertThat(ask(question -> 1)).isFalse();
      ticker.advance(Duration.ofSeconds(66)); // 600 are owed and 500 requested
      assertThat(ask(question -> 1)).isTrue();
    }

    @Test
    void refundsEverythingIfTheModelFails() {
      assertThatThrownBy(() -> ask(question -> {
            throw new IllegalStateException("no answer");
          }))
          .hasMessage("no answer");
      assertThat(tokens.peek("alice").remaining()).isEqualTo(1_000);
    }

    private boolean ask(ToIntFunction<String> model) {
      return LanguageModel.ask(tokens, "alice", "why?", model);
    }
  }

  @Test
  void otherLimitsHoldAtOnceAndKeepWhatIsSpentInProportion() {
    RateLimiter limiter = limiter("100/min");
    assertThat(limiter.tryAcquire("alice", 50)).isTrue();

    LiveChange.change(limiter);
    assertThat(limiter.peek("alice").remaining()).isEqualTo(100);
    assertThatThrownBy(() -> limiter.changeTo("100000000/s"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(limiter.peek("alice").remaining()).isEqualTo(100);
  }

  @Test
  void operatorsPeekAndReset() {
    RateLimiter limiter = limiter("2/min");
    assertThat(limiter.tryAcquire("alice")).isTrue();
    Operator.forgiveIfRejected(limiter, "alice");
    assertThat(limiter.peek("alice").remaining()).isEqualTo(1);
    assertThat(limiter.tryAcquire("alice")).isTrue();
    Operator.forgiveIfRejected(limiter, "alice");
    assertThat(limiter.peek("alice").remaining()).isEqualTo(2);
  }

  private RateLimiter limiter(String limit) {
    return RateLimiter.of(
        "token-bucket", LimiterSpec.ofAll(RateLimit.parseAll(limit)).withTicker(ticker));
  }
}
