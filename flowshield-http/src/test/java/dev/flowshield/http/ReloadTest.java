package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.settings.ConfigurationSources;
import dev.flowshield.http.settings.ReloadWatch;
import dev.flowshield.http.settings.Settings;
import dev.flowshield.http.settings.SettingsFile;
import dev.flowshield.testkit.ManualTicker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A configuration that changes while requests come in. */
class ReloadTest {

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Map<String, String> file = new HashMap<>(Map.of("per-client", "2/day"));

  private @Nullable RuntimeException unreadable;

  private ConfigurationSources sources() {
    if (unreadable != null) {
      throw unreadable;
    }
    return new ConfigurationSources(
        Map.of(), Map.of(), Map.of(), new SettingsFile(Map.copyOf(file), Set.of()));
  }

  private HttpShield shield() {
    return HttpShield.of(
        this::sources,
        it -> it.operations(o -> o.ticker(ticker))
            .policies(p -> p.plan(request -> request.header("Plan"))));
  }

  private static FakeRequest get(String path) {
    return new FakeRequest("GET", path, CLIENT);
  }

  @Test
  void asksAFrameworkForItsSettingsAgainAndReadsNothingElse() {
    Map<String, String> own = new HashMap<>(Map.of("in-flight", "7"));
    System.setProperty("flowshield.nonsense", "of another application");
    try {
      HttpShield shield =
          HttpShield.fromSettings(() -> own, it -> it.operations(o -> o.ticker(ticker)));

      assertThat(shield.engine().limits()).asString().contains("client: 100/s burst 500");
      assertThat(shield.engine().inFlightLimit()).isEqualTo(7);
      own.put("per-client", "4/day");
      assertThat(shield.reload()).isNotEmpty();
      assertThat(shield.engine().limits()).asString().contains("client: 4/day");
      own.put("per-clint", "5/day");
      assertThatIllegalArgumentException()
          .isThrownBy(shield::reload)
          .withMessageContaining("setting 'per-clint' must be one of");
    } finally {
      System.clearProperty("flowshield.nonsense");
    }
  }

  @Test
  void changesWhatLimitsAdmitAndForgivesNothing() {
    file.put("in-flight", "1000");
    HttpShield shield = shield();
    spend(shield, CLIENT, 2);
    file.put("per-client", "4/day");
    file.put("in-flight", "500");

    assertThat(shield.reload())
        .containsExactly("limit 'client': 2/day -> 4/day", "in-flight: 1000 -> 500");

    spend(shield, "192.0.2.2", 4);
    assertThat(shield.engine().peek("client", CLIENT).remaining()).isLessThanOrEqualTo(2);
    assertThat(shield.engine().inFlightLimit()).isEqualTo(500);
    assertThat(shield.reload()).isEmpty();
  }

  @Test
  void changesRowsThatKeepTheirLimits() {
    file.put("policy.1", "GET /a * 1/day");
    file.put("policy.2", "* *.css * off");
    HttpShield shield = shield();
    spend(shield, CLIENT, 2);
    file.put("policy.1", "GET /a * 3/day");
    file.put("policy.2", "* *.js * off");
    file.put("policy.3", "* /old/** * deny");

    assertThat(shield.reload())
        .containsExactlyInAnyOrder(
            "- GET /a * 1/day name=a",
            "+ GET /a * 3/day name=a",
            "- * *.css * off",
            "+ * *.js * off",
            "+ * /old/** * deny");

    rejected(shield.admit(get("/x.css")));
    admitted(shield.admit(get("/x.js")));
    assertThat(rejected(shield.admit(get("/old/x"))).status()).isEqualTo(403);
    for (int i = 0; i < 3; i++) {
      admitted(shield.admit(get("/a")));
    }
    rejected(shield.admit(get("/a")));
  }

  @Test
  void saysThatRowsAreInAnotherOrder() {
    file.put("policy.1", "* /a * off");
    file.put("policy.2", "* /b * off");
    HttpShield shield = shield();
    file.put("policy.1", "* /b * off");
    file.put("policy.2", "* /a * off");

    assertThat(shield.reload()).containsExactly("policies: in another order");
  }

  @Test
  void doesNotHandTheDebtsOfOneRowToAnother() {
    for (List<String> rows : List.of(
        List.of("GET /a * 5/day", "POST /a * 1/day"),
        List.of("* /a * 5/day", "* /a * 5/day key=header:X"),
        List.of("* /a * 5/day", "* /a * 90/h"),
        List.of("* /a/b * 5/day", "* /a-b * 5/day"))) {
      file.put("policy.1", rows.get(0));
      file.put("policy.2", rows.get(1));
      HttpShield shield = shield();
      List<String> before = shield.policies();
      file.put("policy.1", rows.get(1));
      file.put("policy.2", rows.get(0));

      assertThatIllegalArgumentException()
          .as("%s", rows)
          .isThrownBy(shield::reload)
          .withMessageContaining("whose limit had another name, as names that are not given with"
              + " name= follow the order of the rows: start the application again for that");

      assertThat(shield.policies()).isEqualTo(before);
    }
  }

  @Test
  void doesNotForgiveWhatKeysOweByCountingOthers() {
    file.put("policy.1", "GET /a * 5/day key=header:X-Api-Key name=a");
    HttpShield shield = shield();
    for (String row : List.of(
        "GET /a * 5/day name=a",
        "GET /a * 5/day key=header:X-Other name=a",
        "GET /b * 7/day key=principal name=a")) {
      file.put("policy.1", row);

      assertThatIllegalArgumentException()
          .as("%s", row)
          .isThrownBy(shield::reload)
          .withMessageContaining(
              "', whose limit counted by key=header:X-Api-Key: start the application again");
    }
    file.put("policy.1", "GET /a * 7/day key=header:X-Api-Key name=a");
    assertThat(shield.reload()).hasSize(2);
  }

  @Test
  void saysThatNetworksAreOthers() {
    file.put("per-network", "9/day /48");
    HttpShield shield = shield();
    file.put("per-network", "9/day /40");

    assertThat(shield.reload()).containsExactly("per-network: 9/day /48 -> 9/day /40");
  }

  @Test
  void answersTheRequestsThatComeInMeanwhile() throws Exception {
    List<String> rows = List.of("* /a * 100/s cost=50", "* /a * 10/s cost=5");
    file.put("policy.1", rows.get(0));
    HttpShield shield = HttpShield.of(this::sources, it -> {});
    AtomicBoolean isOver = new AtomicBoolean();
    Runnable client = () -> {
      while (!isOver.get()) {
        if (shield.admit(get("/a")) instanceof HttpAdmitted admitted) {
          admitted.close();
        }
      }
    };
    CompletableFuture<Void> one = CompletableFuture.runAsync(client);
    CompletableFuture<Void> another = CompletableFuture.runAsync(client);

    for (int i = 1; i <= 1_000 && !one.isDone() && !another.isDone(); i++) {
      file.put("policy.1", rows.get(i % 2));
      shield.reload();
    }

    isOver.set(true);
    CompletableFuture.allOf(one, another).get(10, TimeUnit.SECONDS);
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void changesTheOrderOfRowsThatHaveNames() {
    file.put("policy.1", "GET /a * 5/day name=read");
    file.put("policy.2", "POST /a * 1/day");
    file.put("policy.3", "GET /a/* * 3/day name=one");
    HttpShield shield = shield();
    admitted(shield.admit(new FakeRequest("POST", "/a", CLIENT)));
    file.put("policy.1", "POST /a * 1/day");
    file.put("policy.2", "GET /a/** * 3/day name=one");
    file.put("policy.3", "GET /a * 7/day name=read");

    assertThat(shield.reload()).hasSize(4);

    rejected(shield.admit(new FakeRequest("POST", "/a", CLIENT)));
  }

  @Test
  void changesAllThatIsNoLimit() {
    HttpShield shield = shield();
    spend(shield, CLIENT, 2);
    file.put("trusted-proxies", "192.0.2.1");
    file.put("health-paths", "/up");
    file.put("body", "problem");
    file.put("headers", "always");

    assertThat(shield.reload())
        .containsExactly(
            "body: not set -> problem",
            "headers: not set -> always",
            "health-paths: not set -> /up",
            "trusted-proxies: not set -> 192.0.2.1");

    admitted(shield.admit(get("/up")));
    assertThat(rejected(shield.admit(get("/"))).headers().toString()).contains("problem+json");
    assertThat(admitted(shield.admit(get("/").with("X-Forwarded-For", "203.0.113.1")))
            .headers())
        .isNotEmpty();
    file.remove("body");
    assertThat(shield.reload()).containsExactly("body: problem -> not set");
  }

  @Test
  void keepsToANumberInPlaceOfACapThatItFindsAndBack() {
    HttpShield shield = shield();
    file.put("in-flight", "50");
    assertThat(shield.reload()).containsExactly("in-flight: auto -> 50");
    assertThat(shield.engine().inFlightLimit()).isEqualTo(50);
    assertThat(shield).asString().contains("at most 50 requests in flight");

    file.put("in-flight", "60");
    assertThat(shield.reload()).containsExactly("in-flight: 50 -> 60");

    file.put("in-flight", "auto");
    assertThat(shield.reload()).containsExactly("in-flight: 60 -> auto");
    assertThat(shield.engine().isInFlightAuto()).isTrue();
    assertThat(shield.reload()).isEmpty();
  }

  @Test
  void cannotBeginToFindACap() {
    file.put("in-flight", "50");
    HttpShield shield = shield();
    file.put("in-flight", "auto");

    assertThatIllegalArgumentException()
        .isThrownBy(shield::reload)
        .withMessageContaining("got in-flight=auto where it was 50: start the application again");
  }

  @Test
  void changesNothingIfTheConfigurationIsNotPossible() {
    HttpShield shield = shield();
    file.put("per-client", "9/day");
    file.put("in-flight", "many");

    assertThatIllegalArgumentException()
        .isThrownBy(shield::reload)
        .withMessageStartingWith("FlowShield cannot reload:")
        .withMessageContaining("'in-flight' in flowshield.properties must be a whole number");

    assertThat(shield.engine().limits().get(0).toString()).contains("2/day");
    file.put("in-flight", "5");
    assertThat(shield.reload()).hasSize(2);
  }

  @Test
  void changesNothingIfALimitComesOrGoesOrIsOfAnotherKind() {
    file.put("policy.1", "GET /a * 1/day");
    HttpShield shield = shield();
    for (Map<String, String> other : List.of(
        Map.of("policy.2", "GET /b * 1/day"),
        Map.of("policy.1", "off"),
        Map.of("policy.1", "GET /a * 1/day shadow"),
        Map.of("per-client", "2/day, 5/day"),
        Map.of("limiter", "fixed-window"),
        Map.of("in-flight", "off"),
        Map.of("show-keys", "true"),
        Map.of("memory-guard", "off"),
        Map.of("shed-on-plateau", "on"),
        Map.of("limit", "5/s"))) {
      Map<String, String> before = Map.copyOf(file);
      file.put("body", "problem");
      file.putAll(other);
      assertThatIllegalArgumentException()
          .as("%s", other)
          .isThrownBy(shield::reload)
          .withMessageStartingWith("FlowShield cannot reload: limits must stay the same but for how"
              + " much they admit, got ");
      file.clear();
      file.putAll(before);
    }
    assertThat(shield.reload()).isEmpty();
  }

  @Test
  void buildsNoSecondEngine() {
    int[] built = {0};
    HttpShield shield =
        HttpShield.of(this::sources, it -> it.operations(o -> o.engine(engine -> built[0]++)));
    file.put("per-client", "4/day");

    assertThat(shield.reload()).hasSize(1);

    assertThat(built).containsExactly(1);
  }

  @Test
  void namesTheSettingThatNeedsANewShield() {
    HttpShield shield = shield();
    file.put("max-clients", "5");

    assertThatIllegalArgumentException()
        .isThrownBy(shield::reload)
        .withMessageEndingWith(
            "got another value of max-clients: start the application again for that");

    file.put("max-clients", "1000000"); // the default, written out
    assertThat(shield.reload()).containsExactly("max-clients: not set -> 1000000");
  }

  @Test
  void isForShieldsOfTheConfigurationAlone() {
    assertThatIllegalStateException()
        .isThrownBy(() -> HttpShield.builder().perClient("1/s").build().reload())
        .withMessageStartingWith("a shield must come from the configuration to be reloaded");
    assertThat(HttpShield.fromConfiguration().reload()).isEmpty();
  }

  @Nested
  class Watched {

    private final Deque<Runnable> later = new ArrayDeque<>();
    private final List<Integer> seconds = new ArrayList<>();

    private HttpShield watched() {
      file.put("reload", "10");
      HttpShield shield = shield();
      ReloadWatch.begin(
          Objects.requireNonNull(shield.source()), new Settings(sources()), this::executor);
      return shield;
    }

    private Executor executor(int delay) {
      seconds.add(delay);
      return later::add;
    }

    /** Sees a change, and a second later that it is whole. */
    private void lookTwice() {
      later.remove().run();
      later.remove().run();
    }

    @Test
    void followsWhatChanges() {
      HttpShield shield = watched();
      try (LogOfShields log = new LogOfShields()) {
        later.remove().run();
        assertThat(log.lines()).isEmpty();
        file.put("per-client", "5/day");
        file.put("reload", "20");
        lookTwice();
        assertThat(log.lines())
            .singleElement()
            .asString()
            .contains("FlowShield: reloaded: limit 'client': 2/day -> 5/day; reload: 10 -> 20");
      }
      assertThat(shield.engine().limits().get(0).toString()).contains("5/day");
      assertThat(seconds).containsExactly(10, 10, 1, 20);
      file.put("reload", "off");
      lookTwice();
      assertThat(later).isEmpty();
    }

    @Test
    void takesNoFileThatIsHalfWritten() {
      file.put("deny", "192.0.2.9");
      HttpShield shield = watched();
      Map<String, String> before = Map.copyOf(file);
      file.remove("deny");
      later.remove().run();
      assertThat(rejected(shield.admit(FakeRequest.from("192.0.2.9"))).status()).isEqualTo(403);
      file.putAll(before);
      file.put("per-client", "5/day");
      try (LogOfShields log = new LogOfShields()) {
        later.remove().run();
        assertThat(log.lines()).as("it has changed once more").isEmpty();
        later.remove().run();
        assertThat(log.lines())
            .containsExactly("FlowShield: reloaded: limit 'client': 2/day -> 5/day");
      }
      assertThat(rejected(shield.admit(FakeRequest.from("192.0.2.9"))).status()).isEqualTo(403);
    }

    @Test
    void forgetsAChangeThatIsTakenBackBeforeTheSecondLook() {
      HttpShield shield = watched();
      file.put("per-client", "5/day");
      later.remove().run();
      file.put("per-client", "2/day");
      later.remove().run();
      file.put("per-client", "5/day");
      later.remove().run();
      assertThat(shield.engine().limits().get(0).toString()).contains("2/day");
      later.remove().run();
      assertThat(shield.engine().limits().get(0).toString()).contains("5/day");
    }

    @Test
    void saysOnceThatAConfigurationIsNotPossibleAndGoesOn() {
      HttpShield shield = watched();
      try (LogOfShields log = new LogOfShields()) {
        file.put("per-client", "fast");
        lookTwice();
        later.remove().run();
        assertThat(log.lines())
            .singleElement()
            .asString()
            .contains("is not possible, so the one before stays in force", "got 'fast'");
        file.put("per-client", "5/day");
        lookTwice();
      }
      assertThat(shield.engine().limits().get(0).toString()).contains("5/day");
    }

    @Test
    void saysThatTheCodeOfTheApplicationFailed() {
      boolean[] fails = {false};
      file.put("reload", "10");
      HttpShield shield = HttpShield.of(ReloadTest.this::sources, it -> {
        if (fails[0]) {
          throw new IllegalStateException("part of the test");
        }
      });
      ReloadWatch.begin(
          Objects.requireNonNull(shield.source()), new Settings(sources()), this::executor);
      fails[0] = true;
      file.put("per-client", "5/day");
      try (LogOfShields log = new LogOfShields()) {
        lookTwice();
        later.remove().run();
        assertThat(log.lines()).singleElement().asString().contains("part of the test");
      }
    }

    @Test
    void noticesAnotherFileOfRows() {
      file.put("policies", "policies-of-a-test.txt");
      watched();
      file.put("policies", "no-such-file.txt");
      try (LogOfShields log = new LogOfShields()) {
        lookTwice();
        assertThat(log.lines()).singleElement().asString().contains("no-such-file.txt");
      }
    }

    @Test
    void goesOnWhenTheFileCannotBeRead() {
      HttpShield shield = watched();
      unreadable = new UncheckedIOException("part of the test", new IOException());
      try (LogOfShields log = new LogOfShields()) {
        later.remove().run();
        later.remove().run();
        assertThat(log.lines()).singleElement().asString().contains("part of the test");
      }
      unreadable = null;
      file.put("per-client", "5/day");
      lookTwice();
      assertThat(shield.engine().limits().get(0).toString()).contains("5/day");
    }

    @Test
    void saysOnceThatTheFileIsMalformed() {
      HttpShield shield = watched();
      file.put("per-client", "5/day");
      later.remove().run(); // which is to be seen twice
      unreadable = new IllegalArgumentException("part of the test");
      try (LogOfShields log = new LogOfShields()) {
        lookTwice();
        later.remove().run();
        assertThat(log.lines()).singleElement().asString().contains("part of the test");
      }
      assertThat(seconds).endsWith(10, 10, 10);
      unreadable = null;
      later.remove().run();
      assertThat(shield.engine().limits().get(0).toString()).as("seen once").contains("2/day");
      later.remove().run();
      assertThat(shield.engine().limits().get(0).toString()).contains("5/day");
    }

    @Test
    void keepsTheOneBeforeWhileTheFileIsGoneAndGoesOn() {
      HttpShield shield = watched();
      Map<String, String> before = Map.copyOf(file);
      file.clear();
      try (LogOfShields log = new LogOfShields()) {
        lookTwice();
        later.remove().run();
        assertThat(log.lines())
            .singleElement()
            .asString()
            .contains("flowshield.properties must have settings as it had before, got none");
      }
      assertThat(shield.engine().limits().get(0).toString()).contains("2/day");
      file.putAll(before);
      file.put("per-client", "5/day");
      lookTwice();
      assertThat(shield.engine().limits().get(0).toString()).contains("5/day");
      assertThat(later).hasSize(1);
    }

    @Test
    void isNotUsual() {
      ReloadWatch.begin(
          Objects.requireNonNull(shield().source()), new Settings(sources()), this::executor);
      assertThat(seconds).isEmpty();
    }
  }
}
