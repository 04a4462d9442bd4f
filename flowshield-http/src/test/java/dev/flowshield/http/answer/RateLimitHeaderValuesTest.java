package dev.flowshield.http.answer;

import static dev.flowshield.http.answer.RateLimitHeaderValues.list;
import static dev.flowshield.http.answer.RateLimitHeaderValues.policy;
import static dev.flowshield.http.answer.RateLimitHeaderValues.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.Limit;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.greenbytes.http.sfv.Item;
import org.greenbytes.http.sfv.ListElement;
import org.greenbytes.http.sfv.Parser;
import org.greenbytes.http.sfv.StringItem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The headers of draft-ietf-httpapi-ratelimit-headers, revision 10. */
class RateLimitHeaderValuesTest {

  private static final long MOST = 999_999_999_999_999L;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "100/min                 | ;q=100;w=60",
        "20/s                    | ;q=20;w=1",
        "1000/h burst 200        | ;q=1000;w=3600;flowshield-burst=200",
        "10000/day               | ;q=10000;w=86400",
        "1/s burst 5             | ;q=1;w=1;flowshield-burst=5",
        "10/100ms burst 100      | ;q=100;w=1",
        "10/100ms                | ;q=100;w=1;flowshield-burst=10",
        "5/250ms burst 20        | ;q=20;w=1",
        "1/us                    | ;q=1000000;w=1;flowshield-burst=1",
        "5/300ms                 | ;q=5",
        "3/1500ms                | ;q=3",
        "3/1500ms burst 6        | ;q=3;flowshield-burst=6",
        "1000000000000000/s      | ;q=999999999999999;w=1",
        "1000000000000/ns        | ;q=999999999999999;w=1;flowshield-burst=1000000000000"
      })
  void aPolicyTellsAQuotaAndItsWindowInWholeSeconds(String limit, String expected) {
    assertThat(policy("client", RateLimit.parse(limit))).isEqualTo("\"client\"" + expected);
  }

  @Test
  void writesTheExamples() {
    assertThat(list(List.of(policy("per-client", RateLimit.parse("100/min")))))
        .isEqualTo("\"per-client\";q=100;w=60");
    assertThat(list(List.of(status("per-client", 57, 1)))).isEqualTo("\"per-client\";r=57;t=1");
    assertThat(list(List.of(
            policy("burst", RateLimit.parse("20/s")),
            policy("hourly", RateLimit.parse("1000/h burst 200")))))
        .isEqualTo("\"burst\";q=20;w=1, \"hourly\";q=1000;w=3600;flowshield-burst=200");
    assertThat(list(List.of(status("burst", 19, 1), status("hourly", 143, 3))))
        .isEqualTo("\"burst\";r=19;t=1, \"hourly\";r=143;t=3");
    assertThat(status("per-client", 0, 1)).isEqualTo("\"per-client\";r=0;t=1");
    assertThat(status("per-client", 0)).isEqualTo("\"per-client\";r=0");
  }

  @Test
  void numbersStayInTheRangeOfAnInteger() {
    assertThat(status("a", Long.MAX_VALUE, Long.MAX_VALUE))
        .isEqualTo("\"a\";r=" + MOST + ";t=" + MOST);
    assertThat(status("a", -1, -1)).isEqualTo("\"a\";r=0;t=0");
    assertThat(status("a", Long.MIN_VALUE)).isEqualTo("\"a\";r=0");
  }

  @Test
  void namesTheFirstFourPolicies() {
    assertThat(list(List.of("\"a\"", "\"b\"", "\"c\"", "\"d\"", "\"e\"")))
        .isEqualTo("\"a\", \"b\", \"c\", \"d\"");
    assertThat(list(List.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "999999999, 1",
    "1000000000, 1",
    "1000000001, 2",
    "0, 1",
    "-1, 1",
    "9223372036854775807, 9223372037"
  })
  void aWaitIsRoundedUpToWholeSeconds(long nanos, long seconds) {
    assertThat(RateLimitHeaderValues.seconds(nanos)).isEqualTo(seconds);
  }

  /** So there is nothing to escape. */
  @ParameterizedTest
  @ValueSource(strings = {"\"", "\\", "a b", "a,b", "ä", "", "-a", "a\r\nb"})
  void aLimitHasNoNameThatAStringWouldHaveToEscape(String name) {
    assertThatThrownBy(() -> Limit.each(name, "1/s")).isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void aParserOfOthersReadsWhatIsWritten(
      @ForAll @LongRange(min = 1, max = 1_000_000_000_000_000L) long permits,
      @ForAll @LongRange(min = 1, max = 31_622_400_000_000_000L) long periodNanos,
      @ForAll @LongRange(min = 1, max = 1_000_000_000_000_000L) long burst,
      @ForAll long remaining,
      @ForAll long seconds) {
    RateLimit limit = new RateLimit(permits, Duration.ofNanos(periodNanos), burst);

    Item<?> policy = only(list(List.of(policy("A.b_c-9", limit))));
    assertThat(policy.get()).isEqualTo("A.b_c-9");
    assertThat(number(policy, "q")).isBetween(1L, MOST);

    Item<?> status = only(list(List.of(status("A.b_c-9", remaining, seconds))));
    assertThat(status.get()).isEqualTo("A.b_c-9");
    assertThat(number(status, "r")).isEqualTo(Math.max(0, Math.min(remaining, MOST)));
    assertThat(number(status, "t")).isEqualTo(Math.max(0, Math.min(seconds, MOST)));
  }

  @Test
  void aParserOfOthersReadsSeveralPolicies() {
    List<ListElement<?>> policies = Parser.parseList(list(List.of(
            policy("burst", RateLimit.parse("20/s")),
            policy("hourly", RateLimit.parse("1000/h burst 200")))))
        .get();
    assertThat(policies).hasSize(2);
    assertThat(policies.get(0).get()).isEqualTo("burst");
    assertThat(policies.get(1).get()).isEqualTo("hourly");
    assertThat(number((Item<?>) policies.get(1), "flowshield-burst")).isEqualTo(200);
  }

  private static Item<?> only(String header) {
    List<ListElement<?>> members = Parser.parseList(header).get();
    assertThat(members).hasSize(1);
    return (StringItem) members.get(0);
  }

  private static long number(Item<?> item, String name) {
    return (Long) parameter(item, name);
  }

  private static Object parameter(Item<?> item, String name) {
    return Objects.requireNonNull(item.getParams().get(name)).get();
  }
}
