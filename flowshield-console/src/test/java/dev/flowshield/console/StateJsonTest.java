package dev.flowshield.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The state as JSON, which programs other than the page may read. */
class StateJsonTest {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final Path GOLDEN = Path.of("src", "test", "resources", "state-1.json");
  private static final String WRITE = "state.write";

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException notJson) {
      throw new AssertionError(json, notJson);
    }
  }

  private static HttpShieldBuilder busy() {
    return HttpShield.builder()
        .limit("1000/s")
        .perClient("2/h")
        .limit(
            Limit.each("login", "5/min, 20/h").withPenalty(Penalty.after(3, Duration.ofHours(1))))
        .limit(Limit.each("tried", "1/h").shadow())
        .policies("GET /search * 10/s name=search")
        .policies("POST /admin/** * deny")
        .inFlight(InFlightLimit.of(200))
        .streams(s -> s.most(100).mostPerClient(10));
  }

  /** A version of the state that programs rely on: names may come, and none may go. */
  @Test
  void isTheOneInTheFile() throws IOException {
    Consoles it = new Consoles(null, busy());
    for (int i = 0; i < 5; i++) {
      HttpAdmission admission = it.shield.admit(Asked.get("/").from("203.0.113.9"));
      if (admission instanceof HttpAdmitted admitted && i > 0) {
        admitted.close();
      }
    }
    it.shield.admit(Asked.of("POST", "/admin/x").from("203.0.113.9"));
    it.shield.engine().block("login", "203.0.113.9", Duration.ofSeconds(60));
    it.ticker.advance(Duration.ofMillis(1_500));
    ObjectNode state = (ObjectNode) read(it.body(Asked.get("/flowshield/state")));
    assertThat(state.get("started").asText()).matches("[0-9a-f]{1,16}");
    state.put("started", "in each process another one");
    for (String list : new String[] {"top_rejected", "penalties"}) {
      ObjectNode first = (ObjectNode) state.get("shields").get(0).get(list).get(0);
      assertThat(first.get("key").asText()).matches("[0-9a-f]{16}");
      first.put("key", "in each process another one");
    }
    String now = JSON.writeValueAsString(state) + "\n";
    if (Boolean.getBoolean(WRITE)) {
      Files.createDirectories(GOLDEN.getParent());
      Files.writeString(GOLDEN, now);
    }

    assertThat(now)
        .as("version 1; to write it anew, run the test with -D%s=true", WRITE)
        .isEqualTo(Files.readString(GOLDEN));
  }

  @Test
  void isJsonOfASmallShield() {
    Consoles it = new Consoles(null, HttpShield.builder().inFlight(InFlightLimit.auto()));

    JsonNode shield =
        read(it.body(Asked.get("/flowshield/state"))).get("shields").get(0);

    assertThat(shield.get("limits")).isEmpty();
    assertThat(shield.get("in_flight_auto").asBoolean()).isTrue();
    assertThat(shield.get("overload").get("pressure").asText()).isEqualTo("normal");
    assertThat(shield.get("overload").get("latency_ms").isNull()).isTrue();
    assertThat(shield.get("streams").get("most").isNull()).isTrue();
  }

  @Test
  void hasNoKeyOfAClientAndNothingOfARequest() {
    Consoles it = new Consoles(null, busy());
    for (int i = 0; i < 9; i++) {
      it.shield.admit(Asked.get("/private/path").from("203.0.113.9").with("Cookie", "secret"));
    }

    assertThat(it.body(Asked.get("/flowshield/state")))
        .doesNotContain("203.0.113", "private", "secret", "SNAPSHOT", "localhost");
  }

  /** Keys are chosen by clients, and with show-keys operators see them. */
  @Test
  void keepsAHostileKeyAText() {
    String key = "</script><img src=x onerror=alert(1)>\"\\\u2028\n'&\uD800";
    Consoles it = new Consoles(
        null,
        HttpShield.builder()
            .perClient("9/s")
            .limit(Limit.each("own", "1/h"))
            .operations(o -> o.showKeys(true)));
    for (int i = 0; i < 5; i++) {
      it.shield.engine().admit(Charge.of("own", key));
    }

    String state = it.body(Asked.get("/flowshield/state"));

    assertThat(state).doesNotContain("<", ">", "\u2028", "\n", "'", "&");
    assertThat(read(state)
            .get("shields")
            .get(0)
            .get("top_rejected")
            .get(0)
            .get("key")
            .asText())
        .startsWith("</script><img src=x onerror=alert(1)>\"\\\u2028");
  }

  @Test
  void isBoundedWithManyLimitsAndShowsThoseThatReject() {
    HttpShieldBuilder builder = HttpShield.builder().perClient("1000000/s");
    for (int i = 0; i < 999; i++) {
      Limit tenant =
          Limit.each("tenant-of-some-name-" + i, "1000000/s burst 2000000, 5000000000/h");
      builder.operations(o -> o.engine(engine -> engine.named(tenant.withMaxKeys(10))));
    }
    builder.operations(o -> o.engine(engine -> engine.limit(Limit.together("last", "1/h"))));
    Consoles it = new Consoles(null, builder);
    it.shield.admit(Asked.get("/"));
    it.shield.admit(Asked.get("/"));

    String state = it.body(Asked.get("/flowshield/state"));

    JsonNode shield = read(state).get("shields").get(0);
    assertThat(shield.get("limits")).hasSize(200);
    assertThat(shield.get("limits").get(199).get("name").asText()).isEqualTo("last");
    assertThat(shield.get("more_limits").asInt()).isEqualTo(801);
    assertThat(state.getBytes(StandardCharsets.UTF_8).length).isLessThan(96 * 1024);
  }

  @Test
  void isSmallAndFastAtTwoHundredLimits() {
    HttpShieldBuilder builder = HttpShield.builder().perClient("100/s burst 500");
    for (int i = 0; i < 199; i++) {
      builder.policies("GET /search/" + i + " * 10/s name=search-" + i);
    }
    Consoles it = new Consoles(null, builder);
    for (int i = 0; i < 5_000; i++) {
      it.shield.admit(Asked.get("/search/7").from("203.0.113." + i % 200));
    }
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3_000; i++) {
      long begun = System.nanoTime();
      String state = StateJson.of(it.shield);
      least = Math.min(least, System.nanoTime() - begun);
      assertThat(state).hasSizeLessThanOrEqualTo(64 * 1024);
    }
    assertThat(Duration.ofNanos(least))
        .as("200 us on an idle machine")
        .isLessThan(Duration.ofMillis(1));
  }
}
