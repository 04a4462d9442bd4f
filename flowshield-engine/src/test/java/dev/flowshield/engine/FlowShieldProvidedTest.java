package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.admitted;
import static dev.flowshield.engine.FlowShieldTest.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Limits kept by a limiter of another kind: asked last, and given back where that can be done. */
class FlowShieldProvidedTest {

  private final ManualTicker ticker = ManualTicker.atZero();
  private final List<String> asked = new ArrayList<>();

  private FlowShield shieldBy(RateLimiter limiter) {
    return shield()
        .limit("2/day")
        .limit(Limit.each(Limit.KEY, "5/s").withLimiter(limiter))
        .inFlight(1)
        .build();
  }

  @Test
  void asksItForEachKey() {
    FlowShield shield = shieldBy((key, permits) -> {
      asked.add(key + " " + permits);
      return new Decision.Admitted(7);
    });

    assertThat(admitted(shield, "alice", 1)).isEqualTo(1);
    assertThat(asked).containsExactly("alice 1");
  }

  @Test
  void givesEverythingBackWhenItRejects() {
    FlowShield shield = shieldBy((key, permits) ->
        key.equals("bad") ? new Decision.Rejected(3, 42) : new Decision.Admitted(1));

    for (int i = 0; i < 10; i++) {
      assertThat(shield.admit("bad"))
          .isEqualTo(new OverLimit("key", Scope.EACH, RateLimit.parse("5/s"), 3, 42));
    }

    assertThat(shield.stats().inFlight()).isZero();
    assertThat(admitted(shield, "good", 3)).isEqualTo(2);
  }

  @Test
  void tellsWhichOfSeveralRateLimitsItNames() {
    for (String named : List.of("5/s", "9/min", "7/h", "what is this")) {
      FlowShield shield = shield()
          .named(Limit.each("tenant", "5/s, 9/min, 7/h")
              .withLimiter((key, permits) -> new Decision.Rejected(0, 42, named)))
          .build();

      assertThat(shield.admit(Charge.of("tenant", "acme")))
          .extracting("limit")
          .hasToString(named.equals("what is this") ? "5/s" : named);
    }
  }

  @Test
  void givesEverythingBackWhenItFails() {
    IllegalStateException failure = new IllegalStateException("down");
    FlowShield shield = shieldBy((key, permits) -> {
      if (key.equals("bad")) {
        throw failure;
      }
      return new Decision.Admitted(1);
    });

    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> shield.admit("bad")).isSameAs(failure);
    }

    assertThat(shield.stats().inFlight()).isZero();
    assertThat(admitted(shield, "good", 3)).isEqualTo(2);
  }

  @Test
  void doesNotAskItWhenEveryonesLimitIsSpentOrThereIsNoSlot() {
    FlowShield shield = shieldBy((key, permits) -> {
      asked.add(key);
      return new Decision.Admitted(1);
    });
    Admitted first = (Admitted) shield.admit("a");
    assertThat(shield.admit("shed")).isInstanceOf(Shed.class);
    first.close();
    close(shield.admit("b"));

    assertThat(shield.admit("over")).isInstanceOf(OverLimit.class);

    assertThat(asked).containsExactly("a", "b");
  }

  @Test
  void doesNotTakeTheAnswerOfABrokenLimiterForAYes() {
    FlowShield shield = shieldBy((key, permits) -> noAnswer());

    assertThatThrownBy(() -> shield.admit("alice"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("an answer of the limiter that keeps limit 'key' must be"
            + " Admitted or Rejected, got null: correct that limiter");
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void asksForOnePermitOrMoreWhereNothingLimitsThem() {
    FlowShield shield = FlowShield.builder().inFlight(1).build();

    assertThatThrownBy(() -> shield.admit("alice", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("permits must be at least 1, got 0: ask for one or more");
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void givesBackToALimiterThatCanReserveWhatALaterOneRejects() {
    RateLimiter reserving = elsewhere("3/day");
    FlowShield shield = shield()
        .named(Limit.each("tenant", "3/day").withLimiter(reserving))
        .named(Limit.each("user", "9/day")
            .withLimiter((key, permits) ->
                key.equals("bad") ? new Decision.Rejected(0, 42) : new Decision.Admitted(1)))
        .build();

    assertThat(shield.isLocal("tenant")).isFalse();
    for (int i = 0; i < 10; i++) {
      assertThat(shield.admit(Charge.of("tenant", "acme", 2), Charge.of("user", "bad")))
          .extracting("name", "retryAfterNanos")
          .containsExactly("user", 42L);
    }

    assertThat(shield.admit(Charge.of("user", "good"), Charge.of("tenant", "acme", 3)))
        .isInstanceOf(Admitted.class);
    assertThat(shield.admit(Charge.of("tenant", "acme"), Charge.of("user", "good")))
        .extracting("name", "remaining")
        .containsExactly("tenant", 0L);
  }

  @Test
  void asksALimiterThatCannotGiveBackLastWhateverIsNamedFirst() {
    FlowShield shield = shield()
        .named(Limit.each("user", "9/day").withLimiter((key, permits) -> {
          asked.add(key);
          return new Decision.Admitted(1);
        }))
        .named(Limit.each("tenant", "1/day").withLimiter(elsewhere("1/day")))
        .build();
    close(shield.admit(Charge.of("user", "first"), Charge.of("tenant", "acme")));

    assertThat(shield.admit(Charge.of("user", "second"), Charge.of("tenant", "acme")))
        .extracting("name")
        .isEqualTo("tenant");

    assertThat(asked).containsExactly("first");
  }

  @Test
  void allowsOnlyOneLimiterThatCannotGiveBack() {
    RateLimiter yes = (key, permits) -> new Decision.Admitted(1);
    FlowShieldBuilder two = shield()
        .named(Limit.each("a", "1/s").withLimiter(yes))
        .named(Limit.each("b", "1/s").withLimiter(yes));

    assertThatThrownBy(two::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("at most one limit")
        .hasMessageContaining("got 'a' and 'b'")
        .hasMessageContaining("RESERVE");
    assertThat(shield()
            .named(Limit.each("a", "1/s").withLimiter(yes))
            .named(Limit.each("b", "1/s").withLimiter(yes).shadow())
            .build()
            .admit(Charge.of("a", "x"), Charge.of("b", "x")))
        .isInstanceOf(Admitted.class);
  }

  @Test
  void saysWhatALimiterCannotDo() {
    FlowShield shield = shieldBy((key, permits) -> new Decision.Admitted(1));

    assertThatThrownBy(() -> shield.admit(Request.of("alice", 2).reserved()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("limit 'key' must be kept by a limiter whose capabilities() include RESERVE,"
            + " got one with []: choose one that can, or use admit");
    assertThatThrownBy(() -> shield.peek("key", "alice"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("limit 'key' must be kept by a limiter whose capabilities() include PEEK,"
            + " got one with []: choose one that can, as those of the engine can");
    assertThatThrownBy(() -> shield.reset("key", "alice"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("limit 'key'")
        .hasMessageContaining("include RESET");
    assertThatThrownBy(() -> shield.add("key", "alice", 1))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("limit 'key'")
        .hasMessageContaining("include ADD");
    assertThatThrownBy(() -> shield.change(Map.of("key", "6/s")))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("limit 'key'")
        .hasMessageContaining("include CHANGE");
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(admitted(shield, "alice", 3)).isEqualTo(2);
  }

  @Test
  void reservesLooksAndResetsWhereTheLimiterCan() {
    FlowShield shield = shield()
        .limit(Limit.each(Limit.KEY, "5/day").withLimiter(elsewhere("5/day")))
        .build();

    Admitted admitted = (Admitted) shield.admit(Request.of("alice", 5).reserved());
    admitted.settle(2);

    assertThat(shield.peek("key", "alice").remaining()).isEqualTo(3);
    shield.add("key", "alice", 1);
    assertThat(shield.peek("key", "alice").remaining()).isEqualTo(4);
    shield.reset("key", "alice");
    assertThat(shield.peek("key", "alice").remaining()).isEqualTo(5);
  }

  /** A limiter of the engine that goes by another ticker, so the shield cannot judge for it. */
  private RateLimiter elsewhere(String limit) {
    return RateLimiter.of(
        "token-bucket",
        LimiterSpec.of(RateLimit.parse(limit)).withTicker(() -> ticker.nanos() + 1));
  }

  private FlowShieldBuilder shield() {
    return FlowShield.builder().ticker(ticker);
  }

  @SuppressWarnings("NullAway") // what a provider that is not checked for nulls may do
  private static Decision noAnswer() {
    return List.<Decision>of().stream().findAny().orElse(null);
  }
}
