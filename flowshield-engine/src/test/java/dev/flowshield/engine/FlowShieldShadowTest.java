package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.admitted;
import static dev.flowshield.engine.FlowShieldTest.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a shadow limit counts: the work that it would reject beyond what is rejected already. */
class FlowShieldShadowTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  private FlowShieldBuilder shield() {
    return FlowShield.builder().ticker(ticker);
  }

  @Test
  void rejectsNothingAndCountsWhatItWould() {
    FlowShield shield =
        shield().limit("100/day").limit(Limit.each("key", "2/s").shadow()).build();

    assertThat(admitted(shield, "alice", 10)).isEqualTo(10);

    assertThat(shield.stats().overLimit()).isZero();
    assertThat(shadow(shield, "key").rejected()).isEqualTo(8);
    assertThat(shadow(shield, "key").isShadow()).isTrue();
  }

  @Test
  void takesNothingWhereItWouldReject() {
    FlowShield shield =
        shield().named(Limit.each("tenant", "4/h, 3/day").shadow()).build();
    close(shield.admit(Charge.of("tenant", "acme", 2)));

    assertThat(shield.admit(Charge.of("tenant", "acme", 2))).isInstanceOf(Admitted.class);

    assertThat(shield.limitStatus(Request.of(Charge.of("tenant", "acme"))))
        .extracting(LimitStatus::remaining)
        .containsExactly(2L, 1L); // neither of its limits was charged a second time
  }

  @Test
  void isChargedByWhatIsAdmittedOnly() {
    FlowShield shield = shield()
        .perKey("1/day")
        .limit(Limit.together("everyone", "5/day").shadow())
        .inFlight(2)
        .build();
    admitted(shield, "alice", 100); // 99 of them over the limit
    shield.admit("bob");
    shield.admit("carol");
    shield.admit("shed");

    assertThat(shield.stats().shed()).isEqualTo(1);
    assertThat(shield.peek("everyone", "").remaining()).isEqualTo(2);
    assertThat(shadow(shield, "everyone").rejected()).isZero();
  }

  @Test
  void countsACostAboveItsBurstAsRejected() {
    FlowShield shield = shield()
        .named(Limit.each("tenant", "9/s"))
        .named(Limit.each("small", "2/s").shadow())
        .build();

    assertThat(shield.admit(Charge.of("tenant", "acme", 5), Charge.of("small", "acme", 5)))
        .isInstanceOf(Admitted.class);
    assertThat(shield.admit(Charge.of("tenant", "acme", 10)))
        .isInstanceOfSatisfying(
            OverLimit.class, rejection -> assertThat(rejection.isRetryable()).isFalse());

    assertThat(shadow(shield, "small").rejected()).isEqualTo(1);
    assertThat(shield.peek("small", "acme").remaining()).isEqualTo(2);
  }

  @Test
  void countsEachOfSeveralByItself() {
    FlowShield shield = shield()
        .limit(Limit.together("everyone", "3/day").shadow())
        .limit(Limit.each("key", "1/day").shadow())
        .build();

    assertThat(admitted(shield, "alice", 5)).isEqualTo(5);

    assertThat(shadow(shield, "everyone").rejected()).isEqualTo(2);
    assertThat(shadow(shield, "key").rejected()).isEqualTo(4);
  }

  @Test
  void isAskedOfSomebodyElsesLimiterToo() {
    FlowShield shield = shield()
        .limit(Limit.each("key", "1/day")
            .shadow()
            .withLimiter((key, permits) ->
                key.equals("bad") ? new Decision.Rejected(0, 1) : new Decision.Admitted(1)))
        .build();

    assertThat(admitted(shield, "bad", 3)).isEqualTo(3);
    assertThat(admitted(shield, "good", 3)).isEqualTo(3);

    assertThat(shadow(shield, "key").rejected()).isEqualTo(3);
  }

  @Test
  void givesBackWhatItTookWhenALaterOneFails() {
    IllegalStateException failure = new IllegalStateException("down");
    FlowShield shield = shield()
        .named(Limit.each("enforced", "5/day"))
        .named(Limit.each("a", "5/day").shadow())
        .named(Limit.each("b", "5/day").shadow().withLimiter((key, permits) -> {
          throw failure;
        }))
        .build();

    assertThatThrownBy(() ->
            shield.admit(Charge.of("enforced", "x"), Charge.of("a", "x"), Charge.of("b", "x")))
        .isSameAs(failure);

    assertThat(shield.peek("enforced", "x").remaining()).isEqualTo(5);
    assertThat(shield.peek("a", "x").remaining()).isEqualTo(5);
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void settlesWithTheOthers() {
    FlowShield shield = shield()
        .limit(Limit.each("key", "10/day"))
        .named(Limit.each("tenant", "20/day").shadow())
        .build();
    Admitted both = (Admitted) shield.admit(
        Request.of(Charge.of("key", "alice", 8), Charge.of("tenant", "acme", 8)).reserved());

    both.settle(3);

    assertThat(shield.peek("key", "alice").remaining()).isEqualTo(7);
    assertThat(shield.peek("tenant", "acme").remaining()).isEqualTo(17);
    ticker.advance(Duration.ofDays(1));
    close(shield.admit(Charge.of("tenant", "acme", 20)));
    Admitted unpaid = (Admitted) shield.admit(
        Request.of(Charge.of("key", "alice", 8), Charge.of("tenant", "acme", 8)).reserved());
    unpaid.settle(9); // took nothing of the shadow, so nothing is settled there
    ticker.advance(Duration.ofDays(1));
    assertThat(shield.peek("tenant", "acme").remaining()).isEqualTo(20);
  }

  private static LimitStats shadow(FlowShield shield, String name) {
    return shield.stats().limits().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void countsWhatAShadowCapInFlightWouldShed() {
    List<RejectionEvent> events = new ArrayList<>();
    FlowShield shield = shield()
        .inFlight(InFlightLimit.of(2).shadow())
        .onRejection(events::add, Runnable::run)
        .build();
    List<Admission> admissions = List.of(shield.admit(), shield.admit(), shield.admit());

    assertThat(admissions).allMatch(each -> each instanceof Admitted);
    ShieldStats stats = shield.stats();
    assertThat(stats.wouldShed()).isEqualTo(1);
    assertThat(stats.shed()).isZero();
    assertThat(stats.inFlight()).isEqualTo(3);
    assertThat(stats.inFlightLimit()).isEqualTo(2);
    assertThat(events).singleElement().satisfies(event -> {
      assertThat(event.kind()).isEqualTo(RejectionEvent.Kind.SHADOW);
      assertThat(event.rejection()).isInstanceOf(Shed.class);
    });

    admissions.forEach(FlowShieldTest::close);
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.admit()).isInstanceOf(Admitted.class);
    assertThat(shield.stats().wouldShed()).isEqualTo(1);
  }

  @Test
  void countsWhatAShadowCapWouldShedOnlyIfTheLimitsAdmitIt() {
    FlowShield shield =
        shield().inFlight(InFlightLimit.of(1).shadow()).limit("2/day").build();
    admitted(shield, "alice", 1);
    shield.admit();
    shield.admit();

    assertThat(shield.stats().overLimit()).isEqualTo(1);
    assertThat(shield.stats().wouldShed()).isZero();
  }
}
