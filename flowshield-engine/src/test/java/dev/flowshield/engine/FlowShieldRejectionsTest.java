package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.admitted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.RejectionEvent.Kind;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What comes of being rejected: blocks, events, counts. */
class FlowShieldRejectionsTest {

  private static final Duration FIRST = Duration.ofMinutes(5);

  private final ManualTicker ticker = ManualTicker.atZero();

  private FlowShieldBuilder shield() {
    return FlowShield.builder().ticker(ticker);
  }

  @Nested
  class WithAPenalty {

    private final FlowShield shield = shield()
        .limit("1000/s")
        .limit(Limit.each("key", "2/s").withPenalty(Penalty.after(3, Duration.ofMinutes(1))))
        .named(Limit.each("tenant", "1/day"))
        .inFlight(100)
        .build();

    private Blocked block(String key) {
      admitted(shield, key, 2);
      assertThat(shield.admit(key)).isInstanceOf(OverLimit.class);
      assertThat(shield.admit(key)).isInstanceOf(OverLimit.class);
      return (Blocked) shield.admit(key);
    }

    @Test
    void blocksAKeyThatIsRejectedTooOften() {
      Blocked last = block("mallory");

      assertThat(last.name()).isEqualTo("key");
      assertThat(last.retryAfter()).isBetween(FIRST, FIRST.plusMillis(2));
      ticker.advance(Duration.ofMinutes(1)); // its permits are back by now
      assertThat(shield.admit("mallory")).isInstanceOf(Blocked.class);
      assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
    }

    @Test
    void admitsItAgainExactlyWhenItWasTold() {
      Blocked last = block("mallory");

      ticker.advanceNanos(last.retryAfterNanos() - 1);
      assertThat(shield.admit("mallory")).isInstanceOf(Blocked.class);
      ticker.advanceNanos(1);
      assertThat(shield.admit("mallory")).isInstanceOf(Admitted.class);
    }

    @Test
    void blocksItWhateverElseIsCharged() {
      block("mallory");

      assertThat(shield.admit(Charge.of("tenant", "acme"), Charge.of("key", "mallory")))
          .isInstanceOf(Blocked.class);
      assertThat(shield.admit(Request.of("mallory", 1).reserved())).isInstanceOf(Blocked.class);
      assertThat(shield.admit(Charge.of("tenant", "mallory"))).isInstanceOf(Admitted.class);
    }

    @Test
    void takesNothingForABlockedKey() {
      block("mallory");
      ticker.advance(Duration.ofMinutes(1));

      for (int i = 0; i < 100; i++) {
        shield.admit("mallory");
      }

      assertThat(shield.peek("everyone", "").remaining()).isEqualTo(1000);
      assertThat(shield.peek("key", "mallory").remaining()).isEqualTo(2);
      assertThat(shield.stats().blocked()).isEqualTo(100);
      assertThat(shield.stats().limit("key").blocked()).isEqualTo(100);
      assertThat(shield.stats().overLimit()).isEqualTo(3);
      assertThat(shield.stats().inFlight()).isZero();
    }

    @Test
    void holdsOnlyTheKeysOwnLimitAgainstIt() {
      for (int i = 0; i < 50; i++) {
        shield.admit(Charge.of("tenant", "acme"), Charge.of("key", "c" + i));
        shield.admit(Charge.of("tenant", "acme"));
      }

      assertThat(shield.penalties()).isEmpty();
    }

    @Test
    void blocksWhomAnOperatorNames() {
      assertThat(shield.block("key", "mallory", Duration.ofMinutes(10))).isTrue();

      Blocked blocked = (Blocked) shield.admit("mallory");
      assertThat(blocked.retryAfter()).isBetween(FIRST.multipliedBy(2), Duration.ofSeconds(601));
      assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
      assertThat(shield.penalties())
          .extracting(Offender::key)
          .containsExactly(FlowShield.idOf("mallory"));
      assertThat(shield.pardon("key", "mallory")).isTrue();
      assertThat(shield.admit("mallory")).isInstanceOf(Admitted.class);
    }

    @Test
    void blocksNobodyForLongerThanThePenaltyOrForNoTime() {
      assertThatThrownBy(() -> shield.block("key", "mallory", Duration.ofHours(25)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("duration must be 1 second to the longestBlock of the penalty (PT24H), got"
              + " PT25H: choose one in the range, or a penalty with longer blocks");
      assertThatThrownBy(() -> shield.block("key", "mallory", Duration.ofMillis(999)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> shield.block("everyone", "", FIRST))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("'everyone' must have a penalty");
      assertThatThrownBy(() -> shield.block("nobody", "mallory", FIRST))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("limit must be one of [everyone, key, tenant], got 'nobody'");

      assertThat(shield.penalties()).isEmpty();
      assertThat(shield.admit("mallory")).isInstanceOf(Admitted.class);
    }

    @Test
    void showsAndPardons() {
      block("mallory");
      block("trudy");

      assertThat(shield.penalties()).hasSize(2).allMatch(offender -> offender.level() == 1);
      assertThat(shield.pardon("key", "mallory")).isTrue();
      assertThat(shield.pardon("key", "alice")).isFalse();
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
    Penalty penalty = Penalty.after(2, Duration.ofMinutes(1));
    FlowShield shield = shield()
        .perKey("1/s")
        .named(Limit.each("tenant", "1/s").withPenalty(penalty))
        .build();
    admitted(shield, "alice", 1000);

    assertThat(shield.penalties()).isEmpty();
    assertThat(shield.pardon("tenant", "alice")).isFalse();
    assertThat(shield.pardon(new Offender("tenant", "00000000000000a1", Duration.ZERO, 1)))
        .isFalse();
    shield.pardonAll();
    assertThat(shield.stats().blocked()).isZero();
  }

  @Test
  void blocksByEachLimitForItself() {
    Penalty second = Penalty.after(1, Duration.ofMinutes(1)).withBlocks(FIRST.dividedBy(2), FIRST);
    FlowShield shield = shield()
        .limit(Limit.each("key", "1/day").withPenalty(Penalty.after(1, Duration.ofMinutes(1))))
        .named(Limit.each("tenant", "1/day").withPenalty(second))
        .build();
    admitted(shield, "mallory", 1);
    assertThat(shield.admit("mallory")).isInstanceOf(OverLimit.class); // which waits for longer
    shield.admit(Charge.of("tenant", "acme"));
    shield.admit(Charge.of("tenant", "acme"));

    assertThat(shield.admit("mallory")).extracting("name").isEqualTo("key");
    assertThat(shield.admit(Charge.of("tenant", "acme"), Charge.of("key", "alice")))
        .isInstanceOfSatisfying(Blocked.class, blocked -> {
          assertThat(blocked.name()).isEqualTo("tenant");
          assertThat(blocked.retryAfter()).isBetween(FIRST.dividedBy(2), FIRST);
        });
    assertThat(shield.peek("key", "alice").remaining()).isEqualTo(1);
    assertThat(shield.penalties()).extracting(Offender::limit).containsExactly("key", "tenant");
    assertThat(shield.pardon("tenant", "mallory")).isFalse();
    assertThat(shield.pardon("key", "mallory")).isTrue();
    assertThat(shield.admit("mallory")).isInstanceOf(OverLimit.class);
  }

  @Test
  void blocksKeysOfALimiterOfAnotherKindWithoutAskingIt() {
    List<String> asked = new ArrayList<>();
    FlowShield shield = shield()
        .limit(Limit.each("key", "1/day")
            .withPenalty(Penalty.after(2, Duration.ofMinutes(1)))
            .withLimiter((key, permits) -> {
              asked.add(key);
              return new Decision.Rejected(0, 1);
            }))
        .build();

    for (int i = 0; i < 5; i++) {
      shield.admit("mallory");
    }

    assertThat(asked).hasSize(2);
    assertThat(shield.stats().limit("key").rejected()).isEqualTo(2);
    assertThat(shield.stats().limit("key").blocked()).isEqualTo(3);
    assertThat(shield.admit("mallory")).isInstanceOf(Blocked.class);
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void blocksNoKeyByAShadowEvenIfAnOperatorAsks() {
    FlowShield asked = shield()
        .perKey("1/s")
        .limit(Limit.each("trial", "1/s").withPenalty(Penalty.after(1, FIRST)).shadow())
        .build();
    assertThatThrownBy(() -> asked.block("trial", "mallory", FIRST))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("limit 'trial' must be enforced to block a key, got a shadow: block the key by"
            + " another limit");
  }

  @Test
  void blocksNoKeyByAShadow() {
    Penalty penalty = Penalty.after(1, Duration.ofMinutes(1));
    FlowShield shield = shield()
        .limit(Limit.each("key", "1/day").withPenalty(penalty).shadow())
        .limit(Limit.each("other", "1/day")
            .withPenalty(penalty)
            .withLimiter((key, permits) -> new Decision.Rejected(0, 1))
            .shadow())
        .build();

    assertThat(admitted(shield, "mallory", 10)).isEqualTo(10);
    assertThat(shield.penalties()).isEmpty();
  }

  @Nested
  class WithAListener {

    private final List<RejectionEvent> told = new ArrayList<>();

    @Test
    void tellsOfEachKindOfRejection() {
      FlowShield shield = shield()
          .perKey("1/day")
          .limit(Limit.together("everyone", "2/day").shadow())
          .inFlight(3)
          .onRejection(told::add, Runnable::run)
          .showKeys()
          .build();
      for (String key : List.of("alice", "alice", "bob", "carol", "dave")) {
        shield.admit(key);
        ticker.advance(Duration.ofSeconds(1));
      }

      assertThat(told).hasSize(3);
      assertThat(told.get(0).rejection()).extracting("name").isEqualTo("key");
      assertThat(told.get(0).key()).isEqualTo("alice");
      assertThat(told.get(1).rejection()).extracting("name").isEqualTo("everyone");
      assertThat(told.get(1).key()).isEqualTo("carol");
      assertThat(told.get(2).rejection()).isInstanceOf(Shed.class);
      assertThat(told.get(2).key()).isEqualTo("dave");
      assertThat(told)
          .extracting(RejectionEvent::kind)
          .containsExactly(Kind.OVER_LIMIT, Kind.SHADOW, Kind.SHED);
    }

    @Test
    void tellsOfABlockWhateverElseIsRejectedInThatMoment() {
      FlowShield shield = shield()
          .limit(Limit.each("key", "2/s").withPenalty(Penalty.after(2, Duration.ofMinutes(1))))
          .named(Limit.each("candidate", "1/day").shadow())
          .onRejection(told::add, Runnable::run)
          .showKeys()
          .build();
      for (int i = 0; i < 6; i++) {
        shield.admit(Charge.of("key", "mallory"), Charge.of("candidate", "all"));
      }

      assertThat(told)
          .extracting(RejectionEvent::kind)
          .containsExactly(Kind.SHADOW, Kind.OVER_LIMIT, Kind.BLOCK, Kind.BLOCKED);
      assertThat(told.get(1).rejection()).extracting("name").isEqualTo("key");
      assertThat(told.get(2).rejection()).isInstanceOf(Blocked.class);
      assertThat(told).extracting(RejectionEvent::suppressed).containsOnly(0L);
      assertThat(shield.stats().suppressed()).isEqualTo(1);
    }

    @Test
    void tellsOfWorkThatIsShedNowAndThenWhereNothingElseIsLimited() {
      FlowShield shield =
          shield().inFlight(1).onRejection(told::add, Runnable::run).build();
      shield.admit("alice");
      for (int i = 0; i < 20; i++) {
        shield.admit("bob");
        ticker.advance(Duration.ofMillis(50)); // ten a second are told
      }

      assertThat(told).hasSize(10);
    }

    @Test
    void tellsOfNamedWorkThatIsShedByTheFirstKeyThatItNames() {
      FlowShield shield = shield()
          .named(Limit.together("search", "9/s"))
          .named(Limit.each("tenant", "9/s"))
          .named(Limit.each("user", "9/s"))
          .inFlight(1)
          .onRejection(told::add, Runnable::run)
          .showKeys()
          .build();
      shield.admit(Charge.of("search"));
      shield.admit(Charge.of("search"), Charge.of("user", "alice"), Charge.of("tenant", "acme"));
      ticker.advance(Duration.ofSeconds(1));
      shield.admit(Charge.of("search"));

      assertThat(told).extracting(RejectionEvent::kind).containsOnly(Kind.SHED);
      assertThat(told).extracting(RejectionEvent::key).containsExactly("alice", "");
    }

    @Test
    void tellsOfAShadowLimitThatSomebodyElseKeeps() {
      FlowShield shield = shield()
          .limit(Limit.each("key", "5/s")
              .shadow()
              .withLimiter((key, permits) -> new Decision.Rejected(0, 42)))
          .onRejection(told::add, Runnable::run)
          .build();

      assertThat(admitted(shield, "alice", 1)).isEqualTo(1);

      assertThat(told).hasSize(1);
      assertThat(told.get(0).kind()).isEqualTo(Kind.SHADOW);
      assertThat(told.get(0).rejection())
          .isEqualTo(new OverLimit("key", Limit.Scope.EACH, RateLimit.parse("5/s"), 0, 1));
    }

    @Test
    void knowsAKeyByOneIdWhicheverLimitRejectsIt() {
      FlowShield together =
          shield().limit("1/day").onRejection(told::add, Runnable::run).build();
      FlowShield each =
          shield().perKey("1/day").onRejection(told::add, Runnable::run).build();
      admitted(together, "alice", 2);
      ticker.advance(Duration.ofSeconds(1));
      admitted(together, "bob", 1);
      admitted(each, "alice", 2);

      assertThat(told).hasSize(3);
      assertThat(told.get(2).key()).isEqualTo(told.get(0).key());
      assertThat(told.get(1).key()).isNotEqualTo(told.get(0).key());
    }

    @Test
    void isCalledByAnotherThreadUnlessAnExecutorIsNamed() throws Exception {
      CompletableFuture<Thread> caller = new CompletableFuture<>();
      FlowShield shield = shield()
          .perKey("1/day")
          .onRejection(event -> caller.complete(Thread.currentThread()))
          .build();

      admitted(shield, "alice", 2);

      assertThat(caller.get(1, TimeUnit.MINUTES)).isNotEqualTo(Thread.currentThread());
    }

    @Test
    void tellsEachListenerByItsOwnRate() {
      List<RejectionEvent> first = new ArrayList<>();
      List<RejectionEvent> second = new ArrayList<>();
      List<Runnable> stuck = new ArrayList<>();
      FlowShield shield = shield()
          .perKey("1/s")
          .onRejection(first::add, Runnable::run)
          .onRejection(second::add, stuck::add)
          .build();
      admitted(shield, "mallory", 1);
      for (int i = 0; i < 3; i++) {
        ticker.advance(Duration.ofMillis(100));
        shield.admit("mallory");
      }

      assertThat(first).hasSize(3);
      assertThat(second).isEmpty();
      stuck.forEach(Runnable::run);
      assertThat(second).hasSize(1);
      assertThat(shield.stats().suppressed()).isEqualTo(2); // of the second one
    }

    @Test
    void countsTheFailuresOfAllListeners() {
      List<RejectionEvent> told = new ArrayList<>();
      FlowShield shield = shield()
          .perKey("1/s")
          .onRejection(
              event -> {
                throw new IllegalStateException("broken");
              },
              Runnable::run)
          .onRejection(told::add, Runnable::run)
          .build();
      admitted(shield, "mallory", 1);

      assertThat(shield.admit("mallory")).isInstanceOf(OverLimit.class);
      assertThat(told).hasSize(1);
      assertThat(shield.stats().listenerFailures()).isOne();
    }

    @Test
    void addsNoListenerTwiceAndNoMoreThanSixteen() {
      RejectionListener listener = event -> {};
      FlowShieldBuilder builder = shield().perKey("1/s").onRejection(listener);

      assertThatThrownBy(() -> builder.onRejection(listener))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("listeners of onRejection must differ, got the same twice: add it once, it"
              + " gets every kind");
      for (int i = 1; i < 16; i++) {
        int number = i;
        builder.onRejection(event -> assertThat(number).isPositive());
      }
      assertThatThrownBy(() -> builder.onRejection(event -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("listeners of onRejection must be at most 16, got one more: let one of them"
              + " call the others");
    }

    @Test
    void tellsOfAFloodNowAndThenAndSurvivesWhatTheListenerThrows() {
      FlowShield shield = shield()
          .perKey("1/day")
          .onRejection(
              event -> {
                told.add(event);
                throw new IllegalStateException("log is full");
              },
              Runnable::run)
          .build();
      admitted(shield, "alice", 101);

      assertThat(told).hasSize(1);
      assertThat(told.get(0).key()).matches("[0-9a-f]{16}");
      assertThat(shield.stats().suppressed()).isEqualTo(99);
      assertThat(shield.stats().listenerFailures()).isEqualTo(1);
      assertThat(shield.stats().overLimit()).isEqualTo(100);
    }
  }

  @Test
  void tellsWhoIsRejectedMost() {
    FlowShield shield = shield().limit("1000000/s").perKey("1/day").showKeys().build();
    for (int i = 0; i < 30_000; i++) {
      shield.admit("mallory");
      shield.admit("key-" + i % 100);
    }

    List<RejectedKey> top = shield.topRejected(5);

    assertThat(top).hasSize(5);
    assertThat(top.get(0).key()).isEqualTo("mallory");
    assertThat(top.get(0).rejections()).isBetween(24_000L, 36_000L); // a sample of one in 64
  }
}
