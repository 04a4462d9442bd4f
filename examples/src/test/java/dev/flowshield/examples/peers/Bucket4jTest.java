package dev.flowshield.examples.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.testkit.ManualTicker;
import io.github.bucket4j.BandwidthBuilder.BandwidthBuilderBuildStage;
import io.github.bucket4j.BandwidthBuilder.BandwidthBuilderCapacityStage;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** The statements of docs/coming-from-bucket4j.md about Bucket4j and FlowShield. */
class Bucket4jTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  /** The code of the page: theirs. */
  static final class Theirs {

    // snippet: bucket4j-per-client
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    String greet(String client) {
      Bucket bucket = buckets.computeIfAbsent(
          client,
          key -> Bucket.builder()
              .addLimit(limit -> limit.capacity(2).refillGreedy(1, Duration.ofMinutes(1)))
              .build());
      ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
      return probe.isConsumed()
          ? "hello " + client
          : "come back in " + Duration.ofNanos(probe.getNanosToWaitForRefill());
    }
    // end

    static boolean pace(Bucket bucket) throws InterruptedException {
      return bucket.asBlocking().tryConsume(1, Duration.ofSeconds(2));
    }

    // snippet: bucket4j-settle
    static boolean ask(Bucket bucket, IntSupplier model) {
      if (!bucket.tryConsume(500)) {
        return false;
      }
      int used = model.getAsInt();
      if (used < 500) {
        bucket.addTokens(500 - used);
      } else if (used > 500) {
        bucket.consumeIgnoringRateLimits(used - 500);
      }
      return true;
    }
    // end

    // snippet: bucket4j-change
    static void change(Bucket bucket) {
      bucket.replaceConfiguration(
          BucketConfiguration.builder()
              .addLimit(limit -> limit.capacity(200).refillGreedy(200, Duration.ofSeconds(1)))
              .build(),
          TokensInheritanceStrategy.PROPORTIONALLY);
    }
    // end
  }

  /** The code of the page: ours. */
  static final class Ours {

    // snippet: from-bucket4j-per-client
    private final RateLimiter limiter = RateLimiter.of("1/min burst 2");

    String greet(String client) {
      return limiter.decide(client) instanceof Decision.Rejected rejected
          ? "come back in " + rejected.retryAfter()
          : "hello " + client;
    }
    // end

    static boolean pace(RateLimiter limiter, String client) throws InterruptedException {
      return limiter.acquire(client, 1, Duration.ofSeconds(2)).isAdmitted();
    }

    // snippet: from-bucket4j-settle
    static boolean ask(RateLimiter limiter, String client, IntSupplier model) {
      if (limiter.reserve(client, 500) instanceof Reservation.Held held) {
        held.settle(model.getAsInt());
        return true;
      }
      return false;
    }
    // end

    // snippet: from-bucket4j-change
    static void change(RateLimiter limiter) {
      limiter.changeTo("200/s");
    }
    // end
  }

  @Test
  void bothRejectTheThirdGreetingOfOneClientAndSayWhenToComeBack() {
    Theirs theirs = new Theirs();
    Ours ours = new Ours();
    for (int visit = 1; visit <= 2; visit++) {
      assertThat(theirs.greet("alice")).isEqualTo("hello alice");
      assertThat(ours.greet("alice")).isEqualTo("hello alice");
    }
    assertThat(theirs.greet("alice")).startsWith("come back in PT");
    assertThat(ours.greet("alice")).startsWith("come back in PT");
    assertThat(theirs.greet("bob")).isEqualTo("hello bob");
    assertThat(ours.greet("bob")).isEqualTo("hello bob");
  }

  @Test
  void greedyRefillEqualsTheTokenBucketAtEveryInstant() {
    Bucket bucket = bucket(limit -> limit.capacity(20).refillGreedy(10, Duration.ofSeconds(1)));
    RateLimiter limiter = limiter("10/s burst 20");
    int admitted = 0;
    for (int instant = 0; instant < 1_500; instant++) {
      ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
      Decision decision = limiter.decide("alice");
      assertThat(decision.isAdmitted()).as("at %s", ticker).isEqualTo(probe.isConsumed());
      assertThat(decision.remaining()).isEqualTo(probe.getRemainingTokens());
      if (decision instanceof Decision.Rejected rejected) {
        assertThat(rejected.retryAfterNanos()).isEqualTo(probe.getNanosToWaitForRefill());
      } else {
        admitted++;
      }
      ticker.advance(Duration.ofMillis(1));
    }
    assertThat(admitted).as("the burst, and the refill of 1.4 seconds").isEqualTo(34);
  }

  @Test
  void intervalRefillAdmitsTwiceThePermitsWithinAMillisecondAsOurFixedWindowDoes() {
    Bucket bucket = bucket(limit -> limit.capacity(10).refillIntervally(10, Duration.ofSeconds(1)));
    RateLimiter limiter = limiter("10/s");
    RateLimiter windows = RateLimiter.of(
        "fixed-window",
        LimiterSpec.of(RateLimit.parse("10/s"))
            .withInstantSource(() -> Instant.EPOCH)
            .withTicker(ticker));
    ticker.advance(Duration.ofMillis(999));
    int theirs = Taking.untilRejected(() -> bucket.tryConsume(1));
    int ours = Taking.untilRejected(limiter::tryAcquire);
    int oursInWindows = Taking.untilRejected(windows::tryAcquire);
    ticker.advance(Duration.ofMillis(1));
    theirs += Taking.untilRejected(() -> bucket.tryConsume(1));
    ours += Taking.untilRejected(limiter::tryAcquire);
    oursInWindows += Taking.untilRejected(windows::tryAcquire);

    assertThat(theirs).isEqualTo(20);
    assertThat(ours).isEqualTo(10);
    assertThat(oursInWindows).isEqualTo(20);
  }

  @Test
  void moreThanTheCapacityIsRejectedInBothAndForGoodInFlowShield() {
    Bucket bucket = bucket(limit -> limit.capacity(10).refillGreedy(10, Duration.ofSeconds(1)));
    RateLimiter limiter = limiter("10/s");

    assertThat(bucket.tryConsume(11)).isFalse();
    assertThat(limiter.tryAcquire(11)).isFalse();
    assertThat(((Decision.Rejected) limiter.decide(11)).isRetryable()).isFalse();
  }

  @Test
  void theFastestRateIsOnePermitANanosecondInBucket4jAndTenMillionASecondInFlowShield() {
    assertThat(bucket(limit -> limit.capacity(1).refillGreedy(1, Duration.ofNanos(1))))
        .isNotNull();
    assertThatThrownBy(
            () -> bucket(limit -> limit.capacity(2).refillGreedy(2, Duration.ofNanos(1))))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(limiter("10000000/s")).isNotNull();
    assertThatThrownBy(() -> limiter("10000001/s")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void rejectedByOneOfSeveralTakesNothingFromTheOthersInBucket4j() {
    Bucket bucket = Bucket.builder()
        .addLimit(limit -> limit.capacity(2).refillGreedy(2, Duration.ofSeconds(1)))
        .addLimit(limit -> limit.capacity(3).refillGreedy(3, Duration.ofHours(1)))
        .withCustomTimePrecision(timeOf(ticker))
        .build();
    assertThat(Taking.untilRejected(() -> bucket.tryConsume(1))).isEqualTo(2);
    assertThat(bucket.tryConsume(1)).isFalse();
    ticker.advance(Duration.ofSeconds(1));
    assertThat(Taking.untilRejected(() -> bucket.tryConsume(1)))
        .as("one is left of the hour's")
        .isEqualTo(1);
  }

  @Test
  void rejectedByOneOfSeveralTakesNothingFromTheOthersInFlowShield() {
    RateLimiter limiter = RateLimiter.of(
        "token-bucket", LimiterSpec.ofAll(RateLimit.parseAll("2/s, 3/h")).withTicker(ticker));
    assertThat(Taking.untilRejected(() -> limiter.tryAcquire("alice"))).isEqualTo(2);
    assertThat(limiter.tryAcquire("alice")).isFalse();
    ticker.advance(Duration.ofSeconds(1));
    assertThat(Taking.untilRejected(() -> limiter.tryAcquire("alice")))
        .as("one is left of the hour's")
        .isEqualTo(1);
  }

  @Test
  void aLateRefundIsAdmittedOnTopInBucket4j() {
    Bucket bucket = bucket(limit -> limit.capacity(10).refillGreedy(10, Duration.ofSeconds(1)));
    bucket.tryConsume(10);
    ticker.advance(Duration.ofSeconds(1)); // all ten have refilled by themselves
    int atOneInstant = Taking.untilRejected(() -> bucket.tryConsume(1));
    bucket.addTokens(10);
    atOneInstant += Taking.untilRejected(() -> bucket.tryConsume(1));

    assertThat(atOneInstant).isEqualTo(20);
  }

  @Test
  void aLateSettlementIsAdmittedOnTopInFlowShieldToo() {
    RateLimiter limiter = limiter("10/s");
    Reservation first = limiter.reserve("alice", 10);
    ticker.advance(Duration.ofSeconds(1));
    int atOneInstant = Taking.untilRejected(() -> limiter.tryAcquire("alice"));
    ((Reservation.Held) first).cancel();
    atOneInstant += Taking.untilRejected(() -> limiter.tryAcquire("alice"));

    assertThat(atOneInstant).as("a burst, and what was promised before").isEqualTo(20);
  }

  @Test
  void anInterruptedWaitStaysPaidInBucket4j() {
    Bucket bucket = bucket(limit -> limit.capacity(1).refillGreedy(1, Duration.ofSeconds(1)));
    bucket.tryConsume(1);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> Theirs.pace(bucket)).isInstanceOf(InterruptedException.class);
    assertThat(bucket.getAvailableTokens()).isEqualTo(-1);
  }

  @Test
  void anInterruptedWaitIsRefundedInFlowShield() {
    RateLimiter limiter = limiter("1/s");
    assertThat(limiter.tryAcquire("alice")).isTrue();
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> Ours.pace(limiter, "alice")).isInstanceOf(InterruptedException.class);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(limiter.tryAcquire("alice")).isTrue();
  }

  @Test
  void bothRejectTooLongAWaitAtOnce() throws InterruptedException {
    Bucket bucket = bucket(limit -> limit.capacity(1).refillGreedy(1, Duration.ofSeconds(3)));
    bucket.tryConsume(1);

    assertThat(Theirs.pace(bucket)).isFalse();
    assertThat(bucket.getAvailableTokens()).isZero();

    RateLimiter limiter = limiter("1/3s");
    assertThat(limiter.tryAcquire("alice")).isTrue();
    assertThat(Ours.pace(limiter, "alice")).isFalse();
    assertThat(ticker.pending()).isZero();
  }

  @Test
  void bothChargeWhatWasUsedBeyondTheEstimate() {
    Bucket bucket =
        bucket(limit -> limit.capacity(1_000).refillGreedy(1_000, Duration.ofMinutes(1)));
    assertThat(Theirs.ask(bucket, () -> 320)).isTrue();
    assertThat(bucket.getAvailableTokens()).isEqualTo(680);
    assertThat(Theirs.ask(bucket, () -> 700)).isTrue();
    assertThat(bucket.getAvailableTokens()).isEqualTo(-20);
    assertThat(Theirs.ask(bucket, () -> 1)).isFalse();

    RateLimiter limiter = limiter("1000/min");
    assertThat(Ours.ask(limiter, "alice", () -> 320)).isTrue();
    assertThat(limiter.peek("alice").remaining()).isEqualTo(680);
    assertThat(Ours.ask(limiter, "alice", () -> 700)).isTrue();
    assertThat(limiter.peek("alice").remaining()).isZero();
    assertThat(Ours.ask(limiter, "alice", () -> 1)).isFalse();
  }

  @Test
  void bothKeepTheShareThatIsLeftWhenTheLimitIsReplaced() {
    Bucket bucket = bucket(limit -> limit.capacity(100).refillGreedy(100, Duration.ofSeconds(1)));
    bucket.tryConsume(50);
    Theirs.change(bucket);
    assertThat(bucket.getAvailableTokens()).isEqualTo(100);

    RateLimiter limiter = limiter("100/s");
    assertThat(limiter.tryAcquire("alice", 50)).isTrue();
    Ours.change(limiter);
    assertThat(limiter.peek("alice").remaining()).isEqualTo(100);
  }

  private Bucket bucket(Function<BandwidthBuilderCapacityStage, BandwidthBuilderBuildStage> limit) {
    return Bucket.builder()
        .addLimit(limit)
        .withCustomTimePrecision(timeOf(ticker))
        .build();
  }

  private RateLimiter limiter(String limit) {
    return RateLimiter.of(
        "token-bucket", LimiterSpec.of(RateLimit.parse(limit)).withTicker(ticker));
  }

  private static TimeMeter timeOf(ManualTicker ticker) {
    return new TimeMeter() {
      @Override
      public long currentTimeNanos() {
        return ticker.nanos();
      }

      @Override
      public boolean isWallClockBased() {
        return false;
      }
    };
  }
}
