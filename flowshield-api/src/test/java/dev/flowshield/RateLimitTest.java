package dev.flowshield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {

  private static final long MOST = 1_000_000_000_000_000L;
  private static final Duration LONGEST = Duration.ofDays(366);

  @ParameterizedTest
  @CsvSource({
    "100/ns, PT0.000000001S",
    "100/us, PT0.000001S",
    "100/ms, PT0.001S",
    "100/s, PT1S",
    "100/sec, PT1S",
    "100/second, PT1S",
    "100/seconds, PT1S",
    "100/min, PT1M",
    "100/minute, PT1M",
    "100/minutes, PT1M",
    "100/h, PT1H",
    "100/hour, PT1H",
    "100/hours, PT1H",
    "100/d, PT24H",
    "100/day, PT24H",
    "100/days, PT24H",
    "100/1s, PT1S",
    "100/250ms, PT0.25S",
    "100/15min, PT15M",
    "100/366days, PT8784H"
  })
  void readsEveryUnitByEachOfItsNames(String text, Duration period) {
    assertThat(RateLimit.parse(text)).isEqualTo(new RateLimit(100, period, 100));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5/2min burst 7",
        "5 / 2 min burst 7",
        "5/ 2min burst 7",
        " 5/2min burst 7\n",
        "5/2MIN Burst 7",
        "05/002minutes burst 0007",
        "5/120s burst 7"
      })
  void readsOneLimitInManyHands(String text) {
    assertThat(RateLimit.parse(text)).isEqualTo(new RateLimit(5, Duration.ofMinutes(2), 7));
  }

  @Test
  void theBurstIsThePermitsUnlessGiven() {
    assertThat(RateLimit.parse("100/s").burst()).isEqualTo(100);
    assertThat(RateLimit.of(3, Duration.ofHours(1)).burst()).isEqualTo(3);
    assertThat(RateLimit.parse("100/s burst 1").burst()).isEqualTo(1);
  }

  @Test
  void anotherBurstLeavesTheRateAndTheOriginalAlone() {
    RateLimit limit = RateLimit.parse("100/s");

    assertThat(limit.withBurst(250)).isEqualTo(new RateLimit(100, Duration.ofSeconds(1), 250));
    assertThat(limit).isEqualTo(RateLimit.of(100, Duration.ofSeconds(1)));
  }

  @ParameterizedTest
  @CsvSource({
    "100/1s, 100/s",
    "100/1000ms, 100/s",
    "100/60s, 100/min",
    "100/90s, 100/90s",
    "100/60min, 100/h",
    "100/90min, 100/90min",
    "100/24h, 100/day",
    "100/36h, 100/36h",
    "100/48hours, 100/2day",
    "100/1500ms, 100/1500ms",
    "100/1000us, 100/ms",
    "100/1500us, 100/1500us",
    "100/1000ns, 100/us",
    "100/1001ns, 100/1001ns",
    "100/ns, 100/ns",
    "100/s burst 100, 100/s",
    "1000/min burst 50, 1000/min burst 50"
  })
  void printsTheShortestFormThatParseReads(String text, String printed) {
    assertThat(RateLimit.parse(text)).hasToString(printed);
    assertThat(RateLimit.parse(printed)).isEqualTo(RateLimit.parse(text));
  }

  @Test
  void theWorstCaseIsTheBurstAndOnePeriodsRefill() {
    assertThat(RateLimit.parse("100/s").worstCase()).isEqualTo(200);
    assertThat(RateLimit.parse("1000/min burst 50").worstCase()).isEqualTo(1_050);
    assertThat(new RateLimit(MOST, LONGEST, MOST).worstCase()).isEqualTo(2 * MOST);
  }

  @Test
  void takesTheEndsOfEveryRange() {
    assertThat(new RateLimit(1, Duration.ofNanos(1), 1)).hasToString("1/ns");
    assertThat(new RateLimit(MOST, LONGEST, MOST)).hasToString(MOST + "/366day");
  }

  @Nested
  class WhenAPartIsOutsideItsRange {

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, MOST + 1, Long.MAX_VALUE})
    void permitsAreRejectedWithTheRangeAndAWayOut(long permits) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new RateLimit(permits, Duration.ofSeconds(1), 1))
          .withMessage("permits must be 1 to 1,000,000,000,000,000, got " + permits
              + ": remove a route that admits nothing");
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, MOST + 1, Long.MAX_VALUE})
    void theBurstIsRejectedWithTheRangeAndAWayOut(long burst) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimit.parse("100/s").withBurst(burst))
          .withMessage("burst must be 1 to 1,000,000,000,000,000, got " + burst
              + ": leave it out for a burst equal to the permits");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"PT0S", "PT-0.000000001S", "PT-1S", "PT8784H0.000000001S", "P106751991167300D"})
    void thePeriodIsRejectedWithTheRangeAndAWayOut(Duration period) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimit.of(100, period))
          .withMessage("period must be 1 nanosecond to 366 days, got " + period
              + ": choose a shorter or longer period with as many permits");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "0/s                          | permits must be 1 to 1,000,000,000,000,000, got 0: ",
          "1000000000000001/s           | permits must be 1 to 1,000,000,000,000,000, got 1000000000000001: ",
          "999999999999999999/s         | permits must be 1 to 1,000,000,000,000,000, got 999999999999999999: ",
          "100/s burst 0                | burst must be 1 to 1,000,000,000,000,000, got 0: ",
          "100/s burst 1000000000000001 | burst must be 1 to 1,000,000,000,000,000, got 1000000000000001: ",
          "100/0s                       | period must be 1 nanosecond to 366 days, got PT0S: ",
          "100/367days                  | period must be 1 nanosecond to 366 days, got PT8808H: ",
          "100/31622400000000001ns      | period must be 1 nanosecond to 366 days, got PT8784H0.000000001S: "
        })
    void textIsHeldToTheSameRanges(String text, String start) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimit.parse(text))
          .withMessageStartingWith(start);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1/999999999999999999s", "1/9999999999999999day"})
    void aPeriodBeyondAllCountingIsRejectedToo(String text) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimit.parse(text))
          .withMessageContaining("366 days");
    }
  }

  @Nested
  class WhenTheTextIsNoLimit {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          " ",
          "100",
          "/s",
          "100/",
          "100//s",
          "100/s/s",
          "100 per s",
          "-1/s",
          "+1/s",
          "1e3/s",
          "0x10/s",
          "1_000/s",
          "\u0661\u0660/s",
          "100/-1s",
          "100/s burst",
          "100/s burst -5",
          "100/s burst 5 6",
          "100/s burst5",
          "100/sburst 5",
          "burst 5 100/s",
          "100\n/s",
          "9999999999999999999/s",
          "100/9999999999999999999s",
          "100/s burst 9999999999999999999"
        })
    void theMessageShowsItTheFormAndAWayOut(String text) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimit.parse(text))
          .withMessage(
              "limit must be permits/period, as in '100/s', '1000/min burst 50' or '5/250ms'"
                  + " (periods: ns, us, ms, s, min, h, day), got '" + text
                  + "': write it in that form");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "1,000/s               | write numbers without commas, as in '1000/s'",
          "1,000,000/day         | write numbers without commas, as in '1000/s'",
          "100/1,000ms           | write numbers without commas, as in '1000/s'",
          "100/s burst 1,000     | write numbers without commas, as in '1000/s'",
          "2/s, 1,000/h          | write numbers without commas, as in '1000/s'",
          "1.5/s                 | write whole numbers, as in '3/2s' for 1.5/s",
          "100/1.5s              | write whole numbers, as in '3/2s' for 1.5/s",
          "100/s;5/h             | separate limits by commas, as in '100/s, 5000/h'",
          "100/s, 5/min;5/h      | separate limits by commas, as in '100/s, 5000/h'",
          "100/m                 | 'm' is no period, write 'min' for a minute or '30day' for a month",
          "100/s, burst 20       | leave out the comma before 'burst', as in '100/s burst 20'",
          "1/h, 100/s ,Burst 20  | leave out the comma before 'burst', as in '100/s burst 20'",
          "1/week                | 'week' is no period, write '7day' for a week",
          "1/month               | 'month' is no period, write '30day' for a month",
          "1/2years              | 'years' is no period, write '365day' for a year",
          "1/x                   | 'x' is no period, write one of those",
          "100/s, 5 an hour, 5/h | write '5 an hour' in that form",
          "100/s,                | write '' in that form"
        })
    void whatPeopleWriteInsteadIsToldTheWayOut(String text, String wayOut) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimit.parseAll(text))
          .withMessageEndingWith("got '" + text + "': " + wayOut);
    }

    @Test
    void severalLimitsWhereOneIsAskedForAreToldSo() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimit.parse("100/s, 5000/h"))
          .withMessageEndingWith("got '100/s, 5000/h': write one of them");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimit.parse("100/s, burst 20"))
          .withMessageEndingWith("': leave out the comma before 'burst', as in '100/s burst 20'");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimit.parse("1,000/s"))
          .withMessageEndingWith("': write numbers without commas, as in '1000/s'");
    }

    @Test
    void aCommaBetweenDigitsMayAlsoPartTwoLimits() {
      assertThat(RateLimit.parseAll("5/2min burst 7,100/h"))
          .containsExactly(
              new RateLimit(5, Duration.ofMinutes(2), 7), RateLimit.of(100, Duration.ofHours(1)));
    }

    @ParameterizedTest
    @CsvSource({"100/fort, fort", "100/month, month", "100/m, m", "100/2 weeks, weeks"})
    void anUnknownPeriodIsNamed(String text, String period) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimit.parse(text))
          .withMessageContainingAll(
              "(periods: ns, us, ms, s, min, h, day)",
              "got '" + text + "'",
              ": '" + period + "' is no period");
    }

    @Test
    void aLongTextIsShownByItsBeginning() {
      String text = "x".repeat(10_000);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> RateLimit.parse(text))
          .withMessageContaining("got '" + "x".repeat(64) + "…'")
          .satisfies(rejected -> assertThat(rejected.getMessage()).hasSizeLessThan(300));
    }

    @Test
    void aLongTextTakesLinearTime() {
      String text = "Σ".repeat(50_000); // its lower case depends on the surrounding letters

      assertTimeout(
          Duration.ofSeconds(5),
          () -> assertThatIllegalArgumentException().isThrownBy(() -> RateLimit.parseAll(text)));
    }

    @Test
    @SuppressWarnings("NullAway") // a caller without null checks may pass null
    void nullIsNamed() {
      assertThatNullPointerException()
          .isThrownBy(() -> RateLimit.parse(null))
          .withMessageStartingWith("limit must be permits/period, as in '100/s'")
          .withMessageEndingWith("got null: pass a text in that form");
      assertThatNullPointerException()
          .isThrownBy(() -> RateLimit.parseAll(null))
          .withMessageEndingWith("got null: pass a text in that form");
      assertThatNullPointerException()
          .isThrownBy(() -> RateLimit.of(10, null))
          .withMessage("period must be 1 nanosecond to 366 days, got null: pass a duration, as in"
              + " Duration.ofSeconds(1)");
    }
  }
}
