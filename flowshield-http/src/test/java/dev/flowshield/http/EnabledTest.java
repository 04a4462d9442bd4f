package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.settings.ConfigurationSources;
import dev.flowshield.http.settings.SettingsFile;
import dev.flowshield.testkit.ManualTicker;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A shield that is turned off. */
class EnabledTest {

  private final Map<String, String> file = new HashMap<>(Map.of("per-client", "2/day"));

  private HttpShield shield() {
    return HttpShield.of(
        () -> new ConfigurationSources(
            Map.of(), Map.of(), Map.of(), new SettingsFile(Map.copyOf(file), Set.of())),
        it -> it.operations(o -> o.ticker(ManualTicker.atZero())));
  }

  @Test
  void isOnUnlessSet() {
    assertThat(shield().isEnabled()).isTrue();
    file.put("enabled", "on");
    assertThat(shield().isEnabled()).isTrue();
  }

  @Test
  void admitsAllAndCountsNothing() {
    file.put("enabled", "off");
    file.put("deny", CLIENT);
    file.put("in-flight", "1");
    file.put("streams", "1");
    file.put("headers", "always");
    file.put("policy.1", "* /old/** * deny");
    HttpShield shield = shield();

    for (int i = 0; i < 10; i++) {
      HttpAdmitted admitted =
          admitted(shield.admit(FakeRequest.from(CLIENT).with("Accept", "text/event-stream")));
      assertThat(admitted.headers()).isEmpty();
      assertThat(admitted.markAsStream()).isTrue();
    }
    admitted(shield.admit(new FakeRequest("GET", "/old/x", CLIENT)));
    assertThat(shield.admitAsync(FakeRequest.from(CLIENT), Runnable::run).join())
        .isInstanceOf(HttpAdmitted.class);

    assertThat(shield.isEnabled()).isFalse();
    assertThat(shield.stats().admitted()).isZero();
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.streams().open()).isZero();
    assertThat(shield.denied()).isZero();
  }

  @Test
  void leavesNoMarkAtARequestAndAsksNoDoor() {
    HttpShield shield = HttpShield.builder()
        .perClient("1/day")
        .responses(r -> r.interceptor(request -> {
          throw new AssertionError("asked");
        }))
        .operations(o -> o.enabled(false))
        .build();
    FakeRequest request = FakeRequest.from(CLIENT);

    admitted(shield.admit(request));

    assertThat(request.mark()).isNull();
  }

  @Test
  void asksNoLimiterThatIsKeptElsewhere() {
    RateLimiter elsewhere = new RateLimiter() {
      @Override
      public Decision decide(String key, long permits) {
        throw new AssertionError("asked");
      }

      @Override
      public CompletionStage<Decision> decideAsync(String key, long permits) {
        return CompletableFuture.failedFuture(new AssertionError("asked"));
      }
    };
    HttpShield shield = HttpShield.builder()
        .limit(Limit.each("elsewhere", "1/day").withLimiter(elsewhere))
        .inFlight(5)
        .operations(o -> o.enabled(false))
        .build();

    assertThat(shield.isSynchronous()).isTrue();
    spend(shield, CLIENT, 2);
  }

  @Test
  void saysSoInOneLineOfTheLog() {
    file.put("enabled", "off");
    try (LogOfShields log = new LogOfShields()) {
      HttpShield shield = shield();
      assertThat(log.lines())
          .singleElement()
          .asString()
          .matches(
              "FlowShield \\S+: off, so nothing is limited, counted or denied \\(enabled=off\\)");
      assertThat(log.warnings()).hasSize(1);
      assertThat(shield)
          .hasToString("FlowShield: off, so nothing is limited, counted or denied (enabled=off)");
    }
  }

  @Test
  void opensNoStore() {
    file.put("store", "test:off");
    file.put("enabled", "off");
    int opened = TestStoreProvider.OPENED.size();

    HttpShield shield = shield();
    spend(shield, CLIENT, 5);
    shield.close();

    assertThat(TestStoreProvider.OPENED).hasSize(opened);
  }

  @Test
  void aMistakeInOtherSettingsIsFoundAllTheSame() {
    file.put("enabled", "off");
    file.put("in-flight", "many");

    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .withMessageContaining("'in-flight' in flowshield.properties must be a whole number");
  }

  @Test
  void theSettingIsOnOrOff() {
    file.put("enabled", "false");

    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .withMessageContaining("'enabled' in flowshield.properties must be on or off, got 'false'");
  }

  @Test
  void aReloadTurnsItOffAndOnAgainAndForgivesNothing() {
    file.put("store", "test:switched");
    HttpShield shield = shield();
    spend(shield, CLIENT, 2);

    file.put("enabled", "off");
    assertThat(shield.reload()).containsExactly("enabled: not set -> off");
    spend(shield, CLIENT, 5);

    file.put("enabled", "on");
    assertThat(shield.reload()).containsExactly("enabled: off -> on");
    rejected(shield.admit(FakeRequest.from(CLIENT)));
    assertThat(shield.stats().admitted()).isEqualTo(2);
  }

  @Test
  void aReloadTurnsOnOneThatStartedOff() {
    file.put("enabled", "off");
    HttpShield shield = shield();
    spend(shield, CLIENT, 5);

    file.remove("enabled");
    shield.reload();

    spend(shield, CLIENT, 2);
    rejected(shield.admit(FakeRequest.from(CLIENT)));
  }

  @Test
  void aStoreThatWasNotOpenedNeedsANewShield() {
    file.put("store", "test:late");
    file.put("enabled", "off");
    HttpShield shield = shield();
    int opened = TestStoreProvider.OPENED.size();
    file.remove("enabled");

    assertThatIllegalArgumentException()
        .isThrownBy(shield::reload)
        .withMessageContaining("FlowShield cannot reload: store must be open since the start to be"
            + " used, got a shield that was off then: start the application again");

    assertThat(shield.isEnabled()).isFalse();
    assertThat(TestStoreProvider.OPENED).hasSize(opened);
  }
}
