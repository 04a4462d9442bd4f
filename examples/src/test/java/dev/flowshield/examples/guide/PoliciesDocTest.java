package dev.flowshield.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.examples.Visit;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.testkit.ManualTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The promises of docs/policies.md about its examples. */
class PoliciesDocTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  private static String document() throws IOException {
    Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    return Files.readString(module.resolve("../docs/policies.md"));
  }

  /** Returns the rows of the first block. */
  private static String table() throws IOException {
    String document = document();
    int from = document.indexOf("```") + 4;
    return document.substring(from, document.indexOf("```", from));
  }

  private static int admitted(HttpShield shield, String method, String path, String user) {
    int count = 0;
    while (count <= 1_000
        && shield.admit(new Visit(method, path).by(user)) instanceof HttpAdmitted admitted) {
      admitted.close();
      count++;
    }
    return count;
  }

  @Test
  void threePlansOnFourRoutesAreTwelveRows() throws IOException {
    HttpShield shield = HttpShield.builder()
        .perClient("7/s")
        .policies(p -> p.plan(request -> request.principal()))
        .policies(table())
        .operations(o -> o.ticker(ticker))
        .build();

    assertThat(shield.policies()).hasSize(12);
    assertThat(admitted(shield, "GET", "/search", "free")).isEqualTo(10);
    assertThat(admitted(shield, "GET", "/search", "team")).isEqualTo(200);
    assertThat(admitted(shield, "POST", "/orders/", "pro")).isEqualTo(10);
    assertThat(admitted(shield, "GET", "/export", "free")).isEqualTo(2);
    assertThat(admitted(shield, "PUT", "/api/v1/things", "pro")).isEqualTo(100);
    assertThat(admitted(shield, "GET", "/orders", "pro")).isEqualTo(7);
  }

  @Test
  void aLoginThatFailsIsCountedByAddressAndByAccount() {
    HttpShield shield = ByRoute.shield();
    for (int i = 0; i < 50; i++) {
      login(shield, "alice", 200);
    }
    for (String spelling : List.of("alice", "Alice", " ALICE ", "alice", "alice")) {
      login(shield, spelling, 401);
    }

    assertThat(ask(shield, "alice")).isInstanceOf(ShieldResponse.class);
    assertThat(ask(shield, "bob")).isInstanceOf(HttpAdmitted.class);
  }

  private static void login(HttpShield shield, String account, int status) {
    HttpAdmitted admitted = (HttpAdmitted) ask(shield, account);
    admitted.responded(status);
    admitted.close();
  }

  private static HttpAdmission ask(HttpShield shield, String account) {
    return shield.admit(new Visit("POST", "/login").with(Map.of("X-Account", account)));
  }
}
