package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.admitted;
import static dev.flowshield.engine.FlowShieldTest.close;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.keyed.Meanwhile;
import dev.flowshield.engine.limiter.KeyedLimiter;
import dev.flowshield.engine.rate.Altered;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A shield with limits of several names, each with keys and costs of its own. */
class FlowShieldLimitsTest {

  @Test
  void passesNobodyUnjudgedWhoNamesNoneOfTheLimitsThereAre() {
    FlowShield shield = FlowShield.builder().named(Limit.each("tenant", "1/s")).build();

    assertThatThrownBy(() -> shield.admit("acme"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "admit(key) must have a limit that it charges, got a shield whose limits are all named: say"
                + " what to charge, as in admit(Charge.of(\"tenant\", key)), or add the limit with"
                + " limit(...) in place of named(...)");
    assertThatThrownBy(() -> shield.admit(Request.of("acme", 1).reserved()))
        .isInstanceOf(IllegalStateException.class);
  }

  private final ManualTicker ticker = ManualTicker.atZero();

  private FlowShieldBuilder shield() {
    return FlowShield.builder().ticker(ticker);
  }

  @ParameterizedTest
  @ValueSource(strings = {"token-bucket", "fixed-window", "sliding-window"})
  void aLimitForAllTogetherAdmitsNoMoreByWhateverAlgorithmAndToHoweverManyKeys(String limiter) {
    FlowShield shield = shield()
        .limit(Limit.together("everyone", "10/h").withLimiter(limiter))
        .perKey("5/h")
        .build();
    int admitted = 0;
    for (int i = 0; i < 100; i++) {
      admitted += shield.admit("key " + i % 20) instanceof Admitted ? 1 : 0;
    }

    assertThat(admitted).isEqualTo(10);
    assertThat(shield.isLocal("everyone")).isTrue();
  }

  @Test
  void limitsAreChargedRightInHoweverManyWaysTheyAreNamedTogether() { // more than are kept as sets
    FlowShieldBuilder settings = shield();
    for (int i = 0; i < 12; i++) {
      settings.named(Limit.each("l" + i, "10000000/day"));
    }
    FlowShield shield = settings.build();
    int ways = 12 * 12 * 12 * 12;
    for (int way = 0; way < ways; way++) {
      close(shield.admit(
          Charge.of("l" + way % 12, "a"),
          Charge.of("l" + way / 12 % 12, "b"),
          Charge.of("l" + way / 144 % 12, "c"),
          Charge.of("l" + way / 1728, "d")));
    }

    for (int i = 0; i < 12; i++) {
      for (String key : List.of("a", "b", "c", "d")) {
        assertThat(shield.peek("l" + i, key).remaining()).isEqualTo(10_000_000 - ways / 12);
      }
    }
  }

  @Nested
  class ChargingByName {

    private final FlowShield shield = shield()
        .limit("100/day")
        .perKey("5/day")
        .named(Limit.each("tenant", "10/day"))
        .named(Limit.together("search", "20/day"))
        .build();

    @Test
    void chargesEachLimitItsOwnKeyAndCost() {
      close(shield.admit(
          Charge.of("tenant", "acme", 4), Charge.of("key", "alice"), Charge.of("search", 7)));

      assertThat(shield.peek("tenant", "acme").remaining()).isEqualTo(6);
      assertThat(shield.peek("key", "alice").remaining()).isEqualTo(4);
      assertThat(shield.peek("search", "").remaining()).isEqualTo(13);
      assertThat(shield.peek("everyone", "").remaining()).isEqualTo(100);
      assertThat(shield.peek("tenant", "other").remaining()).isEqualTo(10);
    }

    @Test
    void chargesEveryoneAndTheKeyWhereNoLimitIsNamed() {
      close(shield.admit("alice", 2));

      assertThat(shield.peek("everyone", "").remaining()).isEqualTo(98);
      assertThat(shield.peek("key", "alice").remaining()).isEqualTo(3);
      assertThat(shield.peek("tenant", "alice").remaining()).isEqualTo(10);
      assertThat(shield.peek("search", "").remaining()).isEqualTo(20);
    }

    @Test
    void takesNothingFromOthersForOneThatRejects() {
      close(shield.admit(Charge.of("tenant", "acme", 10)));

      for (int i = 0; i < 50; i++) {
        assertThat(shield.admit(
                Charge.of("search", 5), Charge.of("key", "alice", 5), Charge.of("tenant", "acme")))
            .extracting("name", "scope", "remaining")
            .containsExactly("tenant", Scope.EACH, 0L);
      }

      assertThat(shield.peek("key", "alice").remaining()).isEqualTo(5);
      assertThat(shield.peek("search", "").remaining()).isEqualTo(20);
      assertThat(shield.stats().inFlight()).isZero();
    }

    @Test
    void chargesTwoKeysOfOneLimit() {
      close(shield.admit(Charge.of("tenant", "from", 3), Charge.of("tenant", "to", 10)));

      assertThat(shield.admit(Charge.of("tenant", "from", 3), Charge.of("tenant", "to")))
          .isInstanceOf(OverLimit.class);
      assertThat(shield.peek("tenant", "from").remaining()).isEqualTo(7);
    }

    @Test
    void countsRejectionsByLimit() {
      close(shield.admit(Charge.of("tenant", "acme", 10)));
      shield.admit(Charge.of("tenant", "acme"));
      shield.admit(Charge.of("tenant", "acme", 2), Charge.of("search"));
      admitted(shield, "alice", 6);

      ShieldStats stats = shield.stats();

      assertThat(stats.overLimit()).isEqualTo(3);
      assertThat(stats.limits())
          .extracting(LimitStats::name, LimitStats::rejected, LimitStats::tracked)
          .containsExactly(
              tuple("everyone", 0L, 0L),
              tuple("key", 1L, 1L),
              tuple("tenant", 2L, 1L),
              tuple("search", 0L, 0L));
      assertThat(stats.limits().get(2).limits()).containsExactly(RateLimit.parse("10/day"));
      assertThat(stats.limits().get(2).maxKeys()).isEqualTo(1_000_000);
      assertThat(stats.limits().get(2).slots()).isBetween(1_450_000L, 1_460_000L);
    }

    @Test
    void makesAKeyAsGoodAsNew() {
      admitted(shield, "alice", 5);

      shield.reset("key", "alice");

      assertThat(admitted(shield, "alice", 6)).isEqualTo(5);
    }

    @Test
    void addsPermitsToAKeyUpToTheBurst() {
      admitted(shield, "alice", 5);

      shield.add("key", "alice", 2);
      assertThat(admitted(shield, "alice", 6)).isEqualTo(2);
      shield.add("key", "alice", 100);
      assertThat(admitted(shield, "alice", 6)).isEqualTo(5);
      assertThatThrownBy(() -> shield.add("key", "alice", 0))
          .hasMessage("permits must be at least 1, got 0: add one or more");
    }
  }

  @Nested
  class WithSeveralRateLimitsOnOneKey {

    private final FlowShield shield =
        shield().limit("100/s, 1000/h").perKey("2/s, 5/h").build();

    @Test
    void holdsAKeyToEachOfThem() {
      assertThat(admitted(shield, "alice", 3)).isEqualTo(2);
      ticker.advance(Duration.ofSeconds(1));
      assertThat(admitted(shield, "alice", 3)).isEqualTo(2);
      ticker.advance(Duration.ofSeconds(1));
      assertThat(admitted(shield, "alice", 3)).isEqualTo(1);
      assertThat(shield.stats().limit("key").tracked()).isEqualTo(1);
    }

    @Test
    void tellsOfTheOneThatTakesLongestAndWhenAllWouldAdmit() {
      for (int i = 0; i < 2; i++) {
        admitted(shield, "alice", 2);
        ticker.advance(Duration.ofSeconds(1));
      }
      admitted(shield, "alice", 1);

      OverLimit rejected = (OverLimit) shield.admit("alice", 2);

      assertThat(rejected.name()).isEqualTo("key");
      assertThat(rejected.limit()).isEqualTo(RateLimit.parse("5/h"));
      assertThat(rejected.remaining()).isZero();
      ticker.advanceNanos(rejected.retryAfterNanos() - 1);
      assertThat(shield.admit("alice", 2)).isInstanceOf(OverLimit.class);
      ticker.advanceNanos(1);
      assertThat(shield.admit("alice", 2)).isInstanceOf(Admitted.class);
    }

    @Test
    void showsHowEachOfThemStands() {
      close(shield.admit("alice"));

      assertThat(shield.limitStatus(Request.of("alice", 2)))
          .containsExactly(
              new LimitStatus("everyone", RateLimit.parse("100/s"), 99, 0),
              new LimitStatus("everyone", RateLimit.parse("1000/h"), 999, 0),
              new LimitStatus("key", RateLimit.parse("2/s"), 1, 500_000_000),
              new LimitStatus("key", RateLimit.parse("5/h"), 4, 0));
      assertThat(shield.limitStatus(Request.of(Charge.of("key", "bob"))))
          .containsExactly(
              new LimitStatus("key", RateLimit.parse("2/s"), 2, 0),
              new LimitStatus("key", RateLimit.parse("5/h"), 5, 0));
      assertThat(shield.peek("key", "alice"))
          .isEqualTo(new Decision.Admitted(
              1,
              List.of(
                  new LimitStatus(RateLimit.parse("2/s"), 1, 0),
                  new LimitStatus(RateLimit.parse("5/h"), 4, 0))));
    }

    @Test
    void looksWithoutTaking() {
      admitted(shield, "alice", 2);

      for (int i = 0; i < 100; i++) {
        shield.limitStatus(Request.of("alice", 1));
        assertThat(shield.peek("key", "alice")).isInstanceOf(Decision.Rejected.class);
        assertThat(shield.peek("key", "bob").isAdmitted()).isTrue();
      }

      assertThat(shield.peek("everyone", "").remaining()).isEqualTo(98);
      assertThat(admitted(shield, "bob", 3)).isEqualTo(2);
    }
  }

  @Test
  void tellsAGreedyKeyThatItIsOverLimitEvenWhenTheServerIsFull() {
    FlowShield shield = shield().perKey("1/day").inFlight(1).build();
    shield.admit("alice");

    assertThat(shield.admit("alice")).isInstanceOf(OverLimit.class);
    assertThat(shield.admit("bob")).isInstanceOf(Shed.class);
    assertThat(shield.peek("key", "bob").remaining()).isEqualTo(1);
  }

  @Test
  void readsTheClockOnceForAllLimitsAndNeverWithoutAny() {
    AtomicInteger readings = new AtomicInteger();
    FlowShieldBuilder counted = FlowShield.builder().ticker(() -> {
      readings.incrementAndGet();
      return 0;
    });
    FlowShield three = counted
        .limit("9/s, 99/h")
        .perKey("1/s")
        .named(Limit.each("tenant", "5/s"))
        .build();
    close(three.admit("alice")); // a newcomer's slot is made at a reading of its own
    readings.set(0);

    three.admit("alice");
    assertThat(readings).hasValue(1);
    three.reset("key", "alice");
    three.reset("tenant", "acme");
    readings.set(0);
    three.admit(Charge.of("everyone"));
    assertThat(readings).hasValue(1);

    FlowShield none =
        FlowShield.builder().ticker(readings::incrementAndGet).inFlight(1).build();
    readings.set(0);
    close(none.admit("alice"));
    none.admit("bob");
    none.admit("carol");
    close(none.admit(Request.of("dave", 1).reserved()));
    assertThat(readings).hasValue(0);
  }

  @Test
  void chargesAKeyToEachLimitThatNeedsNoName() {
    FlowShield shield = shield()
        .limit(Limit.together("all", "9/day"))
        .limit(Limit.each("fast", "3/s"))
        .limit(Limit.each("slow", "5/day"))
        .limit(Limit.each("candidate", "1/day").shadow())
        .named(Limit.each("tenant", "1/day"))
        .build();

    assertThat(admitted(shield, "alice", 4)).isEqualTo(3);

    assertThat(shield.limits())
        .extracting(Limit::name)
        .containsExactly("all", "fast", "slow", "candidate", "tenant");
    assertThat(shield.peek("all", "").remaining()).isEqualTo(6);
    assertThat(shield.peek("fast", "alice").remaining()).isZero();
    assertThat(shield.peek("slow", "alice").remaining()).isEqualTo(2);
    assertThat(shield.peek("tenant", "alice").remaining()).isEqualTo(1);
    assertThat(shield.stats().limits())
        .extracting(LimitStats::name, LimitStats::admitted, LimitStats::rejected)
        .containsExactly(
            tuple("all", 3L, 0L),
            tuple("fast", 3L, 1L),
            tuple("slow", 3L, 0L),
            tuple("candidate", 3L, 2L),
            tuple("tenant", 0L, 0L));
  }

  @Test
  void countsWhatEachLimitAdmitsWhateverItIsChargedWith() {
    FlowShieldBuilder builder = shield().limit("1000/day");
    for (int i = 0; i < 150; i++) {
      builder.named(Limit.together("limit-" + i, "1000/day"));
    }
    FlowShield shield = builder.build();
    close(shield.admit("alice"));
    for (int i = 0; i < 150; i++) { // more pairs than there are sets that are kept
      for (int j = 0; j < 150; j++) {
        if (i != j) {
          ticker.advance(Duration.ofDays(1));
          close(shield.admit(Charge.of("limit-" + i), Charge.of("limit-" + j)));
        }
      }
    }

    ShieldStats stats = shield.stats();

    assertThat(stats.admitted()).isEqualTo(1 + 150 * 149);
    assertThat(stats.limit("everyone").admitted()).isEqualTo(1);
    assertThat(stats.limits().subList(1, 151))
        .extracting(LimitStats::admitted)
        .containsOnly(2 * 149L);
    assertThatThrownBy(() -> stats.limit("limit-150"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[everyone, limit-0, limit-1, ")
        .hasMessageContaining(", limit-14, … 151 in all], got 'limit-150'");
  }

  @Test
  void beginsWindowsOfTheCalendarByTheWallClockThatItIsGiven() {
    FlowShield shield = shield()
        .instantSource(() -> Instant.parse("2026-11-24T23:15:00Z"))
        .limit(Limit.each(Limit.KEY, "1/day").withLimiter("fixed-window"))
        .named(Limit.each("tenant", "1/day")
            .withLimiter("fixed-window", Map.of("utc-offset", "-06:00")))
        .named(Limit.together("search", "1/h").withLimiter("fixed-window"))
        .build();
    close(
        shield.admit(Charge.of("key", "alice"), Charge.of("tenant", "acme"), Charge.of("search")));

    assertThat(shield.admit(Charge.of("key", "alice")))
        .extracting("retryAfter")
        .isEqualTo(Duration.ofMinutes(45));
    assertThat(shield.admit(Charge.of("tenant", "acme")))
        .extracting("retryAfter")
        .isEqualTo(Duration.ofMinutes(45).plusHours(6));
    assertThat(shield.admit(Charge.of("search")))
        .extracting("retryAfter")
        .isEqualTo(Duration.ofMinutes(45));
    ticker.advance(Duration.ofMinutes(45));
    assertThat(shield.admit(Charge.of("key", "alice"), Charge.of("search")))
        .isInstanceOf(Admitted.class);
    shield.change(Map.of("tenant", "2/day"));
    ticker.advance(Duration.ofHours(6).minusNanos(1));
    assertThat(shield.admit(Charge.of("tenant", "acme"))).isInstanceOf(OverLimit.class);
    ticker.advanceNanos(1);
    assertThat(shield.admit(Charge.of("tenant", "acme", 2))).isInstanceOf(Admitted.class);
  }

  @Test
  void keepsTheOptionsOfALimiterUntilThereIsAnother() {
    Map<String, String> options = new HashMap<>(Map.of("utc-offset", "+02:00"));
    Limit limit = Limit.each("tenant", "1/day").withLimiter("fixed-window", options);
    options.clear();

    assertThat(limit.shadow().enforced().withMaxKeys(5).withLimits("2/day").options())
        .isEqualTo(Map.of("utc-offset", "+02:00"));
    assertThat(limit).isNotEqualTo(Limit.each("tenant", "1/day").withLimiter("fixed-window"));
    assertThat(limit.withLimiter("fixed-window").options()).isEmpty();
    assertThat(limit.withLimiter((key, permits) -> new Decision.Admitted(1)).options())
        .isEmpty();
  }

  /** What others do between the judging and the taking, or between the judging and the answer. */
  @Nested
  class ARace {

    private @Nullable Runnable whileTaking;
    private long refunded;
    private final RateAlgorithm twoADay = new Altered(new Gcra(RateLimit.parse("2/day"))) {
      @Override
      public long step(long word, long now, long permits) {
        long next = super.step(word, now, permits);
        if (whileTaking != null && Meanwhile.in("take")) {
          whileTaking.run();
        }
        return next;
      }

      @Override
      public long remaining(long word, long now) {
        return super.remaining(word, now) + refunded;
      }
    };
    private final FlowShield shield = shield()
        .limit("100/day")
        .limit(Limit.each("key", "2/day")
            .withLimiter(new KeyedLimiter(
                limit -> twoADay, LimiterSpec.of(RateLimit.parse("2/day")).withTicker(ticker))))
        .build();

    @Test
    void ofAKeyWithItselfEndsBeforeItHasTakenWhatEveryoneWants() {
      close(shield.admit("alice"));
      List<Long> left = new ArrayList<>();
      whileTaking = () -> {
        whileTaking = null;
        close(shield.admit("alice")); // another thread gets the last permit
        whileTaking = () -> left.add(shield.peek("everyone", "").remaining());
      };

      assertThat(shield.admit("alice")).extracting("name").isEqualTo("key");

      assertThat(left).isNotEmpty().containsOnly(98L);
      assertThat(shield.stats().admitted()).isEqualTo(2);
      assertThat(shield.stats().inFlight()).isZero();
    }

    @Test
    void ofARejectionWithWhatIsGivenBackTellsNobodyThatEnoughRemains() {
      close(shield.admit("alice"));
      refunded = 1;

      assertThat(shield.admit("alice", 2)).extracting("remaining").isEqualTo(1L);
    }
  }

  @Test
  void takesAsManyRateLimitsAsTheyMayBeInAll() {
    String eight = "1/s, 2/s, 3/s, 4/s, 5/s, 6/s, 7/s, 8/s";

    FlowShield shield = shield().limit(eight).perKey(eight).build();

    assertThat(shield.limitStatus(Request.of("alice", 1))).hasSize(16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"token-bucket", "fixed-window", "sliding-window"})
  void keepsLimitsByAnyFormulaOfTheEngine(String formula) {
    FlowShield shield = shield()
        .named(Limit.together("search", "3/day, 5/day").withLimiter(formula))
        .named(Limit.each("tenant", "2/day").withLimiter(formula).withMaxKeys(10))
        .build();

    for (int i = 0; i < 3; i++) {
      Admitted admitted = (Admitted) shield.admit(
          Request.of(Charge.of("search", i == 0 ? 2 : 1), Charge.of("tenant", "t" + i))
              .reserved());
      admitted.settle(Charge.of("search", 1));
    }

    assertThat(shield.admit(Charge.of("search"), Charge.of("tenant", "t0")))
        .extracting("name", "limit")
        .containsExactly("search", RateLimit.parse("3/day"));
    assertThat(shield.peek("tenant", "t0").remaining()).isEqualTo(1);
    shield.change(Map.of("search", "6/day, 10/day", "tenant", "4/day"));
    assertThat(shield.peek("search", "").remaining()).isZero(); // all of it was spent
    assertThat(shield.peek("tenant", "t0").remaining()).isEqualTo(2); // half of it was
    assertThatThrownBy(() -> shield.change(Map.of("search", "6/day", "tenant", "8/day")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(shield.peek("tenant", "t0").remaining()).isEqualTo(2);
  }
}
