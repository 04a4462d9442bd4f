package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.admitted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.keyed.Meanwhile;
import dev.flowshield.testkit.ManualTicker;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Other limits while work goes on. */
class FlowShieldChangeTest {

  private final ManualTicker ticker = ManualTicker.atZero();
  private final FlowShield shield = FlowShield.builder()
      .ticker(ticker)
      .limit("100/day")
      .perKey("10/day, 20/day burst 10")
      .named(Limit.each("tenant", "40/day"))
      .inFlight(2)
      .build();

  @Test
  void keepsWhatEachKeyHasSpentInProportion() {
    admitted(shield, "alice", 5);

    shield.change(Map.of("key", "20/day, 80/day burst 20", "everyone", "1000/day"));

    assertThat(shield.peek("key", "alice").remaining()).isEqualTo(10);
    assertThat(shield.peek("key", "bob").remaining()).isEqualTo(20);
    assertThat(shield.peek("everyone", "").remaining()).isEqualTo(950);
    assertThat(shield.peek("tenant", "acme").remaining()).isEqualTo(40);
  }

  @Test
  void aCostAboveALoweredBurstTakesAllOfTheBurst() {
    Charge few = Charge.of("key", "alice", 2);
    Charge many = Charge.of("tenant", "acme", 30);
    assertThat(shield.withinBursts(few, many)).containsExactly(few, many);

    shield.change(Map.of("tenant", "7/day"));

    Charge[] within = shield.withinBursts(few, many);
    assertThat(within).containsExactly(few, Charge.of("tenant", "acme", 7));
    assertThat(shield.admit(within)).isInstanceOf(Admitted.class);
    assertThat(shield.admit(few, many)).isInstanceOf(Rejection.class);
  }

  @Test
  void tellsTheNewLimitsFromThenOn() {
    shield.change(Map.of("key", "1/day, 2/day burst 1"));
    admitted(shield, "alice", 1);

    assertThat(((OverLimit) shield.admit("alice")).limit()).isEqualTo(RateLimit.parse("1/day"));
    assertThat(((OverLimit) shield.admit("alice", 2)).isRetryable()).isFalse();
    assertThatThrownBy(() -> shield.requirePossible(Request.of("alice", 2)))
        .hasMessageContaining("burst of limit 'key: 1/day, 2/day burst 1'");
    assertThat(shield.limits())
        .extracting(Limit::toString)
        .containsExactly(
            "everyone: 100/day together", "key: 1/day, 2/day burst 1 each", "tenant: 40/day each");
    assertThat(shield.stats().limits().get(1).limits()).hasSize(2);
  }

  @Test
  void takesLimitsAsValuesToo() {
    Limit tenant = shield.limits().get(2);

    shield.change(tenant.withLimits("4/day"));

    assertThat(shield.peek("tenant", "acme").remaining()).isEqualTo(4);
    assertThat(shield.limits()).contains(tenant.withLimits("4/day"));
  }

  @Test
  void changesNothingIfAnythingIsWrong() {
    assertRejected(
        () -> shield.change(Map.of("everyone", "1/day", "keys", "1/day")),
        "limit must be one of [everyone, key, tenant], got 'keys'",
        "correct the name");
    assertRejected(
        () -> shield.change(Map.of("everyone", "1/day", "key", "1/day")),
        "limits of 'key' must be 2, as many as before, got '1/day'",
        "build a new shield");
    assertRejected(
        () -> shield.change(Map.of("everyone", "1/day", "tenant", "10000001/s")),
        "limit 'tenant': limit must be at most 10,000,000 permits a second",
        "lower it");
    assertRejected(
        () -> shield.change(Map.of("everyone", "1/day", "tenant", "1/day burst 1000000")),
        "limit 'tenant': burst must be at most 26687",
        "lower it");
    assertRejected(
        () -> shield.change(Map.of("everyone", "1/day", "tenant", "fast")),
        "limit 'tenant': limit must be permits/period",
        "got 'fast': write it in that form");
    assertRejected(
        () -> shield.change(
            Limit.together("everyone", "1/day"), Limit.each("tenant", "1/day").shadow()),
        "must stay as it is but for how much it admits",
        "build a new shield");
    assertRejected(
        () -> shield.change(
            Limit.together("everyone", "1/day"),
            Limit.each("tenant", "4/day"),
            Limit.each("tenant", "8/day")),
        "limits must be changed once each, got 'tenant' twice",
        "leave one of them out");
    assertRejected(
        () -> shield.changeInFlight(0), "inFlight must be 1 to 1,000,000, got 0", "choose");
  }

  @Test
  void changesNothingWhereNothingIsToBeChanged() {
    List<Limit> before = shield.limits();

    shield.change(Map.of());
    shield.change();

    assertThat(shield.limits()).isEqualTo(before);
  }

  private void assertRejected(ThrowingCallable change, String what, String wayOut) {
    assertThatThrownBy(change)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(what)
        .hasMessageContaining(wayOut);
    assertThat(shield.peek("everyone", "").remaining()).isEqualTo(100);
    assertThat(shield.peek("tenant", "acme").remaining()).isEqualTo(40);
    assertThat(shield.stats().inFlightLimit()).isEqualTo(2);
  }

  @Test
  void changesBackWhatWasChangedBeforeALimiterOfSomebodyElsesFails() {
    LimiterSpec five = LimiterSpec.of(RateLimit.parse("5/day")).withTicker(ticker);
    RateLimiter own = RateLimiter.of("token-bucket", five);
    FlowShield mixed = FlowShield.builder()
        .ticker(ticker)
        .named(Limit.each("own", "5/day").withLimiter(own))
        .named(Limit.each("other", "5/day").withLimiter(RateLimiter.of("token-bucket", five)))
        .named(Limit.each("fixed", "5/day").withLimiter((key, permits) -> new Decision.Admitted(1)))
        .named(Limit.each("engine", "5/day"))
        .build();

    assertThatThrownBy(
            () -> mixed.change(Map.of("engine", "9/day", "own", "9/day", "fixed", "9/day")))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("limit 'fixed' must be kept by a limiter whose capabilities() include CHANGE,"
            + " got one with []: choose one that can, as those of the engine can");
    assertThatThrownBy(() -> mixed.change(
            Limit.each("engine", "9/day"),
            mixed.limits().get(0).withLimits("9/day"),
            mixed.limits().get(1).withLimits("10000001/s")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("limit 'other': limit must be at most 10,000,000");

    assertThat(mixed.limits())
        .extracting(limit -> limit.limits().get(0).permits())
        .containsOnly(5L);
    assertThat(mixed.peek("engine", "x").remaining()).isEqualTo(5);
    assertThat(mixed.peek("own", "x").remaining()).isEqualTo(5);
    mixed.change(Map.of("engine", "9/day", "own", "8/day"));
    assertThat(mixed.peek("engine", "x").remaining()).isEqualTo(9);
    assertThat(mixed.peek("own", "x").remaining()).isEqualTo(8);
  }

  /** There and back would round a third of three to four of ten, and that to two of three. */
  @Test
  void roundsNothingWhereALaterLimitCannotChange() {
    LimiterSpec three = LimiterSpec.of(RateLimit.parse("3/day")).withTicker(ticker);
    FlowShield mixed = FlowShield.builder()
        .ticker(ticker)
        .named(Limit.each("engine", "3/day"))
        .named(Limit.each("window", "3/day").withLimiter("fixed-window"))
        .named(Limit.each("own", "3/day").withLimiter(RateLimiter.of("token-bucket", three)))
        .named(Limit.each("elsewhere", "3/day")
            .withLimiter(
                RateLimiter.of("token-bucket", three.withTicker(() -> ticker.nanos() + 1))))
        .named(Limit.each("otherEngine", "3/day"))
        .named(Limit.each("otherWindow", "3/day").withLimiter("fixed-window"))
        .build();
    List<Limit> good = mixed.limits().subList(0, 2);
    good.forEach(limit -> mixed.admit(Charge.of(limit.name(), "alice")));

    for (Limit bad : mixed.limits().subList(2, 6)) {
      String beyond = bad.name().equals("otherWindow") ? "3/day burst 9" : "10000001/s";
      for (Limit limit : good) {
        assertThatThrownBy(() -> mixed.change(limit.withLimits("10/day"), bad.withLimits(beyond)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("limit '" + bad.name() + "'");
        assertThat(mixed.peek(limit.name(), "alice").remaining()).isEqualTo(2);
      }
    }
  }

  @Test
  void keepsNoOtherThreadFromTheNextChange() {
    shield.change(Map.of("tenant", "50/day"));
    assertThatThrownBy(() -> shield.change(Map.of("tenant", "10000001/s")))
        .isInstanceOf(IllegalArgumentException.class);

    Meanwhile.anotherThread(() -> shield.change(Map.of("tenant", "60/day")));

    assertThat(shield.peek("tenant", "acme").remaining()).isEqualTo(60);
  }

  @Test
  void changesTheCapOnWorkInFlight() { // F1
    Admitted first = (Admitted) shield.admit("a");
    Admitted second = (Admitted) shield.admit("b");
    assertThat(shield.admit("c")).isInstanceOf(Shed.class);

    shield.changeInFlight(3);
    Admitted third = (Admitted) shield.admit("c");
    shield.changeInFlight(1);
    first.close();
    second.close();
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    assertThat(shield.admit("d")).isInstanceOf(Shed.class);
    third.close();
    assertThat(shield.admit("d")).isInstanceOf(Admitted.class);
    assertThat(shield.stats().inFlightLimit()).isEqualTo(1);
  }

  @Test
  void givesNothingBackOfWhatWasTakenBeforeAChange() {
    Admitted before = (Admitted) shield.admit(Request.of("alice", 10).reserved());

    shield.change(Map.of("key", "20/day, 40/day burst 20"));
    before.settle(0);

    assertThat(shield.peek("key", "alice").remaining()).isZero();
  }
}
