package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.admitted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.RefusalEvent.Kind;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What comes of being refused: blocks, events, counts. */
class FlowShieldRefusalsTest {

  private static final Duration FIRST = Duration.ofMinutes(5);

  private final ManualTicker ticker = ManualTicker.atZero();

  private FlowShieldBuilder shield() {
    return FlowShield.builder().ticker(ticker);
  }

  @Nested
  class WithAPenalty {

    private final FlowShield shield = shield()
        .limit("1000/s")
        .perClient("2/s")
        .limit(Limit.each("tenant", "1/day"))
        .penalty(Penalty.after(3, Duration.ofMinutes(1)))
        .inFlight(100)
        .build();

    private OverLimit block(String key) {
      admitted(shield, key, 2);
      assertThat(((OverLimit) shield.admit(key)).isBlock()).isFalse();
      shield.admit(key);
      return (OverLimit) shield.admit(key);
    }

    @Test
    void blocksAClientThatIsRefusedTooOften() {
      OverLimit last = block("mallory");

      assertThat(last.name()).isEqualTo("penalty");
      assertThat(last.isBlock()).isTrue();
      assertThat(last.scope()).isEqualTo(Limit.Scope.EACH);
      assertThat(last.retryAfter()).isBetween(FIRST, FIRST.plusMillis(2));
      ticker.advance(Duration.ofMinutes(1)); // its permits are back by now
      assertThat(shield.admit("mallory")).extracting("name").isEqualTo("penalty");
      assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
    }

    @Test
    void admitsItAgainExactlyWhenItWasTold() {
      OverLimit last = block("mallory");

      ticker.advanceNanos(last.retryAfterNanos() - 1);
      assertThat(shield.admit("mallory")).isInstanceOf(OverLimit.class);
      ticker.advanceNanos(1);
      assertThat(shield.admit("mallory")).isInstanceOf(Admitted.class);
    }

    @Test
    void blocksItWhateverElseIsCharged() {
      block("mallory");

      assertThat(shield.admit(Charge.of("tenant", "acme"), Charge.of("client", "mallory")))
          .extracting("name")
          .isEqualTo("penalty");
      assertThat(shield.reserve("mallory", 1)).extracting("name").isEqualTo("penalty");
      assertThat(shield.admit(Charge.of("tenant", "mallory"))).isInstanceOf(Admitted.class);
    }

    @Test
    void takesNothingForABlockedClient() {
      block("mallory");
      ticker.advance(Duration.ofMinutes(1));

      for (int i = 0; i < 100; i++) {
        shield.admit("mallory");
      }

      assertThat(shield.peek("everyone", "").remaining()).isEqualTo(1000);
      assertThat(shield.peek("client", "mallory").remaining()).isEqualTo(2);
      assertThat(shield.stats().blocked()).isEqualTo(100);
      assertThat(shield.stats().overLimit()).isEqualTo(103);
      assertThat(shield.stats().inFlight()).isZero();
    }

    @Test
    void holdsOnlyTheClientsOwnLimitAgainstIt() {
      for (int i = 0; i < 50; i++) {
        shield.admit(Charge.of("tenant", "acme"), Charge.of("client", "c" + i));
        shield.admit(Charge.of("tenant", "acme"));
      }

      assertThat(shield.penalties()).isEmpty();
    }

    @Test
    void showsAndPardons() {
      block("mallory");
      block("trudy");

      assertThat(shield.penalties()).hasSize(2).allMatch(offender -> offender.level() == 1);
      assertThat(shield.pardon("mallory")).isTrue();
      assertThat(shield.pardon("alice")).isFalse();
      assertThat(shield.penalties()).hasSize(1);
      ticker.advance(Duration.ofSeconds(1));
      assertThat(shield.admit("mallory")).isInstanceOf(Admitted.class);
      shield.pardonAll();
      assertThat(shield.admit("trudy")).isInstanceOf(Admitted.class);
    }

    @Test
    void pardonsWhomItShowsWithoutTheKey() {
      block("mallory");
      Offender shown = shield.penalties().get(0);

      assertThat(shield.pardon(shown)).isTrue();
      assertThat(shield.pardon(shown)).isFalse();

      ticker.advance(Duration.ofSeconds(1));
      assertThat(shield.admit("mallory")).isInstanceOf(Admitted.class);
    }
  }

  @Test
  void pardonsNobodyWhereNobodyIsBlocked() {
    FlowShield shield = shield().perClient("1/s").build();
    admitted(shield, "alice", 1000);

    assertThat(shield.penalties()).isEmpty();
    assertThat(shield.pardon("alice")).isFalse();
    shield.pardonAll();
    assertThat(shield.stats().blocked()).isZero();
  }

  @Nested
  class WithAListener {

    private final List<RefusalEvent> told = new ArrayList<>();

    @Test
    void tellsOfEachKindOfRefusal() {
      FlowShield shield = shield()
          .perClient("1/day")
          .limit(Limit.together("everyone", "2/day").shadow())
          .inFlight(3)
          .onRefusal(told::add, Runnable::run)
          .showKeys()
          .build();
      for (String key : List.of("alice", "alice", "bob", "carol", "dave")) {
        shield.admit(key);
        ticker.advance(Duration.ofSeconds(1));
      }

      assertThat(told).hasSize(3);
      assertThat(told.get(0).refusal()).extracting("name").isEqualTo("client");
      assertThat(told.get(0).client()).isEqualTo("alice");
      assertThat(told.get(1).refusal()).extracting("name").isEqualTo("everyone");
      assertThat(told.get(1).client()).isEqualTo("carol");
      assertThat(told.get(2).refusal()).isInstanceOf(Shed.class);
      assertThat(told.get(2).client()).isEqualTo("dave");
      assertThat(told)
          .extracting(RefusalEvent::kind)
          .containsExactly(Kind.OVER_LIMIT, Kind.SHADOW, Kind.SHED);
    }

    @Test
    void tellsOfABlockWhateverElseIsRefusedInThatMoment() {
      FlowShield shield = shield()
          .perClient("2/s")
          .limit(Limit.each("candidate", "1/day").shadow())
          .penalty(Penalty.after(2, Duration.ofMinutes(1)))
          .onRefusal(told::add, Runnable::run)
          .showKeys()
          .build();
      for (int i = 0; i < 6; i++) {
        shield.admit(Charge.of("client", "mallory"), Charge.of("candidate", "all"));
      }

      assertThat(told)
          .extracting(RefusalEvent::kind)
          .containsExactly(Kind.SHADOW, Kind.OVER_LIMIT, Kind.BLOCK, Kind.BLOCKED);
      assertThat(told.get(1).refusal()).extracting("name").isEqualTo("client");
      assertThat(told.get(2).refusal()).extracting("name").isEqualTo("penalty");
      assertThat(told).extracting(RefusalEvent::suppressed).containsOnly(0L);
      assertThat(shield.stats().untold()).isEqualTo(1);
    }

    @Test
    void tellsOfWorkThatIsShedNowAndThenWhereNothingElseIsLimited() {
      FlowShield shield =
          shield().inFlight(1).onRefusal(told::add, Runnable::run).build();
      shield.admit("alice");
      for (int i = 0; i < 20; i++) {
        shield.admit("bob");
        ticker.advance(Duration.ofMillis(50)); // ten a second are told
      }

      assertThat(told).hasSize(10);
    }

    @Test
    void tellsOfAShadowLimitThatSomebodyElseKeeps() {
      FlowShield shield = shield()
          .limit(Limit.each("client", "5/s").shadow())
          .limiter((key, permits) -> new Decision.Rejected(0, 42))
          .onRefusal(told::add, Runnable::run)
          .build();

      assertThat(admitted(shield, "alice", 1)).isEqualTo(1);

      assertThat(told).hasSize(1);
      assertThat(told.get(0).kind()).isEqualTo(Kind.SHADOW);
      assertThat(told.get(0).refusal())
          .isEqualTo(new OverLimit("client", Limit.Scope.EACH, RateLimit.parse("5/s"), 0, 1));
    }

    @Test
    void knowsAClientByOneIdWhicheverLimitRefusesIt() {
      FlowShield together =
          shield().limit("1/day").onRefusal(told::add, Runnable::run).build();
      FlowShield each =
          shield().perClient("1/day").onRefusal(told::add, Runnable::run).build();
      admitted(together, "alice", 2);
      ticker.advance(Duration.ofSeconds(1));
      admitted(together, "bob", 1);
      admitted(each, "alice", 2);

      assertThat(told).hasSize(3);
      assertThat(told.get(2).client()).isEqualTo(told.get(0).client());
      assertThat(told.get(1).client()).isNotEqualTo(told.get(0).client());
    }

    @Test
    void isCalledByAnotherThreadUnlessAnExecutorIsNamed() throws Exception {
      CompletableFuture<Thread> caller = new CompletableFuture<>();
      FlowShield shield = shield()
          .perClient("1/day")
          .onRefusal(event -> caller.complete(Thread.currentThread()))
          .build();

      admitted(shield, "alice", 2);

      assertThat(caller.get(1, TimeUnit.MINUTES)).isNotEqualTo(Thread.currentThread());
    }

    @Test
    void tellsOfAFloodNowAndThenAndSurvivesWhatTheListenerThrows() {
      FlowShield shield = shield()
          .perClient("1/day")
          .onRefusal(
              event -> {
                told.add(event);
                throw new IllegalStateException("log is full");
              },
              Runnable::run)
          .build();
      admitted(shield, "alice", 101);

      assertThat(told).hasSize(1);
      assertThat(told.get(0).client()).matches("[0-9a-f]{16}");
      assertThat(shield.stats().untold()).isEqualTo(99);
      assertThat(shield.stats().listenerFailures()).isEqualTo(1);
      assertThat(shield.stats().overLimit()).isEqualTo(100);
    }
  }

  @Test
  void tellsWhoIsRefusedMost() {
    FlowShield shield =
        shield().limit("1000000/s").perClient("1/day").showKeys().build();
    for (int i = 0; i < 30_000; i++) {
      shield.admit("mallory");
      shield.admit("client-" + i % 100);
    }

    List<RefusedClient> top = shield.topRefused(5);

    assertThat(top).hasSize(5);
    assertThat(top.get(0).client()).isEqualTo("mallory");
    assertThat(top.get(0).refusals()).isBetween(24_000L, 36_000L); // a sample of one in 64
  }
}
