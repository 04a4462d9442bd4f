package dev.flowshield.engine;

import static dev.flowshield.engine.FlowShieldTest.together;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.testkit.ManualTicker;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/**
 * Many threads charge several limits at once: no permit is made, and none is lost that nothing gave
 * back.
 */
class FlowShieldRaceTest {

  private static final int THREADS = 12;
  private static final int CALLS = 20_000;
  private static final List<String> NAMES = List.of("everyone", "key", "tenant");

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Map<String, LongAdder> used = new ConcurrentHashMap<>();
  private final AtomicInteger thread = new AtomicInteger();

  private void count(Charge charge) {
    used.computeIfAbsent(charge.limit() + " " + charge.key(), key -> new LongAdder())
        .add(charge.permits());
  }

  private long used(String account) {
    return requireNonNull(used.get(account)).sum();
  }

  private static Charge[] charges(SplittableRandom random) {
    Charge tenant = Charge.of("tenant", "t" + random.nextInt(3), 1 + random.nextInt(5));
    Charge each = Charge.of("key", "c" + random.nextInt(5), 1 + random.nextInt(3));
    Charge everyone = Charge.of("everyone", 1 + random.nextInt(3));
    return switch (random.nextInt(4)) {
      case 0 -> new Charge[] {tenant, everyone};
      case 1 -> new Charge[] {each, tenant};
      case 2 -> new Charge[] {everyone, each, tenant};
      default -> new Charge[] {each};
    };
  }

  private void assertAccounts(FlowShield shield, long burst, boolean exactly) {
    for (String name : NAMES) {
      for (String account : used.keySet()) {
        if (account.startsWith(name)) {
          long left = shield.peek(name, account.substring(name.length() + 1)).remaining();
          long rest = burst - used(account);
          if (exactly) {
            assertThat(left).as(account).isEqualTo(rest);
          } else {
            assertThat(left).as(account).isLessThanOrEqualTo(rest);
          }
        }
      }
    }
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void keepsTheAccountsOfAllLimitsWhileThreadsAdmitReserveAndSettle() throws InterruptedException {
    long burst = 10_000_000;
    FlowShield shield = FlowShield.builder()
        .ticker(ticker)
        .limit(burst + "/day")
        .perKey(burst + "/day, " + 2 * burst + "/day")
        .named(Limit.each("tenant", burst + "/day"))
        .inFlight(1_000_000)
        .build();
    // What is given back stands behind a debt from before all threads, so that none of it can have
    // come back another way (ADR 32).
    for (int i = 0; i < 5; i++) {
      prepay(shield, Charge.of("key", "c" + i, burst / 4));
      prepay(shield, Charge.of("tenant", "t" + i % 3, burst / 8));
    }
    prepay(shield, Charge.of("everyone", burst / 4));

    together(THREADS, () -> {
      SplittableRandom random = new SplittableRandom(thread.getAndIncrement());
      for (int i = 0; i < CALLS; i++) {
        Charge[] charges = charges(random);
        if (random.nextBoolean()) {
          ((Admitted) shield.admit(charges)).close();
          List.of(charges).forEach(this::count);
        } else {
          Admitted admitted = (Admitted) shield.admit(Request.of(charges).reserved());
          Charge[] truth = charges.clone();
          for (int j = 0; j < truth.length; j++) {
            truth[j] = new Charge(truth[j].limit(), truth[j].key(), random.nextInt(7));
          }
          admitted.settle(truth);
          admitted.close();
          List.of(truth).forEach(this::count);
        }
      }
    });

    assertAccounts(shield, burst, true);
  }

  private void prepay(FlowShield shield, Charge charge) {
    ((Admitted) shield.admit(charge)).close();
    count(charge);
  }

  @Test
  void neverAdmitsBeyondAnyLimitWhileAllOfThemAreSpent() throws InterruptedException {
    long burst = 5_000;
    FlowShield shield = FlowShield.builder()
        .ticker(ticker)
        .limit(burst + "/day")
        .perKey(burst + "/day")
        .named(Limit.each("tenant", burst + "/day"))
        .inFlight(3)
        .build();

    together(THREADS, () -> {
      SplittableRandom random = new SplittableRandom(thread.getAndIncrement());
      for (int i = 0; i < CALLS; i++) {
        Charge[] charges = charges(random);
        Admission admission = random.nextBoolean()
            ? shield.admit(charges)
            : shield.admit(Request.of(charges).reserved());
        if (admission instanceof Admitted admitted) {
          admitted.close();
          List.of(charges).forEach(this::count);
        }
      }
    });

    assertAccounts(shield, burst, false);
    assertThat(used("everyone ")).isGreaterThan(burst - 100); // nothing starves
  }

  @Test
  void rejectsNoPermitsForEverForThoseThatWereGivenBack() throws InterruptedException {
    FlowShield shield = FlowShield.builder()
        .ticker(ticker)
        .limit("1000/day")
        .perKey("10/day")
        .named(Limit.each("shadow", "1/day").shadow())
        .build();

    together(THREADS, () -> {
      for (int i = 0; i < CALLS; i++) {
        if (shield.admit(
                Charge.of("everyone"), Charge.of("key", "c" + i % 20), Charge.of("shadow", "s"))
            instanceof Admitted admitted) {
          admitted.close();
        }
      }
    });

    assertThat(shield.stats().admitted()).isEqualTo(200);
    assertThat(shield.peek("everyone", "").remaining()).isEqualTo(800);
    assertThat(shield.stats().limits().get(2).rejected()).isEqualTo(199);
  }

  @Test
  void goesOnWhileLimitsChange() throws InterruptedException {
    FlowShield shield = FlowShield.builder()
        .ticker(ticker)
        .limit("1000000/day")
        .perKey("20/day, 40/day")
        .inFlight(1_000)
        .build();

    together(THREADS, () -> {
      int me = thread.getAndIncrement();
      for (int i = 0; i < CALLS / 40; i++) {
        if (me == 0) {
          shield.change(Map.of("key", i % 2 == 0 ? "10/day, 20/day" : "20/day, 40/day"));
          shield.changeInFlight(i % 2 == 0 ? 5 : 1_000);
        } else if (shield.admit(Request.of("c" + i % 50, 1 + i % 10).reserved())
            instanceof Admitted admitted) {
          admitted.settle(i % 3);
          admitted.close();
        }
      }
    });

    shield.change(Map.of("key", "10/day, 20/day"));
    assertThat(shield.stats().inFlight()).isZero();
    for (int i = 0; i < 50; i++) {
      assertThat(shield.peek("key", "c" + i).remaining()).isBetween(0L, 10L);
    }
  }
}
