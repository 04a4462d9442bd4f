package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Work whose cost shows later: reserved, then settled. */
class FlowShieldSettleTest {

  private final ManualTicker ticker = ManualTicker.atZero();
  private final FlowShield shield = FlowShield.builder()
      .ticker(ticker)
      .limit("1000/day")
      .perKey("100/day")
      .named(Limit.each("tenant", "500/day"))
      .inFlight(5)
      .build();

  @Test
  void givesBackWhatWasNotUsed() {
    Admitted admitted = (Admitted) shield.admit(Request.of("alice", 60).reserved());
    assertThat(left("key", "alice")).isEqualTo(40);

    admitted.settle(25);

    assertThat(left("key", "alice")).isEqualTo(75);
    assertThat(left("everyone", "")).isEqualTo(975);
  }

  @Test
  void takesWhatWasUsedBeyondWhetherOrNotItIsThere() {
    Admitted admitted = (Admitted) shield.admit(Request.of("alice", 60).reserved());

    admitted.settle(150);

    assertThat(left("key", "alice")).isZero();
    assertThat(left("everyone", "")).isEqualTo(850);
    ticker.advance(Duration.ofDays(1).dividedBy(2)); // 50 of 100 a day: just out of the debt
    assertThat(shield.admit("alice")).isInstanceOf(OverLimit.class);
    ticker.advance(Duration.ofDays(1).dividedBy(100));
    assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
  }

  @Test
  void rejectsAnEstimateThatIsNotThere() {
    shield.admit("alice", 90);

    assertThat(shield.admit(Request.of("alice", 11).reserved()))
        .extracting("name")
        .isEqualTo("key");
    assertThat(left("everyone", "")).isEqualTo(910);
    assertThat(shield.stats().inFlight()).isEqualTo(1);
  }

  @Test
  void settlesEachChargeAtItsOwnCost() {
    Admitted admitted = (Admitted) shield.admit(Request.of(
            Charge.of("key", "alice", 10), Charge.of("tenant", "acme", 200), Charge.of("everyone"))
        .reserved());

    admitted.settle(Charge.of("tenant", "acme", 50), Charge.of("key", "alice", 0));

    assertThat(left("key", "alice")).isEqualTo(100);
    assertThat(left("tenant", "acme")).isEqualTo(450);
    assertThat(left("everyone", "")).isEqualTo(999); // not named, so as reserved
  }

  @Test
  void settlesOnceAndTheFirstCounts() {
    Admitted admitted = (Admitted) shield.admit(Request.of("alice", 60).reserved());

    admitted.settle(20);
    admitted.settle(0);
    admitted.settle(Charge.of("key", "alice", 90));

    assertThat(left("key", "alice")).isEqualTo(80);
  }

  @Test
  void settlesAfterTheWorkWasClosedToo() {
    Admitted admitted = (Admitted) shield.admit(Request.of("alice", 60).reserved());
    admitted.close();

    admitted.settle(10);

    assertThat(left("key", "alice")).isEqualTo(90);
  }

  @Test
  void givesNothingBackByTheWayTheWorkEnds() {
    Admitted failed = (Admitted) shield.admit(Request.of("alice", 10).reserved());
    failed.failed();
    failed.close();
    Admitted ignored = (Admitted) shield.admit(Request.of("alice", 10).reserved());
    ignored.ignored();
    ignored.close();

    assertThat(left("key", "alice")).isEqualTo(80);
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void givesBackNoMoreThanTheBurst() {
    Admitted admitted = (Admitted) shield.admit(Request.of("alice", 60).reserved());
    ticker.advance(Duration.ofDays(1).dividedBy(2)); // 50 are back

    admitted.settle(0);
    shield.admit("alice", 100);

    assertThat(shield.admit("alice")).isInstanceOf(OverLimit.class);
  }

  @Test
  void settlesNothingThatWasOnlyAdmitted() {
    Admitted admitted = (Admitted) shield.admit("alice", 60);

    assertThatThrownBy(() -> admitted.settle(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must be reserved")
        .hasMessageContaining("ask for it by Request.reserved()");
    assertThat(left("key", "alice")).isEqualTo(40);
  }

  @Test
  void settlesNothingByAWrongAccount() {
    Admitted admitted = (Admitted)
        shield.admit(Request.of(Charge.of("key", "alice", 10), Charge.of("tenant", "acme", 20))
            .reserved());

    assertThatThrownBy(() -> admitted.settle(5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("got 10 and 20: use settle(Charge...)");
    assertThatThrownBy(() -> admitted.settle(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("used must be 0 or more, got -1");
    assertThatThrownBy(
            () -> admitted.settle(Charge.of("tenant", "acme", 1), Charge.of("key", "bob", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got limit 'key' with key 'bob'");
    assertThatThrownBy(
            () -> admitted.settle(Charge.of("key", "alice", 1), Charge.of("key", "alice", 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got limit 'key' twice");
    assertThat(left("key", "alice")).isEqualTo(90);
    assertThat(left("tenant", "acme")).isEqualTo(480);

    admitted.settle(Charge.of("key", "alice", 1));
    assertThat(left("key", "alice")).isEqualTo(99);
  }

  @Test
  void namesAKeyThatItDoesNotKnowCutTo64Characters() {
    Admitted admitted = (Admitted) shield.admit(Request.of("alice", 10).reserved());

    assertThatThrownBy(() -> admitted.settle(Charge.of("key", "k".repeat(64), 1)))
        .hasMessageContaining("with key '" + "k".repeat(64) + "':");
    assertThatThrownBy(() -> admitted.settle(Charge.of("key", "k".repeat(65), 1)))
        .hasMessageContaining("with key '" + "k".repeat(64) + "…':");
    assertThatThrownBy(() -> admitted.settle(Charge.of("tenant", 1)))
        .hasMessageContaining("with no key:");
  }

  private long left(String limit, String key) {
    return shield.peek(limit, key).remaining();
  }
}
