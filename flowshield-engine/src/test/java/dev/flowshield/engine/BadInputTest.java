package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.spi.RateLimiterProvider;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Whatever is wrong is rejected with what was given, what is allowed and the way out, and leaves
 * everything as it was.
 */
@Tag("class-path-only")
class BadInputTest {

  private static final ManualTicker TICKER = ManualTicker.atZero();
  private static final RateLimiter LIMITER =
      RateLimiter.of("token-bucket", LimiterSpec.of(RateLimit.parse("5/day")).withTicker(TICKER));
  private static final FlowShield SHIELD = FlowShield.builder()
      .ticker(TICKER)
      .limit("7/day")
      .perKey("5/day")
      .inFlight(10)
      .build();

  private record Row(
      String what, ThrowingCallable action, String given, String allowed, String wayOut) {
    @Override
    public String toString() {
      return what;
    }
  }

  private static Row row(
      String what, ThrowingCallable action, String given, String allowed, String wayOut) {
    return new Row(what, action, given, allowed, wayOut);
  }

  private static final String FORM = "'100/s', '1000/min burst 50'";
  private static final String COUNT = "must be 1 to 1,000,000,000,000,000";
  private static final String CORRECT = "correct the name, or add the jar";

  static final List<Row> ROWS = List.of(
      // limits
      row("no limit at all", () -> RateLimit.parse(""), "got ''", FORM, "write it in that form"),
      row("nonsense", () -> RateLimit.parse("fast"), "got 'fast'", FORM, "write it in that form"),
      row("no period", () -> RateLimit.parse("100"), "got '100'", FORM, "write it in that form"),
      row(
          "an unknown period",
          () -> RateLimit.parse("1/eon"),
          "got '1/eon'",
          FORM,
          "'eon' is no period"),
      row("a fraction", () -> RateLimit.parse("1.5/s"), "got '1.5/s'", FORM, "write whole numbers"),
      row(
          "a comma that groups digits",
          () -> RateLimiter.of("1,000/s"),
          "got '1,000/s'",
          FORM,
          "without commas"),
      row(
          "minutes or months",
          () -> RateLimiter.of("100/m"),
          "got '100/m'",
          FORM,
          "write 'min' for a minute"),
      row(
          "two limits in one",
          () -> RateLimit.parse("1/s, 5/h"),
          "got '1/s, 5/h'",
          FORM,
          "write one of them"),
      row(
          "negative permits",
          () -> RateLimit.parse("-1/s"),
          "got '-1/s'",
          FORM,
          "write it in that form"),
      row(
          "digits of another script",
          () -> RateLimit.parse("١٠/s"),
          "got '١٠/s'",
          FORM,
          "write it in that form"),
      row(
          "a very long text",
          () -> RateLimit.parse("9".repeat(9000)),
          "9…'",
          FORM,
          "write it in that form"),
      row("no permits", () -> RateLimit.parse("0/s"), "got 0", COUNT, "leave out"),
      row(
          "negative permits in code",
          () -> RateLimit.of(-5, Duration.ofSeconds(1)),
          "got -5",
          COUNT,
          "leave out"),
      row(
          "permits that overflow",
          () -> RateLimit.of(Long.MAX_VALUE, Duration.ofSeconds(1)),
          "got 9223372036854775807",
          COUNT,
          "leave out"),
      row("no burst", () -> RateLimit.parse("1/s burst 0"), "got 0", COUNT, "leave it out"),
      row(
          "a negative burst",
          () -> RateLimit.parse("1/s").withBurst(-1),
          "got -1",
          COUNT,
          "leave it out"),
      row(
          "no time",
          () -> RateLimit.parse("1/0s"),
          "got PT0S",
          "1 nanosecond to 366 days",
          "choose"),
      row(
          "time backwards",
          () -> RateLimit.of(1, Duration.ofSeconds(-1)),
          "got PT-1S",
          "1 nanosecond to 366 days",
          "choose"),
      row(
          "a period beyond all",
          () -> RateLimit.parse("1/9999999999999999day"),
          "got '1/9999999999999999day'",
          FORM,
          "far beyond 366 days"),
      row(
          "a limit faster than any check",
          () -> RateLimiter.of("10000001/s"),
          "got '10000001/s'",
          "at most 10,000,000 permits a second",
          "lower it"),
      row(
          "a burst of centuries",
          () -> RateLimiter.of("1/day burst 1000000"),
          "got 1000000",
          "burst must be at most 26687",
          "lower it"),
      // limiters
      row(
          "an unknown limiter",
          () -> RateLimiter.of("tokn-bucket", RateLimit.parse("1/s")),
          "got 'tokn-bucket'",
          "token-bucket",
          CORRECT),
      row(
          "an unknown limiter for a shield",
          () -> FlowShield.builder()
              .limit(Limit.each(Limit.KEY, "1/s").withLimiter("nope"))
              .build(),
          "got 'nope'",
          "token-bucket",
          CORRECT),
      row(
          "an unknown option",
          () -> RateLimiter.of(
              "token-bucket", LimiterSpec.of(RateLimit.parse("1/s")).withOption("brust", "5")),
          "got [brust]",
          "options must be among [start]",
          "leave them out"),
      row(
          "an unknown option of a limiter that has two",
          () -> RateLimiter.of(
              "fixed-window", LimiterSpec.of(RateLimit.parse("1/s")).withOption("zone", "UTC")),
          "got [zone]",
          "options must be among [start, utc-offset]",
          "correct the spelling"),
      row(
          "an option for a limit whose limiter has another",
          () -> FlowShield.builder()
              .named(Limit.each("tenant", "1/s").withLimiter("token-bucket", Map.of("zone", "UTC")))
              .build(),
          "got [zone]",
          "limit 'tenant': options must be among [start]",
          "leave them out"),
      row(
          "an unknown option for a limit",
          () -> FlowShield.builder()
              .limit(
                  Limit.together("all", "1/s").withLimiter("fixed-window", Map.of("zone", "UTC")))
              .build(),
          "got [zone]",
          "limit 'all': options must be among [start, utc-offset]",
          "correct the spelling"),
      row(
          "two limiters of one name",
          () -> provided(Twin.class, OtherTwin.class, "twin"),
          "got 'twin' twice",
          "must be unique",
          "rename one"),
      row(
          "a limiter that fails to start",
          () -> provided(Broken.class, Twin.class, "broken"),
          "no route to host",
          "limiter 'broken'",
          "Broken"),
      row(
          "no keys",
          () -> FlowShield.builder()
              .limit(Limit.each(Limit.KEY, "1/s").withMaxKeys(0))
              .build(),
          "got 0",
          "maxKeys must be 1 to 100,000,000",
          "choose"),
      // shields
      row(
          "a shield of nothing",
          () -> FlowShield.builder().build(),
          "got neither",
          "must have a limit or a cap in flight",
          "perKey(\"100/s\")"),
      row(
          "no work at all",
          () -> FlowShield.builder().inFlight(0),
          "got 0",
          "inFlight must be 1 to 1,000,000",
          "leave it out"),
      row(
          "less work than none",
          () -> FlowShield.builder().inFlight(-1),
          "got -1",
          "inFlight must be 1 to 1,000,000",
          "leave it out"),
      row(
          "two limits of one name",
          () -> FlowShield.builder()
              .named(Limit.each("tenant", "1/s"))
              .named(Limit.each("tenant", "2/s")),
          "got 'tenant' twice",
          "names of limits must be unique",
          "name one of them otherwise"),
      row(
          "two limits for each key",
          () -> FlowShield.builder().perKey("100/s").perKey("5000/h"),
          "got 'key' twice",
          "names of limits must be unique",
          "say both as one limit"),
      row(
          "two limits for everyone",
          () -> FlowShield.builder().limit(Limit.together("everyone", "100/s")).limit("5000/h"),
          "got 'everyone' twice",
          "names of limits must be unique",
          "say both as one limit"),
      row(
          "nonsense for a limit with a name",
          () -> Limit.each("tenant", "fast"),
          "got 'fast'",
          "limit 'tenant': limit must be permits/period",
          "write it in that form"),
      row(
          "a limit with a name that is faster than any check",
          () -> FlowShield.builder().named(Limit.each("tenant", "10000001/s")).build(),
          "got '10000001/s'",
          "limit 'tenant': limit must be at most 10,000,000 permits a second",
          "lower it"),
      row(
          "a name that is a sentence",
          () -> Limit.each("all of them", "1/s"),
          "got 'all of them'",
          "1 to 64 letters, digits",
          "choose a short name"),
      row(
          "a very long name",
          () -> Limit.each("n".repeat(9000), "1/s"),
          "n…'",
          "1 to 64 letters, digits",
          "choose a short name"),
      row(
          "a limit of nothing",
          () -> Limit.each("tenant", List.of()),
          "got none",
          "at least one",
          "leave out"),
      row(
          "room for keys that are not told apart",
          () -> Limit.together("search", "1/s").withMaxKeys(5),
          "got 5 for limit 'search'",
          "must be for a limit on each key",
          "leave it out"),
      row(
          "too much room for keys",
          () -> Limit.each("tenant", "1/s").withMaxKeys(0),
          "got 0",
          "maxKeys must be 1 to 100,000,000",
          "choose"),
      row(
          "more limits than a request can be charged",
          () -> shieldOf(17, FlowShieldBuilder::limit),
          "got 17",
          "limits that each request is charged must be at most 16",
          "by named(...)"),
      row(
          "more limits than a shield can have",
          () -> shieldOf(10_001, FlowShieldBuilder::named),
          "got 10,001",
          "limits of a shield must be at most 10,000",
          "build another shield"),
      row(
          "a penalty for all together",
          () ->
              Limit.together("search", "1/s").withPenalty(Penalty.after(3, Duration.ofMinutes(1))),
          "for limit 'search'",
          "penalty must be for a limit on each key",
          "leave it out"),
      row(
          "a pardon of what no key is blocked for",
          () -> SHIELD.pardon("key", "alice"),
          "got none",
          "limit 'key' must have a penalty",
          "use reset"),
      row(
          "more of the rejected than are counted",
          () -> SHIELD.topRejected(129),
          "got 129",
          "1 to 128",
          "ask for 128"),
      row(
          "none of the rejected",
          () -> SHIELD.topRejected(0),
          "got 0",
          "topRejected must be 1 to 128",
          "ask for one or more"),
      // charges
      row(
          "a charge of an unknown limit",
          () -> SHIELD.admit(Charge.of("key", "alice"), Charge.of("tenant", "acme")),
          "got 'tenant'",
          "limit must be one of [everyone, key]",
          "correct the name"),
      row(
          "the same charge twice",
          () -> SHIELD.admit(Charge.of("key", "alice"), Charge.of("key", "alice", 2)),
          "got limit 'key' twice with key 'alice'",
          "must be unique",
          "add up"),
      row(
          "no charge",
          () -> SHIELD.admit(Request.of(new Charge[0]).reserved()),
          "got 0",
          "charges must be 1 to 16",
          "name each limit"),
      row(
          "a key for all together",
          () -> SHIELD.admit(Charge.of("everyone", "alice")),
          "got one of 5 characters",
          "key must be empty for limit 'everyone'",
          "leave it out"),
      row(
          "a charge without a key",
          () -> SHIELD.admit(Charge.of("everyone"), Charge.of("key")),
          "got none",
          "key must not be empty for limit 'key', which is for each key by itself",
          "Charge.of(\"key\", key)"),
      row(
          "an estimate without a key",
          () -> SHIELD.admit(Request.of(Charge.of("key", 3)).reserved()),
          "got none",
          "key must not be empty for limit 'key'",
          "say whom to count"),
      row(
          "a question without a key",
          () -> SHIELD.limitStatus(Request.of(Charge.of("key", ""))),
          "got none",
          "key must not be empty for limit 'key'",
          "say whom to count"),
      row(
          "a charge of nothing",
          () -> SHIELD.admit(Charge.of("key", "alice", 0)),
          "got 0",
          "permits must be at least 1",
          "ask for one or more"),
      row(
          "a negative charge",
          () -> Charge.of("key", "alice", -1),
          "got -1",
          "permits must be 0 or more",
          "say what the work costs"),
      // requests
      row(
          "a null key",
          () -> LIMITER.tryAcquire(missing()),
          "got null",
          "key must be a string",
          "leave it out"),
      row(
          "a null key at a shield",
          () -> SHIELD.admit(missing()),
          "got null",
          "key must be a string",
          "leave it out"),
      row(
          "a key over 8 KiB",
          () -> LIMITER.decide("k".repeat(8193)),
          "got one of 8193",
          "at most 8192 characters",
          "pass a hash"),
      row(
          "a key over 8 KiB at a shield",
          () -> SHIELD.admit("k".repeat(8193)),
          "got one of 8193",
          "at most 8192 characters",
          "pass a hash"),
      row(
          "a key over 8 KiB to reserve for",
          () -> SHIELD.admit(Request.of("k".repeat(8193), 1).reserved()),
          "got one of 8193",
          "at most 8192 characters",
          "pass a hash"),
      row(
          "a key over 8 KiB to look at",
          () -> SHIELD.limitStatus(Request.of("k".repeat(8193), 1)),
          "got one of 8193",
          "at most 8192 characters",
          "pass a hash"),
      row(
          "a key over 8 KiB to peek at",
          () -> SHIELD.peek("key", "k".repeat(8193)),
          "got one of 8193",
          "at most 8192 characters",
          "pass a hash"),
      row(
          "a key over 8 KiB to reset",
          () -> SHIELD.reset("key", "k".repeat(8193)),
          "got one of 8193",
          "at most 8192 characters",
          "pass a hash"),
      row(
          "a key over 8 KiB to pardon",
          () -> SHIELD.pardon("key", "k".repeat(8193)),
          "got one of 8193",
          "at most 8192 characters",
          "pass a hash"),
      row(
          "a key of a limit that has none",
          () -> SHIELD.peek("everyone", "alice"),
          "got one of 5 characters",
          "key must be empty for limit 'everyone'",
          "leave it out"),
      row(
          "no permits asked for",
          () -> LIMITER.tryAcquire("alice", 0),
          "got 0",
          "permits must be at least 1",
          "ask for one or more"),
      row(
          "negative permits asked for",
          () -> LIMITER.tryAcquire("alice", -3),
          "got -3",
          "permits must be at least 1",
          "ask for one or more"),
      row(
          "the least number",
          () -> LIMITER.tryAcquire("alice", Long.MIN_VALUE),
          "got -9223372036854775808",
          "permits must be at least 1",
          "ask for one or more"),
      row(
          "to wait for less than no time",
          () -> LIMITER.acquire("alice", 1, Duration.ofSeconds(-1)),
          "got PT-1S",
          "maxWait must be 0 to 1 hour",
          "pass Duration.ZERO"),
      row(
          "to wait for who knows how long",
          () -> LIMITER.acquire("alice", 1, missingTime()),
          "got null",
          "maxWait must be 0 to 1 hour",
          "pass Duration.ZERO"),
      row(
          "a request that can never be admitted",
          () -> SHIELD.requirePossible(Request.of("alice", 6)),
          "got 6",
          "permits must be 1 to 5 (burst of limit 'key: 5/day')",
          "raise the burst"));

  @ParameterizedTest
  @FieldSource("ROWS")
  void isRejectedWithAWayOutAndChangesNothing(Row row) {
    Throwable thrown = catchThrowable(row.action());

    assertThat(thrown)
        .isInstanceOfAny(
            IllegalArgumentException.class, IllegalStateException.class, NullPointerException.class)
        .hasMessageContaining(row.given())
        .hasMessageContaining(row.allowed())
        .hasMessageContaining(row.wayOut());
    assertThat(thrown.getMessage()).hasSizeLessThan(500);
    assertThat(SHIELD.stats())
        .extracting(ShieldStats::admitted, ShieldStats::overLimit, ShieldStats::inFlight)
        .containsExactly(0L, 0L, 0);
    assertThat(FlowShieldTest.admitted(SHIELD, "", 0)).isZero();
    TICKER.advance(Duration.ofDays(5));
    assertThat(LIMITER.decide("alice", 5).remaining()).isZero();
    TICKER.advance(Duration.ofDays(5));
  }

  private static FlowShield shieldOf(int limits, BiConsumer<FlowShieldBuilder, Limit> add) {
    FlowShieldBuilder builder = FlowShield.builder();
    for (int i = 0; i < limits; i++) {
      add.accept(builder, Limit.together("limit-" + i, "1/s"));
    }
    return builder.build();
  }

  private static void provided(
      Class<? extends RateLimiterProvider> one,
      Class<? extends RateLimiterProvider> other,
      String name) {
    ProvidedLimiters.with(List.of(one, other), () -> RateLimiter.of(name, RateLimit.parse("1/s")));
  }

  @SuppressWarnings("NullAway") // what a caller without that check may pass
  private static String missing() {
    return null;
  }

  @SuppressWarnings("NullAway") // as above
  private static Duration missingTime() {
    return null;
  }

  /** A provider whose name another has as well. */
  public static class Twin implements RateLimiterProvider {
    @Override
    public String name() {
      return "twin";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      return LIMITER;
    }
  }

  /** The other. */
  public static final class OtherTwin extends Twin {}

  /** A provider that cannot do what it is asked for. */
  public static final class Broken implements RateLimiterProvider {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public RateLimiter create(LimiterSpec spec) {
      throw new IllegalStateException("no route to host");
    }
  }
}
