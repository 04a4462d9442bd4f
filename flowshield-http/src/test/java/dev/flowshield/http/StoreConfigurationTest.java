package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flowshield.LimitStore;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.settings.ConfigurationSources;
import dev.flowshield.http.settings.SettingsFile;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Limits that are kept in a store, as a configuration asks for it. */
class StoreConfigurationTest {

  private final Map<String, String> file = new HashMap<>(Map.of("per-client", "2/day"));

  private HttpShield shield() {
    return HttpShield.of(
        () -> new ConfigurationSources(
            Map.of(), Map.of(), Map.of(), new SettingsFile(Map.copyOf(file), Set.of())),
        builder -> {});
  }

  private static String keptBy(HttpShield shield, String name) {
    return shield.engine().limits().stream()
        .filter(limit -> limit.name().equals(name))
        .map(Limit::limiter)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void oneLineKeepsAllLimitsInAStore() {
    file.put("store", "test:all");
    file.put("limit", "100/day");
    file.put("policy.1", "GET /a * 3/day name=a");
    file.put("policy.2", "GET /b * 3/day name=b store=local");
    file.put("policy.3", "GET /c * 3/day name=c on-store-failure=closed");
    HttpShield shield = shield();

    for (String name : new String[] {"client", "everyone", "a", "c"}) {
      assertThat(keptBy(shield, name)).as(name).isEqualTo("test:all");
    }
    assertThat(keptBy(shield, "b")).isEqualTo("token-bucket");
    spend(shield, CLIENT, 2);
    assertThat(rejected(shield.admit(FakeRequest.from(CLIENT))).status()).isEqualTo(429);
    assertThat(shield.policies())
        .contains(
            "GET /b * 3/day name=b store=local", "GET /c * 3/day name=c on-store-failure=closed");
    assertThat(shield.toString()).contains("each client 2/day (at most 4 in any 1day) by test:all");
  }

  @Test
  void thatLineMayHaveThePrefixOfTheProperties() {
    file.put("flowshield.store", "test:prefixed");
    file.put("flowshield.policy.1", "GET /a * 3/day name=a");
    HttpShield shield = shield();

    assertThat(keptBy(shield, "client")).isEqualTo("test:prefixed");
    assertThat(keptBy(shield, "a")).isEqualTo("test:prefixed");
  }

  @Test
  void itsSettingsReachTheStore() {
    file.put("store", "test:options");
    file.put("store-timeout", "20");
    file.put("store-key-prefix", "shop");
    file.put("store-key-secret", "hidden");
    file.put("on-store-failure", "open");
    file.put("instances", "4");
    file.put("store-required", "on");
    shield();

    assertThat(TestStoreProvider.at("test:options").options())
        .isEqualTo(Map.of(
            "timeout", "20",
            "key-prefix", "shop",
            "key-secret", "hidden",
            "on-store-failure", "open",
            "instances", "4",
            "required", "on"));
  }

  @Test
  void theStoreIsClosedWithTheShieldThatHasOpenedIt() {
    file.put("store", "test:closed");
    HttpShield shield = shield();
    assertThat(TestStoreProvider.at("test:closed").isClosed()).isFalse();
    shield.close();
    assertThat(TestStoreProvider.at("test:closed").isClosed()).isTrue();
  }

  @Test
  void aStoreOfTheApplicationIsLeftOpen() {
    LimitStore own = new TestStoreProvider().open("test:own", Map.of());
    HttpShield shield =
        HttpShield.builder().store(s -> s.opened(own)).perClient("2/day").build();

    assertThat(keptBy(shield, "client")).isEqualTo("test:own");
    shield.close();
    assertThat(TestStoreProvider.at("test:own").isClosed()).isFalse();
  }

  @Test
  void aReloadGoesOnWithTheSameStore() {
    file.put("store", "test:reload");
    HttpShield shield = shield();
    int opened = TestStoreProvider.OPENED.size();
    spend(shield, CLIENT, 1);
    file.put("per-client", "4/day");

    assertThat(shield.reload()).containsExactly("limit 'client': 2/day -> 4/day");
    assertThat(TestStoreProvider.OPENED).hasSize(opened);
    assertThat(shield.engine().peek("client", CLIENT).remaining()).isEqualTo(2);

    file.put("store", "test:another");
    assertThatIllegalArgumentException()
        .isThrownBy(shield::reload)
        .withMessageContaining("another value of store")
        .withMessageContaining("start the application again");
  }

  @Test
  void aReloadDoesNotChangeTheOptionsOfALimitInTheStore() {
    file.put("store", "test:rows-of-a-reload");
    String row = "GET /a * 3/day name=a";
    file.put("policy.1", row + " lease=on");
    HttpShield shield = shield();
    for (String options : new String[] {"", " lease=on on-store-failure=open", " lease=off"}) {
      file.put("policy.1", row + options);
      assertThatIllegalArgumentException()
          .as(options)
          .isThrownBy(shield::reload)
          .withMessageStartingWith("FlowShield cannot reload: limits must stay the same but for how"
              + " much they admit, got 'GET /a * 3/day name=a")
          .withMessageEndingWith("in place of 'GET /a * 3/day name=a lease=on', whose options for"
              + " the store cannot change: start the application again for that");
    }
    assertThat(shield.policies()).containsExactly(row + " lease=on");

    file.put("policy.1", "GET /a * 4/day name=a lease=on");
    assertThat(shield.reload()).hasSize(2);
    assertThat(optionsOf(shield, "a")).isEqualTo(Map.of("lease", "on"));
  }

  @Test
  void withoutAStoreARowMayStateOtherOptionsForIt() {
    file.put("policy.1", "GET /a * 3/day name=a lease=on");
    HttpShield shield = shield();
    file.put("policy.1", "GET /a * 3/day name=a");

    assertThat(shield.reload())
        .containsExactly("- GET /a * 3/day name=a lease=on", "+ GET /a * 3/day name=a");
  }

  @Test
  void passwordsAndSecretsAreNotRepeated() {
    file.put("store", "test://user:password@host");
    file.put("store-key-secret", "hidden");
    file.put("per-client", "off");
    file.put("limit", "off");
    file.put("in-flight", "off");

    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .satisfies(failure -> assertThat(failure.getMessage())
            .contains("store=test://***@host")
            .contains("store-key-secret=***")
            .doesNotContain("password", "hidden"));
  }

  @Test
  void settingsWithoutAStoreAreAMistake() {
    assertThatIllegalStateException()
        .isThrownBy(() -> HttpShield.builder()
            .perClient("2/day")
            .store(s -> s.onFailure(StoreFailurePolicy.CLOSED))
            .build())
        .withMessage("store must be set where its settings are, got [on-store-failure] alone: set"
            + " it, as in redis://localhost:6379, or leave them out");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.builder()
            .store(s -> s.uri("test:a").opened(new TestStoreProvider().open("test:b", Map.of()))))
        .withMessageContaining("store must be set once");
  }

  @Test
  void anUnknownAddressIsAMistakeOfTheConfiguration() {
    file.put("store", "reddis://:password@host");

    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .satisfies(failure -> assertThat(failure.getMessage())
            .contains("store must be an address in a form of [test:name]")
            .contains("begins with 'reddis:'")
            .doesNotContain("password"));
  }

  @Test
  void anotherStoreInARowIsAMistake() {
    file.put("store", "test:rows");
    file.put("policy.1", "GET /a * 3/day store=test:other");

    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .withMessageContaining("store must be local in a row, got 'test:other'");

    file.put("policy.1", "GET /a * 3/day on-store-failure=maybe");
    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .withMessageContaining("on-store-failure must be local, open or closed, got 'maybe'");

    file.put("policy.1", "GET /a * 3/day lease=maybe");
    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .withMessageContaining("lease must be on or off, got 'maybe'");
  }

  @Test
  void aRowSaysThatItsLimitIsLeased() {
    file.put("store", "test:leased");
    file.put("policy.1", "GET /a * 3/day name=a lease=on");
    file.put("policy.2", "GET /b * 3/day name=b lease=off on-store-failure=open");
    HttpShield shield = shield();

    assertThat(optionsOf(shield, "a")).isEqualTo(Map.of("lease", "on"));
    assertThat(optionsOf(shield, "b")).isEqualTo(Map.of("on-store-failure", "open"));
    assertThat(shield.policies())
        .containsExactly(
            "GET /a * 3/day name=a lease=on", "GET /b * 3/day name=b on-store-failure=open");
  }

  @Test
  void admittedAnswersTellHowLimitsInTheStoreStandWithoutAskingItAgain() {
    file.put("store", "test:headers");
    file.put("headers", "always");
    file.put("policy.1", "GET /a * 30/day name=a");
    file.put("policy.2", "GET /a * 30/day name=local store=local");
    file.put("policy.3", "GET /a * 9/day name=shared key=everyone");
    file.put("policy.4", "GET /a * 5/day name=shadow shadow");
    HttpShield shield = shield();

    HttpAdmission admission = shield.admit(new FakeRequest("GET", "/a", CLIENT));
    assertThat(((HttpAdmitted) admission).headers())
        .extracting(ShieldResponse.Header::value)
        .containsExactly(
            "\"local\";q=30;w=86400, \"a\";q=30;w=86400", "\"local\";r=29, \"a\";r=29");
    assertThat(TestStoreProvider.at("test:headers").peeked()).isZero();
  }

  private static Map<String, String> optionsOf(HttpShield shield, String name) {
    return shield.engine().limits().stream()
        .filter(limit -> limit.name().equals(name))
        .map(Limit::options)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void keysThatAreSecretsAreTheSameInAllInstances() {
    file.put("store", "test:keys");
    file.put("per-client", "100/day");
    file.put("store-key-secret", "hidden");
    file.put("policy.1", "GET /a * 3/day key=header:X-Api-Key");
    file.put("show-keys", "true");
    FakeRequest request =
        new FakeRequest("GET", "/a", CLIENT).with("X-Api-Key", "secret of a client");
    String ofOne = keyOfTheTopRejected(shield(), request);

    assertThat(keyOfTheTopRejected(shield(), request)).isEqualTo(ofOne);
    file.put("store-key-secret", "another");
    assertThat(keyOfTheTopRejected(shield(), request)).isNotEqualTo(ofOne);
    assertThat(ofOne).startsWith("header=").doesNotContain("secret");
  }

  private String keyOfTheTopRejected(HttpShield shield, FakeRequest request) {
    for (int i = 0; i < 3; i++) {
      shield.admit(request.copy());
    }
    rejected(shield.admit(request.copy()));
    return shield.engine().topRejected(1).get(0).key();
  }
}
