package dev.flowshield.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Criticality;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.engine.Request;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.Map;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanOperationInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The attributes and tables of a shield. */
class AttributesTest {

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Mbean bean = new Mbean("default");
  private FlowShieldMBeans registered =
      FlowShieldMBeans.register("default", FlowShield.builder().perKey("1/s").build());

  @AfterEach
  void close() {
    registered.close();
  }

  private void register(FlowShield shield) {
    registered.close();
    registered = FlowShieldMBeans.register("default", shield);
  }

  private void register(HttpShield shield) {
    registered.close();
    registered = FlowShieldMBeans.register(shield);
  }

  @Test
  void countsEachDecision() {
    FlowShield shield =
        FlowShield.builder().perKey("1/s").inFlight(1).ticker(ticker).build();
    register(shield);

    Admitted running = (Admitted) shield.admit("alice");
    shield.admit("alice");
    shield.admit("bob");
    shield.admit(Request.of("carol").withCriticality(Criticality.CRITICAL));
    running.failed();
    ticker.advance(Duration.ofSeconds(3));

    assertThat(bean.get("Admitted")).isEqualTo(1L);
    assertThat(bean.get("OverLimit")).isEqualTo(1L);
    assertThat(bean.get("Shed")).isEqualTo(2L);
    assertThat(bean.get("ShedDefault")).isEqualTo(1L);
    assertThat(bean.get("ShedCritical")).isEqualTo(1L);
    assertThat(bean.get("ShedSheddable")).isEqualTo(0L);
    assertThat(bean.get("InFlight")).isEqualTo(1);
    assertThat(bean.get("InFlightLimit")).isEqualTo(1);
    assertThat(bean.get("InFlightAuto")).isEqualTo(false);
    assertThat(bean.get("Pressure")).isEqualTo("NORMAL");
    assertThat(bean.get("UptimeMillis")).isEqualTo(3_000L);
    running.close();
    assertThat(bean.get("InFlight")).isEqualTo(0);
    assertThat(bean.get("Failed")).isEqualTo(1L);
  }

  @Test
  void hasEveryAttributeOfAShieldWithAndWithoutHttp() throws Exception {
    register(FlowShield.builder().perKey("1/s").build());
    assertEveryAttributeIsThere();
    assertThat(bean.get("InFlightLimit")).isEqualTo(-1);
    assertThat(bean.get("StreamsLimit")).isEqualTo(-1);
    assertThat(bean.get("OverloadExplanation")).isEqualTo("");

    register(
        HttpShield.builder().perClient("1/s").inFlight(InFlightLimit.auto()).build());
    assertEveryAttributeIsThere();
    assertThat((int) bean.get("InFlightLimitCritical")).isPositive();
    assertThat((String) bean.get("OverloadExplanation")).contains("too little work has ended");
  }

  private void assertEveryAttributeIsThere() throws Exception {
    for (MBeanAttributeInfo each :
        Mbean.SERVER.getMBeanInfo(Mbean.name("default")).getAttributes()) {
      assertThat(bean.get(each.getName())).as(each.getName()).isNotNull();
      assertThat(each.isWritable()).isFalse();
    }
  }

  @Test
  void namesTheOperationsAndTheirParameters() throws Exception {
    register(FlowShield.builder().perKey("1/s").build());

    for (MBeanOperationInfo each :
        Mbean.SERVER.getMBeanInfo(Mbean.name("default")).getOperations()) {
      assertThat(each.getDescription()).isNotEqualTo(each.getName());
      assertThat(each.getImpact()).isIn(MBeanOperationInfo.ACTION, MBeanOperationInfo.INFO);
      assertThat(each.getSignature()).noneMatch(it -> it.getName().matches("p\\d"));
    }
  }

  @Test
  void hasATableOfLimitsInTheirOrder() {
    FlowShield shield = FlowShield.builder()
        .limit(Limit.each("tokens", "1000/min, 5000/h").withMaxKeys(100))
        .named(Limit.together("trial", "5/s").shadow())
        .ticker(ticker)
        .build();
    register(shield);
    shield.admit(Charge.of("tokens", "alice", 7));
    shield.admit(Charge.of("tokens", "bob", 994));
    shield.admit(Charge.of("tokens", "bob", 7));

    assertThat(bean.names("Limits")).containsExactly("tokens", "trial");
    Map<String, Object> tokens = bean.row("Limits", "tokens");
    assertThat(tokens)
        .containsEntry("scope", "each")
        .containsEntry("rates", "1000/min, 5000/h")
        .containsEntry("worstCases", new Long[] {2_000L, 10_000L})
        .containsEntry("limiter", "token-bucket")
        .containsEntry("shadow", false)
        .containsEntry("admitted", 2L)
        .containsEntry("permitsTaken", 1_001L)
        .containsEntry("rejected", 1L)
        .containsEntry("keys", 2L)
        .containsEntry("maxKeys", 100L)
        .containsEntry("store", "");
    assertThat(bean.row("Limits", "trial"))
        .containsEntry("scope", "together")
        .containsEntry("shadow", true);
  }

  @Test
  void hasATableOfStoresWithoutTheirAddresses() {
    register(FlowShield.builder()
        .limit(Limit.each("one", "1/s").withStore(new SilentStore()))
        .limit(Limit.each("two", "1/s").withStore(new SilentStore()))
        .limit(Limit.each("three", "1/s"))
        .build());

    assertThat(bean.names("Stores")).containsExactly("default", "2");
    assertThat(bean.row("Stores", "2"))
        .containsEntry("available", false)
        .containsEntry("reason", "timeout")
        .containsEntry("stateMillis", 3_000L)
        .containsEntry("outages", 1L)
        .containsEntry("answered", 70L)
        .containsEntry("failed", 5L)
        .containsEntry("withoutStore", 12L)
        .containsEntry("instances", 4);
    assertThat(bean.row("Limits", "two"))
        .containsEntry("store", "2")
        .containsEntry("limiter", "store");
    assertThat(bean.row("Limits", "three")).containsEntry("store", "");
  }

  @Test
  void showsKeysByTheirIds() {
    FlowShield shield = FlowShield.builder()
        .limit(Limit.each("login", "1/s").withPenalty(Penalty.after(2, Duration.ofMinutes(1))))
        .ticker(ticker)
        .build();
    register(shield);
    for (int i = 0; i < 4; i++) {
      shield.admit("alice");
    }

    String id = FlowShield.idOf("alice");
    assertThat(bean.entries("TopRejected")).containsExactly(Map.entry(id, 3L));
    assertThat(bean.rows("Penalties"))
        .containsExactly(
            Map.of("limit", "login", "key", id, "blockedForMillis", 300_000L, "level", 1));
    assertThat(bean.get("Blocked")).isEqualTo(1L);
  }

  @Test
  void showsKeysThemselvesOnlyIfTheShieldDoes() {
    HttpShield shield = HttpShield.builder()
        .perClient("1/h")
        .operations(o -> o.showKeys(true).ticker(ticker))
        .build();
    register(shield);
    shield.admit(new Visit("203.0.113.9"));
    shield.admit(new Visit("203.0.113.9"));

    assertThat(bean.entries("TopRejected")).containsExactly(Map.entry("203.0.113.9", 1L));
  }

  @Test
  void hasThePartsOfHttp() {
    HttpShield shield = HttpShield.builder()
        .perClient("1/h")
        .clients(c -> c.deny("198.51.100.0/24").allow("0.0.0.0/0"))
        .policies("GET /search * 10/s name=search")
        .streams(s -> s.most(100).mostPerClient(10))
        .operations(o -> o.ticker(ticker))
        .build();
    register(shield);
    shield.admit(new Visit("198.51.100.7"));

    assertThat(bean.get("Denied")).isEqualTo(1L);
    assertThat((String[]) bean.get("Policies"))
        .singleElement()
        .asString()
        .startsWith("GET /search");
    assertThat(bean.get("StreamsLimit")).isEqualTo(100);
    assertThat(bean.get("StreamsLimitPerClient")).isEqualTo(10);
    assertThat(bean.get("StreamsOpen")).isEqualTo(0);
    assertThat((String) bean.get("Description")).isEqualTo(shield.toString());
    assertThat((String[]) bean.get("Findings"))
        .containsExactly(shield.doctor().stream().map(Object::toString).toArray(String[]::new))
        .isNotEmpty();
  }
}
