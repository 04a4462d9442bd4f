package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.testkit.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class FlowShieldTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  private FlowShieldBuilder shield() {
    return FlowShield.builder().ticker(ticker);
  }

  @Nested
  class WithSeveralLimits {

    @Test
    void limitsEachKeyByItself() {
      FlowShield shield = shield().perKey("2/s").build();

      assertThat(admitted(shield, "alice", 3)).isEqualTo(2);
      assertThat(admitted(shield, "bob", 3)).isEqualTo(2);
    }

    @Test
    void limitsEveryoneTogether() {
      FlowShield shield = shield().limit("3/s").build();

      assertThat(admitted(shield, "alice", 2)).isEqualTo(2);
      assertThat(admitted(shield, "bob", 2)).isEqualTo(1);
    }

    @Test
    void takesNothingFromEveryoneForAKeyOverItsLimit() {
      FlowShield shield = shield().limit("10/s").perKey("1/s").build();

      assertThat(admitted(shield, "alice", 100)).isEqualTo(1);

      assertThat(admitted(shield, "bob", 1)).isEqualTo(1);
      for (int i = 0; i < 8; i++) {
        assertThat(admitted(shield, "other-" + i, 1)).isEqualTo(1);
      }
      assertThat(shield.admit("late")).isInstanceOf(OverLimit.class);
    }

    @Test
    void takesNothingFromAKeyWhenEveryonesLimitIsSpent() {
      FlowShield shield = shield().limit("1/s").perKey("5/day").build();
      close(shield.admit("bob"));

      assertThat(admitted(shield, "alice", 100)).isZero();

      for (int i = 0; i < 5; i++) {
        ticker.advance(Duration.ofSeconds(1));
        assertThat(admitted(shield, "alice", 1)).isEqualTo(1);
      }
    }

    @Test
    void tellsOfTheLimitThatTakesLongest() {
      FlowShield shield = shield().limit("1/s").perKey("1/min").build();
      close(shield.admit("alice"));

      assertThat(shield.admit("alice"))
          .isEqualTo(new OverLimit(
              "key",
              Scope.EACH,
              RateLimit.parse("1/min"),
              0,
              Duration.ofMinutes(1).toNanos()));
      assertThat(shield.admit("bob"))
          .isEqualTo(new OverLimit(
              "everyone",
              Scope.TOGETHER,
              RateLimit.parse("1/s"),
              0,
              Duration.ofSeconds(1).toNanos()));
    }

    @Test
    void keepsItsPromiseOfWhenToComeBack() {
      FlowShield shield = shield().perKey("3/s burst 1").build();
      close(shield.admit("alice"));
      OverLimit rejected = (OverLimit) shield.admit("alice");

      ticker.advanceNanos(rejected.retryAfterNanos() - 1);
      assertThat(shield.admit("alice")).isInstanceOf(OverLimit.class);
      ticker.advanceNanos(1);
      assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
    }

    @Test
    void countsRequestsWithoutAKeyAsThoseOfOneKey() {
      FlowShield shield = shield().perKey("1/s").build();

      assertThat(shield.admit()).isInstanceOf(Admitted.class);
      assertThat(shield.admit("")).isInstanceOf(OverLimit.class);
      assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
    }

    @Test
    void chargesWhatTheWorkCosts() {
      FlowShield shield = shield().limit("10/s").perKey("6/s").build();

      assertThat(shield.admit("alice", 5)).isInstanceOf(Admitted.class);
      assertThat(shield.admit("alice", 2)).extracting("remaining").isEqualTo(1L);
      assertThat(shield.admit("bob", 6))
          .extracting("scope", "remaining")
          .containsExactly(Scope.TOGETHER, 5L);
      assertThat(shield.admit("bob", 5)).isInstanceOf(Admitted.class);
    }
  }

  @Nested
  class WithACapOnWorkInFlight {

    @Test
    void shedsWhatFindsNoSlotAndTakesNothingForIt() {
      FlowShield shield = shield().limit("10/day").perKey("10/day").inFlight(1).build();
      Admitted first = (Admitted) shield.admit("alice");

      for (int i = 0; i < 50; i++) {
        assertThat(shield.admit("alice")).isEqualTo(new Shed(1_000_000_000L));
      }
      first.close();

      assertThat(admitted(shield, "alice", 20)).isEqualTo(9);
    }

    @Test
    void holdsNoSlotForWorkThatIsOverLimit() {
      FlowShield shield = shield().perKey("1/day").inFlight(2).build();
      shield.admit("alice");

      shield.admit("alice");
      shield.admit("alice");

      assertThat(shield.stats().inFlight()).isEqualTo(1);
      assertThat(shield.admit("bob")).isInstanceOf(Admitted.class);
      assertThat(shield.admit("carol")).isInstanceOf(Shed.class);
    }

    @Test
    void givesAPlaceBackOnceHoweverOftenItIsClosed() { // A1, F2
      FlowShield shield = shield().inFlight(2).build();
      Admitted first = (Admitted) shield.admit("alice");
      shield.admit("bob");

      first.close();
      first.close();
      first.failed();
      first.close();

      assertThat(shield.stats().inFlight()).isEqualTo(1);
      assertThat(shield.stats().failed()).isZero();
    }

    @Test
    @Tag("slow")
    void givesAPlaceBackOnceWhenManyThreadsClose() throws InterruptedException { // A1, F2
      FlowShield shield = shield().inFlight(1000).build();
      for (int round = 0; round < 500; round++) {
        shield.admit("stays");
        Admitted admitted = (Admitted) shield.admit("goes");
        together(4, () -> admitted.close());
        assertThat(shield.stats().inFlight()).isEqualTo(round + 1);
      }
    }

    @Test
    void neverHasMoreInFlightThanTheCap() throws InterruptedException { // F1
      FlowShield shield = shield().inFlight(3).build();
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();

      together(8, () -> {
        for (int i = 0; i < 50_000; i++) {
          if (shield.admit("alice") instanceof Admitted admitted) {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            inside.decrementAndGet();
            admitted.close();
          }
        }
      });

      assertThat(most.get()).isBetween(1, 3);
      assertThat(shield.stats().inFlight()).isZero();
    }
  }

  @Nested
  class UnderManyThreads {

    @Test
    void admitsExactlyWhatBothLimitsAllow() throws InterruptedException {
      FlowShield shield =
          shield().limit("1000/day").perKey("300/day").inFlight(1_000_000).build();
      List<String> keys = List.of("a", "b", "c", "d", "e");
      AtomicInteger[] taken = {
        new AtomicInteger(),
        new AtomicInteger(),
        new AtomicInteger(),
        new AtomicInteger(),
        new AtomicInteger()
      };

      together(16, () -> {
        for (int i = 0; i < 2_000; i++) {
          int key = i % keys.size();
          if (shield.admit(keys.get(key)) instanceof Admitted admitted) {
            taken[key].incrementAndGet();
            admitted.close();
          }
        }
      });

      int sum = 0;
      for (AtomicInteger each : taken) {
        assertThat(each.get()).isLessThanOrEqualTo(300);
        sum += each.get();
      }
      assertThat(sum).isEqualTo(1000);
      // Nothing was lost by those who were rejected: what each key has left is what it did not
      // take.
      ticker.advance(Duration.ofDays(1));
      assertThat(admitted(shield, "a", 400)).isEqualTo(300);
    }

    @Test
    @Tag("slow")
    void losesNoPermitOfEveryoneToKeysThatAreRejected() throws InterruptedException {
      FlowShield shield =
          shield().limit("10000/day").perKey("10/day").inFlight(1_000_000).build();

      together(16, () -> {
        for (int i = 0; i < 20_000; i++) {
          close(shield.admit("greedy-" + i % 10));
        }
      });

      assertThat(shield.stats().admitted()).isEqualTo(100);
      int others = 0;
      for (int i = 0; i < 20_000; i++) {
        others += admitted(shield, "other-" + i, 1);
      }
      assertThat(others).isEqualTo(9_900);
    }
  }

  @Nested
  class CallingWork {

    private final FlowShield shield = shield().perKey("1/day").inFlight(1).build();

    @Test
    void runsItAndGivesTheSlotBack() {
      assertThat(shield.call(
              "alice", () -> "done at " + shield.stats().inFlight(), rejected -> "busy"))
          .isEqualTo("done at 1");
      assertThat(shield.stats().inFlight()).isZero();
    }

    @Test
    void asksWhatToAnswerInstead() {
      shield.call("alice", () -> "done", rejected -> "busy");

      assertThat(shield.call(
              "alice", () -> "done", rejected -> "busy, come back in " + rejected.retryAfter()))
          .isEqualTo("busy, come back in PT24H");
    }

    @Test
    void countsAnExceptionAsFailedAndThrowsItOn() {
      IOException failure = new IOException("disk");
      assertThatThrownBy(() -> shield.call(
              "alice",
              () -> {
                throw failure;
              },
              rejected -> "busy"))
          .isSameAs(failure);

      assertThat(shield.stats())
          .extracting("inFlight", "failed", "admitted")
          .containsExactly(0, 1L, 1L);
    }

    @Test
    void givesTheSlotBackAfterAnError() {
      AssertionError failure = new AssertionError();
      assertThatThrownBy(() -> shield.<String, RuntimeException>call(
              "alice",
              () -> {
                throw failure;
              },
              rejected -> "busy"))
          .isSameAs(failure);

      assertThat(shield.stats()).extracting("inFlight", "failed").containsExactly(0, 1L);
    }
  }

  @Nested
  class Stats {

    @Test
    void countWhatWasDone() {
      FlowShield shield = shield()
          .limit(Limit.each("key", "3/day").withMaxKeys(1000))
          .inFlight(2)
          .build();
      Admitted failed = (Admitted) shield.admit("alice");
      failed.failed();
      failed.close();
      Admitted ignored = (Admitted) shield.admit("alice");
      ignored.failed();
      ignored.ignored(); // the last word counts
      ignored.close();
      shield.admit("alice");
      shield.admit("alice");
      shield.admit("bob");
      shield.admit("carol");
      ticker.advance(Duration.ofSeconds(90));

      ShieldStats stats = shield.stats();

      assertThat(stats.admitted()).isEqualTo(4);
      assertThat(stats.overLimit()).isEqualTo(1);
      assertThat(stats.shed()).isEqualTo(1);
      assertThat(stats.failed()).isEqualTo(1);
      assertThat(stats.ignored()).isEqualTo(1);
      assertThat(stats.inFlight()).isEqualTo(2);
      assertThat(stats.inFlightLimit()).isEqualTo(2);
      assertThat(stats.limit("key").tracked()).isEqualTo(2);
      assertThat(stats.limit("key").maxKeys()).isEqualTo(1000);
      assertThat(stats.limit("key").slots()).isBetween(1000L, 2000L);
      assertThat(stats.limit("key").overflowed()).isZero();
      assertThat(stats.uptime()).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void tellTheTimeSinceTheShieldWasBuilt() {
      ticker.advance(Duration.ofDays(3));
      FlowShield shield = shield().inFlight(1).build();
      ticker.advance(Duration.ofSeconds(5));

      assertThat(shield.stats().uptime()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void tellHowOftenAFullTableMadeKeysShare() {
      FlowShield shield =
          shield().limit(Limit.each(Limit.KEY, "5/day").withMaxKeys(10)).build();
      for (int i = 0; i < 100; i++) {
        shield.admit("key-" + i);
      }

      ShieldStats stats = shield.stats();

      assertThat(stats.limit("key").tracked()).isEqualTo(stats.limit("key").slots());
      assertThat(stats.limit("key").overflowed())
          .isBetween(1L, 100 - stats.limit("key").tracked());
      assertThat(stats.admitted())
          .isEqualTo(stats.limit("key").tracked() + stats.limit("key").overflowed());
    }
  }

  static int admitted(FlowShield shield, String key, int times) {
    int count = 0;
    for (int i = 0; i < times; i++) {
      if (shield.admit(key) instanceof Admitted admitted) {
        admitted.close();
        count++;
      }
    }
    return count;
  }

  static void close(Admission admission) {
    if (admission instanceof Admitted admitted) {
      admitted.close();
    }
  }

  static void together(int threads, Runnable work) throws InterruptedException {
    CountDownLatch start = new CountDownLatch(1);
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread thread = new Thread(() -> {
        try {
          start.await();
          work.run();
        } catch (Throwable failure) {
          failures.add(failure);
        }
      });
      thread.start();
      all.add(thread);
    }
    start.countDown();
    for (Thread thread : all) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }
}
