package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.passes;
import static dev.flowshield.http.Admissions.spend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.exchange.BodyFormat;
import dev.flowshield.http.exchange.HttpAdmitted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpShieldBuilderTest {

  @Test
  void aBuilderMayBuildSeveral() {
    HttpShieldBuilder builder = HttpShield.builder().perClient("1/h").limit("2/h");
    spend(builder.build(), CLIENT, 1);
    spend(builder.build(), CLIENT, 1);
  }

  @Test
  void rejectsSettingsThatDoNotFit() {
    assertThatThrownBy(
            () -> HttpShield.builder().operations(o -> o.healthPaths("/up")).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "a shield must have at least one of limit, perClient and inFlight, got none: set"
                + " one, as in perClient(\"100/s\")");
    assertThatThrownBy(() -> HttpShield.builder()
            .limit("1/s")
            .limits(l -> l.limiter("fixed-window"))
            .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "perClient must be set where its settings are, got [limiter] alone: set it, as in"
                + " perClient(\"100/s\"), or leave them out");
    assertThatThrownBy(() -> HttpShield.builder().perClient("100/s").perClient("5000/h"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "perClient must be set once, got [100/s] and [5000/h]: say both in one text, as in"
                + " \"100/s, 5000/h\"");
    assertThatThrownBy(() -> HttpShield.builder().limits(l -> l.maxClients(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "maxClients must be 1 to 100,000,000, got 0: choose what memory allows, 24 bytes a"
                + " client; those beyond share allowances");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 200, 399, 600})
  void rejectsAStatusThatIsNoError(int status) {
    assertThatThrownBy(() -> HttpShield.builder().responses(r -> r.overloadStatus(status)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("overloadStatus must be 400 to 599, got " + status
            + ": choose 503, or 429 to keep connections open");
  }

  @Test
  @SuppressWarnings("NullAway") // it is the mistake
  void namesASettingOfTheAnswersThatIsNull() {
    HttpShieldBuilder builder = HttpShield.builder();
    assertThatNullPointerException()
        .isThrownBy(() -> builder.responses(r -> r.headers(null)))
        .withMessage("headers");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.responses(r -> r.legacyHeaders(null)))
        .withMessage("legacyHeaders");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.responses(r -> r.body(null)))
        .withMessage("body");
  }

  @Test
  void takesSettingsAsTextAndNoDefaults() {
    HttpShield shield = HttpShield.builder()
        .responses(r -> r.body(BodyFormat.PROBLEM))
        .settings(Map.of("per-client", "7/min", "policy.1", "* /a * 1/s"))
        .build();

    assertThat(shield)
        .hasToString(
            "FlowShield: each client 7/min (at most 14 in any 1min), up to 1,000,000 clients"
                + " told apart; policies: * /a * 1/s name=a; left alone: /health /healthz /livez"
                + " /readyz /health/live /health/ready /actuator/health/**");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.builder().settings(Map.of("per-clint", "1/s")))
        .withMessageContaining("setting 'per-clint' must be one of [");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.builder().settings(Map.of("in-flight", "many")))
        .withMessageContaining("setting 'in-flight' must be a whole number");
  }

  @Test
  void hasANameForOperators() {
    assertThat(HttpShield.builder().perClient("1/s").build().name()).isEqualTo("default");
    assertThat(HttpShield.builder()
            .perClient("1/s")
            .operations(o -> o.name("api-2.eu"))
            .build()
            .name())
        .isEqualTo("api-2.eu");
    for (String none : new String[] {"", "Api", "2", "a b", "x".repeat(33)}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> HttpShield.builder().operations(o -> o.name(none)))
          .withMessageStartingWith("name must be 1 to 32 lower-case letters");
    }
  }

  @Test
  void takesOneValueForTheRequestsInFlight() {
    assertThat(
            HttpShield.builder().inFlight(InFlightLimit.of(7)).build().engine().inFlightLimit())
        .isEqualTo(7);
    HttpShield shadow =
        HttpShield.builder().inFlight(InFlightLimit.of(1).shadow()).build();
    shadow.admit(FakeRequest.from(CLIENT));
    assertThat(shadow.admit(FakeRequest.from(CLIENT))).isInstanceOf(HttpAdmitted.class);
    assertThat(shadow.stats().wouldShed()).isEqualTo(1);
    assertThatThrownBy(() -> HttpShield.builder().inFlight(InFlightLimit.off()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("a shield must have at least one of limit, perClient and inFlight");
  }

  @Test
  void keepsTheOrderInWhichTheEngineIsTold() {
    HttpShield last = HttpShield.builder()
        .operations(o -> o.engine(it -> it.inFlight(InFlightLimit.of(5))))
        .inFlight(7)
        .build();
    assertThat(last.engine().inFlightLimit()).isEqualTo(7);
    HttpShield engine = HttpShield.builder()
        .inFlight(7)
        .operations(o -> o.engine(it -> it.inFlight(InFlightLimit.of(5))))
        .build();
    assertThat(engine.engine().inFlightLimit()).isEqualTo(5);
  }

  @Test
  void aSettingOfTheEngineThatIsSetTwiceHasTheLaterValue() {
    HttpShield shield = HttpShield.builder()
        .perClient("1/day")
        .operations(o -> o.showKeys(true).showKeys(false))
        .build();
    passes(shield, FakeRequest.from(CLIENT), 1);
    assertThat(shield.engine().topRejected(1).get(0).key()).doesNotContain(CLIENT);

    HttpShield again = HttpShield.builder()
        .perClient("1/day")
        .operations(o -> o.showKeys(false).showKeys(true))
        .build();
    passes(again, FakeRequest.from(CLIENT), 1);
    assertThat(again.engine().topRejected(1).get(0).key()).isEqualTo(CLIENT);
  }

  @Test
  void allOtherSettingsOfTheEngineAreApplied() {
    List<String> applied = new ArrayList<>();
    HttpShield.builder()
        .perClient("1/day")
        .operations(o -> o.engine(it -> applied.add("first")).engine(it -> applied.add("second")))
        .build();
    assertThat(applied).containsExactly("first", "second");
  }
}
