package dev.flowshield.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.http.HttpShield;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The actions of operators, their mistakes, and the log of them. */
class ActionsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CLIENT = "203.0.113.9";

  private final Consoles it = new Consoles(
      null,
      HttpShield.builder()
          .limit(Limit.each("login", "2/h")
              .withPenalty(Penalty.after(2, Duration.ofHours(1))
                  .withBlocks(Duration.ofMinutes(1), Duration.ofHours(1))))
          .limit("1000/s")
          .perClient("5/h")
          .policies("GET /me * 3/h key=principal name=users")
          .inFlight(InFlightLimit.auto()));

  private final List<String> lines = new ArrayList<>();
  private final Logger log = Logger.getLogger("dev.flowshield.audit");
  private final Handler handler = new Handler() {
    @Override
    public void publish(LogRecord line) {
      lines.add(line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  @BeforeEach
  void listen() {
    log.addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    log.removeHandler(handler);
  }

  private JsonNode json(String action) {
    it.ticker.advance(Duration.ofMillis(100));
    try {
      return JSON.readTree(it.body(Asked.action(action)));
    } catch (IOException notJson) {
      throw new AssertionError(notJson);
    }
  }

  private String done(String action) {
    JsonNode answer = json(action);
    assertThat(answer.has("done")).as(answer.toString()).isTrue();
    return answer.get("done").asText();
  }

  private String problem(String action) {
    it.ticker.advance(Duration.ofMillis(100));
    assertThat(it.status(Asked.action(action))).as(action).isEqualTo(400);
    return json(action).get("problem").asText();
  }

  private void send(int requests) {
    for (int i = 0; i < requests; i++) {
      it.shield.admit(Asked.get("/").from(CLIENT));
    }
  }

  @Test
  void changesALimit() {
    assertThat(done("action=limit&limit=client&to=200%2Fs+burst+300"))
        .isEqualTo("limit client is 200/s burst 300 now, was 5/h, until the restart or a reload");
    assertThat(it.shield.engine().stats("client").limits()).hasToString("[200/s burst 300]");
    assertThat(lines)
        .singleElement()
        .asString()
        .startsWith("FlowShield: console of default: limit client is 200/s burst 300 now");
  }

  @Test
  void changesTheCapInFlightAndBack() {
    assertThat(done("action=in-flight&to=7"))
        .isEqualTo("in-flight is 7 now, was auto, until the restart or a reload");
    assertThat(it.shield.engine().inFlightLimit()).isEqualTo(7);
    assertThat(done("action=in-flight&to=auto")).startsWith("in-flight is auto now, was 7");
    assertThat(it.shield.engine().isInFlightAuto()).isTrue();
  }

  @Test
  void looksAtAClientByItsAddress() {
    send(2);

    JsonNode look = json("action=look&limit=client&key=" + CLIENT).get("look");

    assertThat(look.get("id").asText()).isEqualTo(FlowShield.idOf(CLIENT));
    assertThat(look.get("remaining").asLong()).isEqualTo(3);
    assertThat(look.get("admitted").asBoolean()).isTrue();
    assertThat(lines).singleElement().asString().doesNotContain(CLIENT);
  }

  @Test
  void looksAtAnAddressOfANetworkThatIsOneClient() {
    it.shield.admit(Asked.get("/").from("2001:db8::1"));

    JsonNode look = json("action=look&limit=client&key=2001:db8::ffff").get("look");

    assertThat(look.get("remaining").asLong()).isEqualTo(4);
  }

  @Test
  void looksAtAKeyOfAPolicy() {
    JsonNode look = json("action=look&limit=users&key=principal%3Dalice").get("look");

    assertThat(look.get("remaining").asLong()).isEqualTo(3);
    assertThat(look.get("id").asText()).isEqualTo(FlowShield.idOf("principal=alice"));
  }

  @Test
  void looksAtALimitForAllTogether() {
    assertThat(
            json("action=look&limit=everyone&key=").get("look").get("remaining").asLong())
        .isEqualTo(1000);
  }

  @Test
  void saysHowLongAClientWouldWait() {
    send(2); // by login
    JsonNode look = json("action=look&limit=login&key=" + CLIENT).get("look");

    assertThat(look.get("admitted").asBoolean()).isFalse();
    assertThat(look.get("retry_after_ms").asLong()).isBetween(1_700_000L, 1_800_000L);
  }

  @Test
  void givesPermitsBack() {
    send(2);
    assertThat(done("action=add&limit=client&key=" + CLIENT + "&permits=1"))
        .isEqualTo(
            "client of id " + FlowShield.idOf(CLIENT) + " got 1 permits more, up to its burst");
    assertThat(it.shield.engine().peek("client", CLIENT).remaining()).isEqualTo(4);

    done("action=reset&limit=client&key=" + CLIENT);
    assertThat(it.shield.engine().peek("client", CLIENT).remaining()).isEqualTo(5);
  }

  @Test
  void blocksAndPardonsByAddressAndById() {
    done("action=block&limit=login&key=" + CLIENT + "&seconds=300");
    JsonNode look = json("action=look&limit=login&key=" + CLIENT).get("look");
    assertThat(look.get("blocked_for_ms").asLong()).isBetween(299_000L, 300_000L);
    assertThat(look.get("admitted").asBoolean()).isFalse();

    String id = FlowShield.idOf(CLIENT);
    assertThat(done("action=pardon&limit=login&key=" + id))
        .isEqualTo("login of id " + id + " is pardoned");
    assertThat(done("action=pardon&limit=login&key=" + CLIENT)).contains("had nothing");
    done("action=block&limit=login&key=" + CLIENT + "&seconds=300");
    assertThat(done("action=pardon&limit=login&key=" + CLIENT)).endsWith("is pardoned");
    done("action=block&limit=login&key=" + CLIENT + "&seconds=300");
    done("action=pardon-all");
    assertThat(it.shield.engine().penalties()).isEmpty();
    assertThat(lines).hasSize(8).noneMatch(line -> line.contains(CLIENT));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "action=limit&limit=nobody&to=1/s | limit must be one of [everyone, client, users, login]",
        "action=limit&limit=client&to=fast | limit must be permits/period",
        "action=limit&limit=client&to= | limit must be permits/period",
        "action=limit&limit=client&to=0/s | permits must be 1 to",
        "action=limit&limit=client&to=1/s%2C+5/h | limits of 'client' must be 1, as many as before",
        "action=limit&limit=client | must have the parameters [limit, to], got [limit]",
        "action=limit&limit=client&to=1/s&too=1 | must have the parameters [limit, to]",
        "action=limit&limit=client&to=1/s&to=2/s | must have each name once, got 'to' twice",
        "action=limit&action=limit | must have each name once, got 'action' twice",
        "action=in-flight&to=0 | 1 to 1,000,000",
        "action=in-flight&to=-5 | 1 to 1,000,000",
        "action=in-flight&to=99999999999999 | 1 to 1,000,000",
        "action=in-flight&to=1e3 | to must be a whole number, got '1e3'",
        "action=in-flight&to=off | to must be a whole number, got 'off'",
        "action=look&limit=client&key=example.com | address must be an IP address",
        "action=look&limit=client&key=203.0.113 | address must be an IP address",
        "action=look&limit=users&key=203.0.113 | address must be an IP address",
        "action=look&limit=everyone&key=x | 'everyone'",
        "action=look&limit=<img>&key=x | limit must be one of",
        "action=add&limit=client&key=203.0.113.9&permits=0 | permits must be at least 1",
        "action=add&limit=client&key=203.0.113.9&permits=many | permits must be a whole number",
        "action=block&limit=client&key=203.0.113.9&seconds=9 | must have a penalty",
        "action=block&limit=login&key=203.0.113.9&seconds=0 | 1 second",
        "action=block&limit=login&key=203.0.113.9&seconds=9999999 | 1 second",
        "action=block&limit=login&key=203.0.113.9&seconds=9223372036854775807 | 1 second",
        "action=pardon&limit=client&key=203.0.113.9 | must have a penalty",
        "action=pardon&limit=client&key=0123456789abcdef | address must be an IP address",
        "action=pardon-all&limit=client | must have the parameters [], got [limit]",
        "action=reload | a shield must come from the configuration to be reloaded",
        "action=explode | action must be one of [limit, in-flight",
        "action= | action must be one of",
        "limit=client | must have 'action', got none",
        "action | must be names and values",
        "=limit | must be names and values",
        "&& | must be names and values",
        "'' | must be names and values",
        "action=limit&limit=%zz&to=1/s | Illegal hex characters"
      })
  void saysWhatIsWrongAndChangesNothing(String action, String problem) {
    String before = it.shield.engine().limits() + " " + it.shield.engine().isInFlightAuto();

    assertThat(problem(action)).contains(problem);

    assertThat(it.shield.engine().limits() + " " + it.shield.engine().isInFlightAuto())
        .isEqualTo(before);
    assertThat(it.shield.engine().penalties()).isEmpty();
    assertThat(lines).isEmpty();
  }

  @Test
  void readsNoLongOrDoubledHeader() {
    assertThat(problem("action=look&limit=client&key=" + "1".repeat(2_048)))
        .contains("must be at most 2048 characters, got 2077");
    Asked twice = Asked.action("action=pardon-all").with(Console.ACTION_HEADER, "action=reload");
    assertThat(it.body(twice)).contains("must be there once, got it 2 times");
  }

  @Test
  void writesNoLineBreakOfAClientToTheLog() {
    done("action=look&limit=users&key=principal%3Da%0Aline");

    assertThat(lines).singleElement().asString().doesNotContain("\n");
  }
}
