package dev.flowshield.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The operations of a shield, and the line that each of them leaves. */
class OperationsTest {

  private static final String ALICE = FlowShield.idOf("alice");

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Mbean bean = new Mbean("orders");
  private final FlowShield shield = FlowShield.builder()
      .perKey("10/s")
      .named(Limit.each("login", "1/s").withPenalty(Penalty.after(20, Duration.ofMinutes(1))))
      .named(Limit.together("all", "100/s"))
      .inFlight(InFlightLimit.auto())
      .ticker(ticker)
      .build();
  private final FlowShieldMBeans registered = FlowShieldMBeans.register("orders", shield);
  private final AuditLines audit = new AuditLines();

  @AfterEach
  void close() {
    registered.close();
    audit.close();
  }

  private void assertAudited(String line) {
    assertThat(audit.lines())
        .containsExactly("FlowShield: shield=\"orders\" action=" + line + " from=jmx");
    audit.lines().clear();
  }

  @Test
  void changesALimit() {
    assertThat(bean.call("change", "key", "20/s burst 50")).isEqualTo("10/s -> 20/s burst 50");

    assertThat(bean.row("Limits", "key")).containsEntry("rates", "20/s burst 50");
    assertAudited("change limit=key old=\"10/s\" new=\"20/s burst 50\"");
  }

  @Test
  void changesTheCapInFlight() {
    assertThat(bean.call("changeInFlight", 7)).isEqualTo("auto -> 7");
    assertAudited("change-in-flight old=\"auto\" new=\"7\"");
    assertThat(bean.get("InFlightLimit")).isEqualTo(7);

    assertThat(bean.call("changeInFlightAuto")).isEqualTo("7 -> auto");
    assertAudited("change-in-flight old=\"7\" new=\"auto\"");
    assertThat(bean.get("InFlightAuto")).isEqualTo(true);
  }

  @Test
  void addsAndRestoresPermits() {
    for (int i = 0; i < 10; i++) {
      shield.admit("alice");
    }

    assertThat(bean.call("add", "key", "alice", 3L)).isEqualTo("0 -> 3");
    assertAudited("add limit=key key=" + ALICE + " old=\"0\" new=\"3\"");
    assertThat(bean.call("reset", "key", "alice")).isEqualTo("3 -> 10");
    assertAudited("reset limit=key key=" + ALICE + " old=\"3\" new=\"10\"");
    assertThat(bean.call("reset", "all", "")).isEqualTo("100 -> 100");
    assertAudited("reset limit=all old=\"100\" new=\"100\"");
  }

  @Test
  void blocksAndPardonsAKeyOrItsId() {
    assertThat(bean.call("block", "login", "alice", 60L))
        .isEqualTo("not blocked -> blocked for 60 s");
    assertAudited(
        "block limit=login key=" + ALICE + " old=\"not blocked\" new=\"blocked for 60 s\"");
    assertThat(bean.rows("Penalties")).hasSize(1);

    assertThat(bean.call("pardon", "login", ALICE)).isEqualTo("blocked for 60 s -> not blocked");
    assertAudited(
        "pardon limit=login key=" + ALICE + " old=\"blocked for 60 s\" new=\"not blocked\"");
    bean.call("block", "login", "alice", 60L);
    assertThat(bean.call("pardon", "login", "alice")).isEqualTo("blocked for 60 s -> not blocked");
    assertThat(bean.rows("Penalties")).isEmpty();
  }

  @Test
  void takesAKeyThatLooksLikeAnIdAsAKey() {
    String key = "0123456789abcdef";
    bean.call("block", "login", key, 60L);

    assertThat(bean.call("pardon", "login", key)).isEqualTo("blocked for 60 s -> not blocked");
  }

  @Test
  void pardonsAll() {
    bean.call("block", "login", "alice", 60L);
    bean.call("block", "login", "bob", 60L);
    audit.lines().clear();

    assertThat(bean.call("pardonAll")).isEqualTo("2 -> 0");
    assertAudited("pardon-all old=\"2\" new=\"0\"");
  }

  @Test
  void looksAtAKeyWithoutAChangeOrALine() {
    shield.admit("alice");
    bean.call("block", "login", "alice", 60L);
    audit.lines().clear();

    assertThat(peek("key", "alice"))
        .containsEntry("id", ALICE)
        .containsEntry("admitted", true)
        .containsEntry("remaining", 9L)
        .containsEntry("retryAfterMillis", 0.0)
        .containsEntry("blockedForMillis", 0L);
    assertThat(peek("login", "alice"))
        .containsEntry("admitted", false)
        .containsEntry("blockedForMillis", 60_000L)
        .containsEntry("level", 1);
    assertThat(bean.call("idOf", "alice")).isEqualTo(ALICE);
    assertThat(audit.lines()).isEmpty();
  }

  private Map<String, Object> peek(String limit, String key) {
    return Mbean.values((CompositeData) bean.call("peek", limit, key));
  }

  @Test
  void failsWithTheMessageOfTheEngineAndChangesNothing() {
    String before = shield.limits().toString();

    fails("change", "nothing", "20/s")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "limit must be one of [key, login, all], got 'nothing': correct the name, or add"
                + " the limit when the shield is built");
    fails("change", "key", "much").hasMessageStartingWith("limit 'key': ");
    fails("change", "key", "20/s, 5/h").hasMessageContaining("as many as before");
    fails("changeInFlight", 0).hasMessageContaining("1 to 1,000,000, got 0");
    fails("add", "key", "alice", 0L).hasMessageContaining("permits must be at least 1, got 0");
    fails("add", "all", "alice", 1L).hasMessageContaining("all");
    fails("reset", "nothing", "alice").hasMessageStartingWith("limit must be one of ");
    fails("reset", "key", "x".repeat(RateLimiter.MAX_KEY_LENGTH + 1))
        .hasMessageStartingWith("key must be at most ");
    fails("peek", "nothing", "alice").hasMessageStartingWith("limit must be one of ");
    fails("block", "login", "alice", 0L).hasMessageStartingWith("duration must be 1 second to ");
    fails("block", "key", "alice", 60L)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("must have a penalty");
    fails("pardon", "key", "alice").hasMessageContaining("must have a penalty");
    fails("pardon", "nothing", ALICE).hasMessageStartingWith("limit must be one of ");
    fails("reload")
        .hasMessageStartingWith("a shield must be an HttpShield to have a configuration");
    fails("keyOf", "203.0.113.9").hasMessageStartingWith("a shield must be an HttpShield to have");
    fails("reset", "key", null).hasMessageStartingWith("key must be a string, got null");
    fails("change", null, "1/s").isInstanceOf(NullPointerException.class);
    fails("change", "key", null).hasMessageStartingWith("text must be rates, got null");

    assertThat(shield.limits()).hasToString(before);
    assertThat(shield.isInFlightAuto()).isTrue();
    assertThat(shield.penalties()).isEmpty();
    assertThat(audit.lines()).isEmpty();
  }

  private AbstractThrowableAssert<?, ? extends Throwable> fails(
      String operation, @Nullable Object... arguments) {
    return assertThatThrownBy(() -> bean.call(operation, arguments))
        .isInstanceOf(RuntimeMBeanException.class)
        .cause();
  }

  /** A limiter of the application, which fails with a class that only the application has. */
  private static final class OwnLimiter implements RateLimiter {

    private static final class OwnFailure extends RuntimeException {
      private static final long serialVersionUID = 1;

      OwnFailure() {
        super("no connection");
      }
    }

    @Override
    public Decision decide(String key, long permits) {
      return new Decision.Admitted(1);
    }

    @Override
    public Set<Capability> capabilities() {
      return EnumSet.of(Capability.RESET);
    }

    @Override
    public void reset(String key) {
      throw new IllegalStateException("cannot reset", new OwnFailure());
    }
  }

  @Test
  void failsWithClassesOfTheJdkAlone() {
    FlowShield other = FlowShield.builder()
        .limit(Limit.each("own", "1/s").withLimiter(new OwnLimiter()))
        .build();

    try (FlowShieldMBeans second = FlowShieldMBeans.register("other", other)) {
      assertThat(second).isNotNull();
      assertThatThrownBy(() -> new Mbean("other").call("reset", "own", "alice"))
          .isInstanceOf(RuntimeMBeanException.class)
          .cause()
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cannot reset")
          .hasNoCause();
    }
  }

  @Test
  void takesTheAddressOfAClientForItsKey() {
    HttpShield http = HttpShield.builder()
        .perClient("5/h")
        .clients(c -> c.ipv6Prefix(56))
        .operations(o -> o.name("web").ticker(ticker))
        .build();

    try (FlowShieldMBeans second = FlowShieldMBeans.register(http)) {
      assertThat(second).isNotNull();
      Mbean web = new Mbean("web");
      http.admit(new Visit("2001:db8:1:2::9"));
      String key = http.keyOf("2001:db8:1:2::9");

      assertThat(web.call("keyOf", "2001:db8:1:2::7")).isEqualTo(key);
      assertThat(web.call("idOf", "2001:db8:1:2::7")).isEqualTo(FlowShield.idOf(key));
      assertThat(web.call("add", "client", "2001:db8:1:3::", 9L)).isEqualTo("4 -> 5");
      assertThat(audit.lines())
          .singleElement()
          .asString()
          .contains("key=" + FlowShield.idOf(key))
          .doesNotContain("2001");
      assertThatThrownBy(() -> web.call("keyOf", "nowhere"))
          .cause()
          .hasMessageStartingWith("address must be an IP address, got 'nowhere'");
    }
  }

  @Test
  void readsTheConfigurationAgain() {
    String[] file = {"per-client=10/s\nin-flight=off\n"};
    HttpShield http = HttpShield.fromConfiguration(
        Map.of(), () -> new ByteArrayInputStream(file[0].getBytes(StandardCharsets.UTF_8)));

    try (FlowShieldMBeans second = FlowShieldMBeans.register(http)) {
      assertThat(second).isNotNull();
      file[0] = "per-client=20/s\nin-flight=off\n";

      assertThat((String[]) new Mbean("default").call("reload"))
          .anyMatch(it -> it.contains("20/s"));
      assertThat(audit.lines())
          .singleElement()
          .asString()
          .startsWith("FlowShield: shield=\"default\" action=reload old=\"")
          .contains("10/s")
          .contains("20/s");
    }
  }
}
