package dev.flowshield.examples.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.testkit.ManualTicker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.ratelimiter.RequestNotPermitted;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The statements of docs/coming-from-resilience4j.md about Resilience4j and FlowShield. */
class Resilience4jTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  /** The code of the page: theirs. */
  static final class Theirs {

    // snippet: resilience4j-per-client
    private final RateLimiterRegistry limiters = RateLimiterRegistry.of(RateLimiterConfig.custom()
        .limitForPeriod(2)
        .limitRefreshPeriod(Duration.ofHours(1))
        .timeoutDuration(Duration.ZERO) // otherwise a rejection takes 5 seconds
        .build());

    String greet(String client) {
      try {
        return limiters.rateLimiter(client).executeSupplier(() -> "hello " + client);
      } catch (RequestNotPermitted rejected) {
        return "not now";
      }
    }
    // end

    // snippet: resilience4j-wait
    static boolean pace(RateLimiter limiter) { // up to its timeoutDuration
      return limiter.acquirePermission(1);
    }
    // end

    // snippet: resilience4j-change
    static void change(RateLimiter limiter) {
      limiter.changeLimitForPeriod(20);
    }
    // end
  }

  /** The code of the page: ours. */
  static final class Ours {

    // snippet: from-resilience4j-per-client
    private final FlowShield shield = FlowShield.builder().perKey("2/h").build();

    String greet(String client) {
      return shield.call(
          client, () -> "hello " + client, rejected -> "come back in " + rejected.retryAfter());
    }
    // end

    // snippet: from-resilience4j-wait
    static boolean pace(dev.flowshield.RateLimiter limiter) throws InterruptedException {
      return limiter.acquire(Duration.ofSeconds(2)).isAdmitted();
    }
    // end

    // snippet: from-resilience4j-change
    static void change(dev.flowshield.RateLimiter limiter) {
      limiter.changeTo("20/s");
    }
    // end
  }

  @Test
  void bothRejectTheThirdGreetingOfOneClient() {
    Theirs theirs = new Theirs();
    Ours ours = new Ours();
    for (int visit = 1; visit <= 2; visit++) {
      assertThat(theirs.greet("alice")).isEqualTo("hello alice");
      assertThat(ours.greet("alice")).isEqualTo("hello alice");
    }
    assertThat(theirs.greet("alice")).isEqualTo("not now");
    assertThat(ours.greet("alice")).startsWith("come back in PT");
    assertThat(theirs.greet("bob")).isEqualTo("hello bob");
    assertThat(ours.greet("bob")).isEqualTo("hello bob");
  }

  @Test
  void defaultsAreFiftyEveryFiveHundredNanosecondsAndAWaitOfFiveSeconds() {
    RateLimiterConfig config = RateLimiterConfig.ofDefaults();

    assertThat(config.getLimitForPeriod()).isEqualTo(50);
    assertThat(config.getLimitRefreshPeriod()).isEqualTo(Duration.ofNanos(500));
    assertThat(config.getTimeoutDuration()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void aCycleRefillsAllAtOnceAndATokenBucketOneAfterAnother() {
    RateLimiter limiter = limiter(10, Duration.ZERO);
    dev.flowshield.RateLimiter ours = ours("10/s");
    ticker.advance(Duration.ofMillis(999));
    int theirsTaken = Taking.untilRejected(limiter::acquirePermission);
    int oursTaken = Taking.untilRejected(ours::tryAcquire);
    ticker.advance(Duration.ofMillis(1));
    theirsTaken += Taking.untilRejected(limiter::acquirePermission);
    oursTaken += Taking.untilRejected(ours::tryAcquire);

    assertThat(theirsTaken).isEqualTo(20);
    assertThat(oursTaken).isEqualTo(10);
  }

  @Test
  void aRejectionTakesTheWholeTimeoutInResilience4j() {
    AtomicLong time = new AtomicLong();
    // Each reading is 5 milliseconds after the one before, so that callers hardly wait.
    RateLimiter limiter =
        RateLimiter.of("a", config(1, Duration.ofMillis(20)), () -> time.getAndAdd(5_000_000));
    limiter.acquirePermission();
    long asked = time.get();

    assertThat(limiter.acquirePermission()).isFalse();
    assertThat(Duration.ofNanos(time.get() - asked)).isGreaterThan(Duration.ofMillis(20));
  }

  @Test
  void moreThanOneCycleHasIsTakenFromTheCyclesToComeInResilience4j() {
    RateLimiter limiter = limiter(10, Duration.ofSeconds(5));

    assertThat(limiter.reservePermission(25)).isEqualTo(Duration.ofSeconds(2).toNanos());
    assertThat(ours("10/s").tryAcquire(25)).isFalse();
  }

  @Test
  void otherLimitsWaitForTheNextCycleInResilience4j() {
    RateLimiter limiter = limiter(10, Duration.ZERO);
    Theirs.change(limiter);
    assertThat(Taking.untilRejected(limiter::acquirePermission)).isEqualTo(10);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(Taking.untilRejected(limiter::acquirePermission)).isEqualTo(20);
  }

  @Test
  void otherLimitsHoldAtOnceInFlowShield() {
    dev.flowshield.RateLimiter limiter = ours("10/s");
    Ours.change(limiter);

    assertThat(Taking.untilRejected(limiter::tryAcquire)).isEqualTo(20);
  }

  @Test
  void anInterruptedWaitStaysPaidInResilience4j() {
    RateLimiter limiter = limiter(1, Duration.ofSeconds(2));
    assertThat(Theirs.pace(limiter)).isTrue();
    Thread.currentThread().interrupt();

    assertThat(Theirs.pace(limiter)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(limiter.getMetrics().getAvailablePermissions()).isEqualTo(-1);
  }

  @Test
  void anInterruptedWaitIsRefundedInFlowShield() {
    dev.flowshield.RateLimiter limiter = ours("1/s");
    assertThat(limiter.tryAcquire()).isTrue();
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> Ours.pace(limiter)).isInstanceOf(InterruptedException.class);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(limiter.tryAcquire()).isTrue();
  }

  @Test
  void aRejectionComesAtOnceInFlowShield() throws InterruptedException {
    dev.flowshield.RateLimiter limiter = ours("1/3s");
    assertThat(limiter.tryAcquire()).isTrue();

    assertThat(Ours.pace(limiter)).isFalse();
    assertThat(ticker.pending()).isZero();
  }

  @Test
  void everyNameIsKeptInResilience4j() {
    RateLimiterRegistry limiters = RateLimiterRegistry.of(config(1, Duration.ZERO));
    for (int client = 0; client < 1_000; client++) {
      limiters.rateLimiter("client " + client);
    }
    assertThat(limiters.getAllRateLimiters()).hasSize(1_000);
  }

  private RateLimiter limiter(int permits, Duration timeout) {
    return RateLimiter.of("a", config(permits, timeout), Map.of(), ticker::nanos);
  }

  private static RateLimiterConfig config(int permits, Duration timeout) {
    return RateLimiterConfig.custom()
        .limitForPeriod(permits)
        .limitRefreshPeriod(Duration.ofSeconds(1))
        .timeoutDuration(timeout)
        .build();
  }

  private dev.flowshield.RateLimiter ours(String limit) {
    return dev.flowshield.RateLimiter.of(
        "token-bucket", LimiterSpec.of(RateLimit.parse(limit)).withTicker(ticker));
  }
}
