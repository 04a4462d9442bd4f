package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Criticality;
import dev.flowshield.LimitStatus;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.testkit.ManualTicker;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits that are looked up once, and charged together by one key and one cost. */
class LimitSetTest {

  private final ManualTicker ticker = ManualTicker.atZero();
  private final FlowShield shield = FlowShield.builder()
      .limit("20/day")
      .perKey("10/day")
      .named(Limit.each("search", "3/day, 4/day"))
      .named(Limit.together("exports", "5/day"))
      .inFlight(2)
      .ticker(ticker)
      .build();
  private final LimitSet limits = shield.limitSet("search", "exports");

  @Test
  void areChargedTogetherAndNoOthersAre() {
    assertThat(admitted("alice", 10)).isEqualTo(3);
    assertThat(admitted("bob", 10)).isEqualTo(2);

    assertThat(shield.admit(limits, "alice")).isInstanceOfSatisfying(OverLimit.class, over -> {
      assertThat(over.name()).isEqualTo("search");
      assertThat(over.limit()).hasToString("3/day");
    });
    assertThat(shield.admit(limits, "bob"))
        .isInstanceOfSatisfying(
            OverLimit.class, over -> assertThat(over.name()).isEqualTo("exports"));
    assertThat(shield.peek("key", "alice").remaining()).isEqualTo(10);
    assertThat(shield.peek("everyone", "").remaining()).isEqualTo(20);
  }

  @Test
  void takeNothingWhenOneRejects() {
    admitted("alice", 3);

    assertThat(shield.admit(limits, "alice")).isInstanceOf(OverLimit.class);

    assertThat(shield.peek("exports", "").remaining()).isEqualTo(2);
  }

  @Test
  void areTheSameAllowancesAsWhenTheyAreNamedByCharges() {
    admitted("alice", 1);
    FlowShieldTest.close(shield.admit(Charge.of("search", "alice"), Charge.of("exports")));

    assertThat(shield.peek("search", "alice").remaining()).isEqualTo(1);
    assertThat(shield.peek("exports", "").remaining()).isEqualTo(3);
  }

  @Test
  void takeSeveralPermitsAtOnce() {
    assertThat(shield.admit(limits, "alice", 3)).isInstanceOf(Admitted.class);

    assertThat(shield.peek("search", "alice").remaining()).isZero();
    assertThat(shield.peek("exports", "").remaining()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  void takeNoCostBelowOne(long permits) {
    assertThatThrownBy(() -> shield.admit(limits, "alice", permits))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("permits must be at least 1, got " + permits + ": ask for one or more");
  }

  @ParameterizedTest
  @ValueSource(longs = {4, Long.MAX_VALUE})
  void rejectACostThatCanNeverBeHadForGood(long permits) {
    OverLimit rejection = (OverLimit) shield.admit(limits, "alice", permits);

    assertThat(rejection.isRetryable()).isFalse();
    assertThat(rejection.name()).isEqualTo("search");
    assertThat(rejection.limit()).hasToString("3/day");
    assertThat(shield.stats().overLimit()).isOne();
  }

  @Test
  void takeAPlaceInFlight() {
    Admission first = shield.admit(limits, "alice");
    Admission second = shield.admit(shield.limitSet(), "alice");

    assertThat(shield.admit(limits, "bob")).isInstanceOf(Shed.class);
    FlowShieldTest.close(first);
    FlowShieldTest.close(second);
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void takeAPlaceAloneIfThereAreNone() {
    LimitSet none = shield.limitSet();

    assertThat(IntStream.range(0, 100)
            .mapToObj(i -> shield.admit(none, "alice"))
            .filter(Admitted.class::isInstance))
        .hasSize(2);
    assertThat(none).hasToString("[]");
    assertThat(shield.limitStatus(none, "alice")).isEmpty();
  }

  @Test
  void areCountedInTheStatsOfEachLimit() {
    admitted("alice", 5);

    assertThat(shield.stats().limit("search").admitted()).isEqualTo(3);
    assertThat(shield.stats().limit("search").rejected()).isEqualTo(2);
    assertThat(shield.stats().limit("exports").admitted()).isEqualTo(3);
    assertThat(shield.stats().limit("key").admitted()).isZero();
  }

  @Test
  void areTheSameForRequestsOfEachRouteAndMeaning() {
    LimitSet other = limits.onRoute(9).withCriticality(Criticality.SHEDDABLE);

    assertThat(shield.admit(other, "alice")).isInstanceOf(Admitted.class);

    assertThat(shield.peek("search", "alice").remaining()).isEqualTo(2);
    assertThat(shield.stats().limit("search").admitted()).isEqualTo(1);
    assertThat(limits.withCriticality(Criticality.SHEDDABLE).onRoute(9)).isSameAs(other);
    assertThat(other.onRoute(limits.route()).withCriticality(Criticality.DEFAULT))
        .isSameAs(limits);
  }

  @Test
  void areRoutesOfTheirOwnUnlessThereAreTooMany() {
    FlowShieldBuilder many = FlowShield.builder().ticker(ticker).perKey("9/day");
    IntStream.range(0, 100).forEach(i -> many.named(Limit.each("limit-" + i, "9/day")));
    FlowShield shieldOfMany = many.build();
    int[] routes = IntStream.range(0, 100)
        .map(i -> shieldOfMany.limitSet("limit-" + i).route())
        .toArray();

    assertThat(routes).contains(IntStream.range(0, Gate.ROUTES).toArray());
    assertThat(Arrays.stream(routes, 0, 50)).doesNotHaveDuplicates();
    assertThat(routes[Gate.ROUTES]).isEqualTo(routes[0]);
  }

  @Test
  void goOnWhenALimitChanges() {
    admitted("alice", 3);

    shield.change(shield.limits().get(2).withLimits("30/day, 40/day"));

    assertThat(admitted("bob", 10)).isEqualTo(2);
    assertThat(shield.limitStatus(limits, "carol"))
        .startsWith(new LimitStatus("search", RateLimit.parse("30/day"), 30, 0));
  }

  @Test
  void showHowTheyStand() {
    admitted("alice", 3);

    assertThat(shield.limitStatus(limits, "alice"))
        .containsExactly(
            new LimitStatus("search", RateLimit.parse("3/day"), 0, 28_800_000_000_000L),
            new LimitStatus("search", RateLimit.parse("4/day"), 1, 0),
            new LimitStatus("exports", RateLimit.parse("5/day"), 2, 0));
    assertThat(shield.limitStatus(limits, "alice"))
        .isEqualTo(
            shield.limitStatus(Request.of(Charge.of("search", "alice"), Charge.of("exports"))));
  }

  @Test
  void areAskedWithoutAThreadThatWaits() {
    LaterLimiter elsewhere = new LaterLimiter();
    FlowShield both = FlowShield.builder()
        .named(Limit.each("here", "2/day"))
        .named(Limit.each("elsewhere", "5/day").withLimiter((RateLimiter) elsewhere))
        .ticker(ticker)
        .build();

    assertThat(both.admitAsync(both.limitSet("here"), "alice"))
        .isCompletedWithValueMatching(Admitted.class::isInstance);
    CompletableFuture<Admission> later =
        both.admitAsync(both.limitSet("here", "elsewhere"), "alice");
    assertThat(later).isNotDone();
    elsewhere.admit();
    assertThat(later).isCompletedWithValueMatching(Admitted.class::isInstance);
    assertThat(both.peek("here", "alice").remaining()).isZero();
  }

  @Test
  void sayWhatIsWrongWithTheirNames() {
    assertThatThrownBy(() -> shield.limitSet("serach"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "limit must be one of [everyone, key, search, exports], got 'serach'");
    assertThatThrownBy(() -> shield.limitSet("search", "exports", "search"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limits of a set must be unique, got 'search' twice: name it once");
  }

  @Test
  void areAsManyAsThereAre() {
    FlowShieldBuilder many = FlowShield.builder().ticker(ticker);
    String[] names = IntStream.range(0, 40).mapToObj(i -> "limit-" + i).toArray(String[]::new);
    for (int i = 0; i < names.length; i++) {
      many.named(Limit.each(names[i], 100 - i + "/day"));
    }
    FlowShield shieldOfMany = many.build();
    LimitSet all = shieldOfMany.limitSet(names);

    assertThat(IntStream.range(0, 100)
            .mapToObj(i -> shieldOfMany.admit(all, "alice"))
            .filter(Admitted.class::isInstance))
        .hasSize(61);
  }

  @Test
  void areOfOneShieldAlone() {
    FlowShield other = FlowShield.builder().named(Limit.each("search", "3/day")).build();

    assertThatThrownBy(() -> other.admit(limits, "alice"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limits must be a set of this shield, got [search, exports] of another one:"
            + " make it with limitSet of the shield that is asked");
    assertThatThrownBy(() -> other.admitAsync(limits, "alice"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> other.limitStatus(limits, "alice"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(other.stats().admitted()).isZero();
  }

  private int admitted(String key, int times) {
    int count = 0;
    for (int i = 0; i < times; i++) {
      Admission admission = shield.admit(limits, key);
      count += admission instanceof Admitted ? 1 : 0;
      FlowShieldTest.close(admission);
    }
    return count;
  }
}
