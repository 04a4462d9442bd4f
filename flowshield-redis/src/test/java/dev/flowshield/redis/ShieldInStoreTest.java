package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.engine.Request;
import dev.flowshield.engine.Unavailable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two shields, as of two instances, that keep their limits in one store. */
class ShieldInStoreTest {

  private final RedisProcess server = RedisProcess.start();
  private final RedisStore ofOne = open(StoreFailurePolicy.LOCAL);
  private final RedisStore ofOther = open(StoreFailurePolicy.LOCAL);

  private RedisStore open(StoreFailurePolicy onFailure) {
    return RedisStore.at(server.uri())
        .timeout(Duration.ofSeconds(10))
        .onFailure(onFailure)
        .open();
  }

  @AfterEach
  void close() {
    ofOne.close();
    ofOther.close();
    server.close();
  }

  /** Rejects all. */
  private static final class Stubborn implements RateLimiter {

    @Override
    public Decision decide(String key, long permits) {
      return new Decision.Rejected(0, 1_000_000_000);
    }
  }

  private static FlowShield shield(LimitStore store) {
    return FlowShield.builder()
        .store(store)
        .limit("7/h")
        .perKey("3/h")
        .limit(Limit.each("own", "100/h burst 2").withLimiter("token-bucket"))
        .inFlight(100)
        .build();
  }

  @Test
  void shareTheLimitsThatDoNotChooseOtherwise() {
    FlowShield one = shield(ofOne);
    FlowShield other = shield(ofOther);

    assertThat(one.admit("alice")).isInstanceOf(Admitted.class);
    assertThat(one.admit("alice")).isInstanceOf(Admitted.class);
    assertThat(one.admit("alice")) // by the limit that it keeps itself
        .isInstanceOfSatisfying(OverLimit.class, over -> assertThat(over.name()).isEqualTo("own"));
    assertThat(other.admit("alice")).isInstanceOf(Admitted.class);
    assertThat(other.admit("alice")).isInstanceOfSatisfying(OverLimit.class, over -> {
      assertThat(over.name()).isEqualTo("key");
      assertThat(over.limit()).hasToString("3/h");
      assertThat(over.retryAfter()).isBetween(Duration.ofMinutes(19), Duration.ofMinutes(20));
    });
    for (int i = 0; i < 4; i++) { // all together had 3 of 7
      assertThat(other.admit("key " + i)).isInstanceOf(Admitted.class);
    }
    assertThat(one.admit("bob"))
        .isInstanceOfSatisfying(
            OverLimit.class, over -> assertThat(over.name()).isEqualTo("everyone"));
  }

  @Test
  void giveBackWhatOneOfThemTookWhereAnotherLimitRejects() {
    FlowShield one = shield(ofOne);
    for (int i = 0; i < 7; i++) {
      one.admit("key " + i);
    }
    for (int i = 0; i < 5; i++) { // rejected by the limit of all together, after its own had given
      assertThat(one.admit("alice")).isInstanceOf(OverLimit.class);
    }
    assertThat(one.peek("key", "alice").remaining()).isEqualTo(3);
    assertThat(one.stats().inFlight()).isEqualTo(7);
  }

  @Test
  void takeOfAllTheirLimitsInOneCall() {
    FlowShield one = shield(ofOne);
    for (int i = 0; i < 7; i++) {
      assertThat(one.admit("key " + i)).isInstanceOf(Admitted.class);
    }
    assertThat(ofOne.stats().answered()).isEqualTo(7);
    assertThat(one.admit("alice")).isInstanceOfSatisfying(OverLimit.class, over -> {
      assertThat(over.name()).isEqualTo("everyone");
      assertThat(over.retryAfter()).isBetween(Duration.ofMinutes(8), Duration.ofMinutes(9));
    });
    for (int i = 0; i < 100; i++) { // as it is known
      assertThat(one.admit("alice")).isInstanceOf(OverLimit.class);
    }
    assertThat(ofOne.stats().answered()).isEqualTo(8);
    assertThat(one.peek("key", "alice").remaining()).isEqualTo(3);
  }

  @Test
  void askForShadowsByThemselves() {
    FlowShield one = FlowShield.builder()
        .store(ofOne)
        .limit("7/h")
        .perKey("3/h")
        .limit(Limit.each("tried", "1/h").shadow())
        .build();
    assertThat(one.admit("alice")).isInstanceOf(Admitted.class);
    assertThat(one.admit("alice")).isInstanceOf(Admitted.class);
    assertThat(one.stats().limit("tried").rejected()).isEqualTo(1);
    assertThat(one.peek("everyone", "").remaining()).isEqualTo(5);
  }

  @Test
  void giveBackOfAllWhatTheyTookInOneCall() {
    FlowShield one = FlowShield.builder()
        .store(ofOne)
        .limit("7/h")
        .perKey("3/h")
        .limit(Limit.each("own", "1/h").withLimiter(new Stubborn()))
        .build();
    assertThat(one.admit("alice")).isInstanceOf(OverLimit.class);
    assertThat(one.peek("everyone", "").remaining()).isEqualTo(7);
    assertThat(one.peek("key", "alice").remaining()).isEqualTo(3);

    assertThat(one.admitAsync(Request.of("alice")).toCompletableFuture().join())
        .isInstanceOf(OverLimit.class);
    assertThat(one.peek("everyone", "").remaining()).isEqualTo(7);
    assertThat(one.peek("key", "alice").remaining()).isEqualTo(3);
  }

  @Test
  void goOnByTheirSharesOfAllLimitsWhereTheStoreDoesNotAnswer() {
    FlowShield one = shield(ofOne);
    assertThat(one.admit("alice")).isInstanceOf(Admitted.class);
    server.kill();

    assertThat(one.admit("bob")).isInstanceOf(Admitted.class);
    assertThat(one.admit("bob")).isInstanceOf(Admitted.class);
    for (int i = 0; i < 5; i++) {
      assertThat(one.admit("key " + i)).isInstanceOf(Admitted.class);
    }
    assertThat(one.admit("carol"))
        .isInstanceOfSatisfying(
            OverLimit.class, over -> assertThat(over.name()).isEqualTo("everyone"));
  }

  @Test
  void answerWithoutAThreadThatWaits() {
    FlowShield one = shield(ofOne);
    for (int i = 0; i < 2; i++) {
      assertThat(one.admitAsync(Request.of("alice")).toCompletableFuture().join())
          .isInstanceOf(Admitted.class);
    }
    assertThat(shield(ofOther)
            .admitAsync(Request.of("alice"))
            .toCompletableFuture()
            .join())
        .isInstanceOf(Admitted.class);
    assertThat(shield(ofOther)
            .admitAsync(Request.of("alice"))
            .toCompletableFuture()
            .join())
        .isInstanceOf(OverLimit.class);
  }

  @Test
  void settleWhatWasReserved() {
    FlowShield one =
        FlowShield.builder().store(ofOne).named(Limit.each("tokens", "1000/h")).build();
    Admission admission =
        one.admit(Request.of(Charge.of("tokens", "alice", 500)).reserved());
    ((Admitted) admission).settle(20);

    assertThat(one.peek("tokens", "alice").remaining()).isEqualTo(980);
  }

  @Test
  void areChangedResetAndAddedToWhileTheyWork() {
    FlowShield one = FlowShield.builder().store(ofOne).perKey("10/h").build();
    for (int i = 0; i < 5; i++) {
      one.admit("alice");
    }
    one.change(Map.of("key", "20/h"));
    assertThat(one.peek("key", "alice").remaining()).isEqualTo(10);
    one.add("key", "alice", 3);
    assertThat(one.peek("key", "alice").remaining()).isEqualTo(13);
    one.reset("key", "alice");
    assertThat(one.peek("key", "alice").remaining()).isEqualTo(20);
  }

  @Test
  void tellHowEachLimitStands() {
    FlowShield one = FlowShield.builder().store(ofOne).perKey("10/h, 100/day").build();
    one.admit("alice");

    assertThat(one.limitStatus(Request.of("alice")))
        .containsExactly(
            new LimitStatus("key", RateLimit.parse("10/h"), 9, 0),
            new LimitStatus("key", RateLimit.parse("100/day"), 99, 0));
    assertThat(shield(ofOne).limitStatus(Request.of("bob")))
        .containsExactly(
            new LimitStatus("everyone", RateLimit.parse("7/h"), 7, 0),
            new LimitStatus("key", RateLimit.parse("3/h"), 3, 0),
            new LimitStatus("own", RateLimit.parse("100/h burst 2"), 2, 0));
  }

  @Test
  void sayHowTheirStoreAnswers() {
    FlowShield one = shield(ofOne);
    one.admit("alice");

    assertThat(one.stats().limit("key").store()).hasValueSatisfying(store -> {
      assertThat(store.isAvailable()).isTrue();
      assertThat(store.answered()).isEqualTo(1);
      assertThat(store.reason()).isEmpty();
    });
    assertThat(one.stats().limit("own").store()).isEmpty();
    assertThat(one.stats().toString()).contains("isAvailable=true");
  }

  @Test
  void rejectAllWhereTheirStoreDoesNotAnswerAndThatIsChosen() {
    FlowShield one = FlowShield.builder()
        .limit(Limit.each("login", "5/h").withStore(ofOne, Map.of("on-store-failure", "closed")))
        .inFlight(10)
        .build();
    assertThat(one.admit("alice")).isInstanceOf(Admitted.class);
    server.kill();

    assertThat(one.admit("alice")).isInstanceOfSatisfying(Unavailable.class, unavailable -> {
      assertThat(unavailable.name()).isEqualTo("login");
      assertThat(unavailable.retryAfter()).isPositive();
    });
    assertThat(one.stats().unavailable()).isEqualTo(1);
    assertThat(one.stats().overLimit()).isZero();
    assertThat(one.stats().inFlight()).isEqualTo(1);
  }

  @Test
  void rejectOptionsThatTheStoreDoesNotKnow() {
    assertThatThrownBy(() -> FlowShield.builder()
            .limit(Limit.each("login", "5/h").withStore(ofOne, Map.of("on-failure", "closed")))
            .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limit 'login'")
        .hasMessageContaining("[lease, on-store-failure]");
    assertThatThrownBy(() -> FlowShield.builder()
            .limit(Limit.each("login", "5/h").withStore(ofOne, Map.of("on-store-failure", "maybe")))
            .build())
        .hasMessageContaining("on-store-failure must be local, open or closed, got 'maybe'");
  }

  @Test
  void areNotChargedTwiceInOneRequest() {
    RateLimiter one = ofOne.limiter(LimiterSpec.of("3/h").withName("same"));
    RateLimiter other = ofOne.limiter(LimiterSpec.of("3/h").withName("same"));
    List<LimitStore.StoreCharge> twice = List.of(
        new LimitStore.StoreCharge(one, "alice", 1), new LimitStore.StoreCharge(other, "alice", 1));
    assertThatThrownBy(() -> ofOne.reserveAllAsync(twice))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("charges must be of different keys or names of limiters");
    assertThatThrownBy(() -> ofOther.reserveAllAsync(twice))
        .hasMessageContaining("charges must be of limiters of this store");
    assertThat(one.peek("alice").remaining()).isEqualTo(3);
  }

  @Test
  void giveBackWhatIsTakenForACallerThatHasLeft() {
    RateLimiter one = ofOne.limiter(LimiterSpec.of("3/h").withName("one"));
    RateLimiter other = ofOne.limiter(LimiterSpec.of("3/h").withName("other"));
    one.peek("alice"); // connects
    server.freeze();
    ofOne
        .reserveAllAsync(List.of(
            new LimitStore.StoreCharge(one, "alice", 2),
            new LimitStore.StoreCharge(other, "alice", 1)))
        .toCompletableFuture()
        .cancel(false);
    server.thaw();
    await().atMost(20, SECONDS).until(() -> ofOne.stats().answered() >= 4); // two are refunds
    assertThat(one.peek("alice").remaining()).isEqualTo(3);
    assertThat(other.peek("alice").remaining()).isEqualTo(3);
  }

  @Test
  void areFoundByAddressAndByName() throws Exception {
    try (LimitStore store =
        LimitStore.open(server.uri(), Map.of("timeout", "9000", "key-prefix", "found"))) {
      RateLimiter limiter = store.limiter(LimiterSpec.of("3/h").withName("x"));
      assertThat(limiter.decide("alice").remaining()).isEqualTo(2);
      assertThat(store.stats().answered()).as("%s", store.stats()).isEqualTo(1);
      RateLimiter named = RateLimiter.of(
          "redis",
          LimiterSpec.of("3/h")
              .withName("x")
              .withOption("uri", server.uri())
              .withOption("timeout", "9000")
              .withOption("key-prefix", "found"));
      assertThat(named.decide("alice").remaining()).isEqualTo(1);
      ((AutoCloseable) named).close();
    }
    assertThatThrownBy(() -> RateLimiter.of("redis", LimiterSpec.of("3/h")))
        .hasMessageContaining("option 'uri' must be the address of a server");
    for (String wrong : List.of(
        "redis://:secret@",
        "redis://user:secret@host:port",
        "redis://user:secret@host:99999",
        "redis-sentinel://secret@host",
        "redis://user:secret@h o")) {
      assertThatThrownBy(() -> LimitStore.open(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("store must be an address as in redis://host:6379")
          .hasMessageNotContaining("secret");
    }
    assertThatThrownBy(() -> LimitStore.open(server.uri(), Map.of("time-out", "5")))
        .hasMessageContaining("got 'time-out'");
    assertThatThrownBy(() -> LimitStore.open(server.uri(), Map.of("timeout", "0")))
        .hasMessageContaining("timeout must be 1 millisecond to 10 seconds, got PT0S");
    assertThatThrownBy(() -> LimitStore.open(server.uri(), Map.of("instances", "many")))
        .hasMessageContaining("instances must be a whole number, got 'many'");
  }
}
