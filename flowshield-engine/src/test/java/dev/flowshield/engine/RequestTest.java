package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.testkit.ManualTicker;
import org.junit.jupiter.api.Test;

/** A request as a value: what it is charged, and whether it is settled later. */
class RequestTest {

  private static final Charge TENANT = Charge.of("tenant", "acme", 3);
  private static final Charge ROUTE = Charge.of("route", "/search");

  private final FlowShield shield = FlowShield.builder()
      .perKey("9/day")
      .named(Limit.each("tenant", "9/day"))
      .named(Limit.each("route", "9/day"))
      .ticker(ManualTicker.atZero())
      .build();

  private long left(String limit, String key) {
    return shield.peek(limit, key).remaining();
  }

  @Test
  void isChargedItsKeyAndWhatItNamesBesides() {
    Request request = Request.of("alice", 2).charging(TENANT).charging(ROUTE);

    assertThat(shield.admit(request)).isInstanceOf(Admitted.class);

    assertThat(left("key", "alice")).isEqualTo(7);
    assertThat(left("tenant", "acme")).isEqualTo(6);
    assertThat(left("route", "/search")).isEqualTo(8);
  }

  @Test
  void withoutAKeyIsChargedWhatItNamesAlone() {
    assertThat(shield.admit(Request.of(TENANT, ROUTE))).isInstanceOf(Admitted.class);

    assertThat(left("tenant", "acme")).isEqualTo(6);
    assertThat(left("route", "/search")).isEqualTo(8);
  }

  @Test
  void withoutAKeyAndWithoutChargesTakesAPlaceAlone() {
    FlowShield full =
        FlowShield.builder().limit("1/day").perKey("1/day").inFlight(1).build();

    Admitted running = (Admitted) full.admit(Request.of());
    assertThat(full.admit(Request.of())).isInstanceOf(Shed.class);
    running.close();

    assertThat(full.admit(Request.of())).isInstanceOf(Admitted.class);
    assertThat(full.peek("everyone", "").remaining()).isEqualTo(1);
    assertThat(full.stats().admitted()).isEqualTo(2);
  }

  @Test
  void isPossibleIfItIsNoMistakeWhateverIsLeft() {
    Request large = Request.of("alice", 9).charging(TENANT);

    shield.requirePossible(large);
    shield.admit(large);
    shield.requirePossible(large);

    assertThat(left("key", "alice")).isZero();
    assertThatThrownBy(() -> shield.requirePossible(Request.of("alice", 10)))
        .hasMessageContaining("permits must be 1 to 9");
    assertThatThrownBy(() -> shield.requirePossible(Request.of(Charge.of("nobody", "alice"))))
        .hasMessageContaining("limit must be one of");
  }

  @Test
  void isChargedTheUsualLimitsByItsKey() {
    assertThat(shield.usualLimits()).extracting(Limit::name).containsExactly("key");
    assertThat(shield.limits()).extracting(Limit::name).containsExactly("key", "tenant", "route");
  }

  @Test
  void isSettledLaterOnlyIfItIsReserved() {
    Admitted reserved = (Admitted) shield.admit(Request.of("alice", 5).reserved());
    reserved.settle(1);
    assertThat(left("key", "alice")).isEqualTo(8);

    Admitted plain = (Admitted) shield.admit(Request.of("alice", 5).charging(TENANT));
    assertThatThrownBy(() -> plain.settle(1)).hasMessageContaining("must be reserved");
  }

  @Test
  void doesNotFollowTheArrayItWasMadeOf() {
    Charge[] charges = {TENANT};
    Request request = Request.of(charges);
    charges[0] = ROUTE;

    assertThat(request).isEqualTo(Request.of(TENANT));
  }

  @Test
  void isEqualByContent() {
    Request request = Request.of("alice", 2).charging(TENANT, ROUTE).reserved();

    assertThat(request)
        .isEqualTo(Request.of("alice", 2).charging(TENANT).charging(ROUTE).reserved())
        .hasSameHashCodeAs(
            Request.of("alice", 2).charging(TENANT).charging(ROUTE).reserved())
        .isNotEqualTo(Request.of("bob", 2).charging(TENANT, ROUTE).reserved())
        .isNotEqualTo(Request.of("alice", 1).charging(TENANT, ROUTE).reserved())
        .isNotEqualTo(Request.of("alice", 2).charging(ROUTE, TENANT).reserved())
        .isNotEqualTo(Request.of("alice", 2).charging(TENANT, ROUTE))
        .isNotEqualTo(Request.of("alice", 2).charging(TENANT, ROUTE).reserved().onRoute(0))
        .isNotEqualTo(Request.of(TENANT, ROUTE).reserved())
        .isNotEqualTo("alice");
    assertThat(Request.of("alice").onRoute(9))
        .isEqualTo(Request.of("alice").onRoute(64 + 9))
        .isNotEqualTo(Request.of("alice").onRoute(8));
    assertThat(request.hashCode()).isNotEqualTo(Request.of("alice").hashCode());
  }

  @Test
  void saysWhatItIs() {
    assertThat(Request.of("alice")).hasToString("Request[key=alice, permits=1, charges=[]]");
    assertThat(Request.of(ROUTE).reserved())
        .hasToString("Request[charges=[Charge[limit=route, key=/search, permits=1]], reserved]");
    assertThat(Request.of().onRoute(9)).hasToString("Request[charges=[], route=9]");
  }

  @Test
  @SuppressWarnings("NullAway") // what a caller without checks may do
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> Request.of((String) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("key");
    assertThatThrownBy(() -> Request.of("alice").charging((Charge) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("charge");
    assertThatThrownBy(() -> Charge.of("key", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("key");
  }
}
