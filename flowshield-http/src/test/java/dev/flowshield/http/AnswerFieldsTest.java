package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.http.exchange.HeaderMode;
import dev.flowshield.http.exchange.LegacyHeaders;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The headers of a rejection that tell of limits. */
class AnswerFieldsTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  @Test
  void aLimitOfTheClientIsTold() {
    HttpShield shield = perClient("2/min burst 1").build();
    spend(shield, CLIENT, 1);
    assertThat(rateLimitFields(shield))
        .containsExactly(
            new Header("RateLimit-Policy", "\"client\";q=2;w=60;flowshield-burst=1"),
            new Header("RateLimit", "\"client\";r=0;t=30"));
  }

  @Test
  void theLimitThatHasRejectedIsNamed() {
    HttpShield shield = perClient("100/s").limit(Limit.each("hourly", "1/h")).build();
    spend(shield, CLIENT, 1);
    assertThat(rateLimitFields(shield))
        .containsExactly(
            new Header("RateLimit-Policy", "\"hourly\";q=1;w=3600"),
            new Header("RateLimit", "\"hourly\";r=0;t=3600"));
  }

  @Test
  void twoLimitsOfOneRateHaveEachItsOwnName() {
    HttpShield shield = perClient("2/h").limit(Limit.each("more", "2/h")).build();
    spend(shield, CLIENT, 2);
    String first = rateLimitFields(shield).toString();
    shield.engine().reset(first.contains("client") ? "client" : "more", CLIENT);
    assertThat(rateLimitFields(shield).toString()).isNotEqualTo(first);
  }

  @Test
  void followsALimitThatIsChanged() {
    HttpShield shield = perClient("2/s").build();
    shield.engine().change(Map.of("client", "1/h"));
    spend(shield, CLIENT, 1);
    assertThat(rateLimitFields(shield))
        .contains(new Header("RateLimit-Policy", "\"client\";q=1;w=3600"));
  }

  @ParameterizedTest
  @CsvSource({"1/day, 60", "1/h, 60", "1/10min, 30", "1/min, 3", "1/s, 0"})
  void theCrowdThatWaitsForOneWindowIsSpread(String limit, long most) {
    HttpShield shield = perClient(limit)
        .limits(l -> l.limiter("fixed-window"))
        .operations(o -> o.instantSource(() -> Instant.ofEpochSecond(86_400)))
        .build();
    spend(shield, CLIENT, 1);
    long window = RateLimit.parse(limit).period().toSeconds();

    Set<Long> waits = new TreeSet<>();
    for (int i = 0; i < 2_000; i++) {
      ShieldResponse answer = rejected(shield.admit(FakeRequest.from(CLIENT)));
      String wait = answer.headers().stream()
          .filter(header -> header.name().equals("Retry-After"))
          .map(Header::value)
          .findFirst()
          .orElseThrow();
      assertThat(Admissions.text(answer)).contains("\"retry_after\":" + wait);
      waits.add(Long.parseLong(wait) - window);
    }

    assertThat(waits).hasSize((int) most + 1).contains(0L, most);
  }

  @Test
  void mayBeOff() {
    HttpShield shield =
        perClient("1/s").responses(r -> r.headers(HeaderMode.OFF)).build();
    spend(shield, CLIENT, 1);
    assertThat(rateLimitFields(shield)).isEmpty();
  }

  @Test
  void ofLimitsForAllOfTheCapAndOfBlocksNothingIsTold() {
    HttpShield together = builder()
        .limit("1/s")
        .responses(r -> r.legacyHeaders(LegacyHeaders.DELTA))
        .build();
    HttpShield epoch = builder()
        .limit("1/s")
        .responses(r -> r.legacyHeaders(LegacyHeaders.EPOCH))
        .build();
    HttpShield full = builder()
        .inFlight(1)
        .responses(r -> r.legacyHeaders(LegacyHeaders.DELTA))
        .build();
    HttpShield blocked = perClient("1/s")
        .limits(l -> l.penalty(Penalty.after(1, Duration.ofMinutes(1))))
        .responses(r -> r.legacyHeaders(LegacyHeaders.DELTA))
        .build();
    for (HttpShield shield : List.of(together, epoch, full, blocked)) {
      spend(shield, CLIENT, 1);
      assertThat(rateLimitFields(shield)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"*/*", "text/html", "text/plain", "application/problem+json"})
  void standInAnswersOfEachKind(String accept) {
    HttpShield shield = perClient("1/s").build();
    spend(shield, CLIENT, 1);
    assertThat(rejected(shield.admit(FakeRequest.from(CLIENT).with("Accept", accept)))
            .headers())
        .contains(new Header("RateLimit", "\"client\";r=0;t=1"));
  }

  @Test
  void theOlderFieldsTellTheWait() {
    HttpShield shield = perClient("2/min")
        .responses(r -> r.headers(HeaderMode.OFF).legacyHeaders(LegacyHeaders.DELTA))
        .build();
    spend(shield, CLIENT, 2);
    assertThat(rateLimitFields(shield))
        .containsExactly(
            new Header("X-RateLimit-Limit", "2"),
            new Header("X-RateLimit-Remaining", "0"),
            new Header("X-RateLimit-Reset", "30"));
  }

  @Test
  void theOlderFieldsTellWhenTheWaitEndsAndNeverTooEarly() {
    HttpShield shield = perClient("2/min")
        .responses(r -> r.legacyHeaders(LegacyHeaders.EPOCH))
        .operations(o -> o.instantSource(() -> Instant.ofEpochMilli(1_700_000_000_001L)))
        .build();
    spend(shield, CLIENT, 2);
    assertThat(rateLimitFields(shield))
        .containsExactly(
            new Header("RateLimit-Policy", "\"client\";q=2;w=60"),
            new Header("RateLimit", "\"client\";r=0;t=30"),
            new Header("X-RateLimit-Limit", "2"),
            new Header("X-RateLimit-Remaining", "0"),
            new Header("X-RateLimit-Reset", "1700000031"));
  }

  private HttpShieldBuilder builder() {
    return HttpShield.builder().operations(o -> o.ticker(ticker));
  }

  private HttpShieldBuilder perClient(String limit) {
    return builder().perClient(limit);
  }

  private static List<Header> rateLimitFields(HttpShield shield) {
    return rejected(shield.admit(FakeRequest.from(CLIENT))).headers().stream()
        .filter(header -> header.name().contains("RateLimit"))
        .toList();
  }
}
