package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.flowshield.Decision;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of an admission that is forgotten. */
class LeakDetectorTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static void forget(FlowShield shield) {
    assertThat(shield.admit("alice")).isInstanceOf(Admitted.class);
  }

  /** Collects garbage until the shield has noticed so many leaks. */
  private static void awaitLeaks(FlowShield shield, int count) {
    assertTimeoutPreemptively(PATIENCE, () -> {
      while (shield.stats().leaked() < count) {
        System.gc();
      }
    });
  }

  @Test
  void isCountedAndItsSlotGivenBack() {
    FlowShield shield = FlowShield.builder().inFlight(2).detectLeaks().build();
    forget(shield);
    forget(shield);

    awaitLeaks(shield, 2);

    ShieldStats stats = shield.stats();
    assertThat(stats.leaked()).isEqualTo(2);
    assertThat(stats.inFlight()).isZero();
    assertThat(stats.ignored()).isZero(); // it never ended
    assertThat(stats.admitted()).isEqualTo(2);
    forget(shield);
    forget(shield);
  }

  @Test
  void isNoticedByARequestThatWantsItsSlot() {
    FlowShield shield = FlowShield.builder().inFlight(1).detectLeaks().build();
    forget(shield);

    assertTimeoutPreemptively(PATIENCE, () -> {
      while (shield.admit("bob") instanceof Shed) {
        System.gc();
      }
    });

    assertThat(shield.stats().leaked()).isOne();
  }

  @Test
  void givesItsSlotToARequestThatWaits() {
    ManualTicker ticker = ManualTicker.atZero();
    FlowShield shield = FlowShield.builder()
        .inFlight(1)
        .queueForSlots()
        .detectLeaks()
        .ticker(ticker)
        .build();
    forget(shield);
    CompletableFuture<Admission> waiting =
        shield.admitAsync(Request.of("bob"), Duration.ofHours(1));

    awaitLeaks(shield, 1); // whoever finds it
    ticker.advance(Duration.ofMillis(100));

    assertThat(waiting).isCompletedWithValueMatching(each -> each instanceof Admitted);
  }

  @Test
  void isToldByTheStackAtWhichItWasMade() throws Exception {
    BlockingQueue<Throwable> told = new LinkedBlockingQueue<>();
    FlowShield shield = FlowShield.builder().inFlight(1).detectLeaks(told::add).build();
    forget(shield);

    awaitLeaks(shield, 1);

    Throwable madeAt = told.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(madeAt)
        .isNotNull()
        .hasMessageContaining("close what was admitted here")
        .hasStackTraceContaining("LeakDetectorTest.forget");
  }

  @Test
  void isNotWhatWasClosed() {
    FlowShield shield = FlowShield.builder().inFlight(2).detectLeaks().build();
    FlowShieldTest.close(shield.admit("alice"));
    FlowShieldTest.close(shield.admit(Request.of("bob").reserved()));
    forget(shield);

    awaitLeaks(shield, 1);

    assertThat(shield.stats().leaked()).isOne();
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void isNotWhatIsStillHeld() {
    FlowShield shield = FlowShield.builder().inFlight(2).detectLeaks().build();
    Admission held = shield.admit("alice");
    forget(shield);

    awaitLeaks(shield, 1);

    assertThat(shield.stats().inFlight()).isOne();
    FlowShieldTest.close(held);
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void isNotWhatALimiterOfAnotherKindRejected() {
    FlowShield shield = FlowShield.builder()
        .limit(Limit.together("no", "1/s")
            .withLimiter((key, permits) -> new Decision.Rejected(0, 1, "1/s")))
        .inFlight(3)
        .detectLeaks()
        .build();
    assertThat(shield.admit()).isInstanceOf(OverLimit.class);
    FlowShield another = FlowShield.builder().inFlight(1).detectLeaks().build();
    forget(another);

    awaitLeaks(another, 1);

    assertThat(shield.stats().leaked()).isZero();
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void survivesAListenerThatFails() {
    FlowShield shield = FlowShield.builder()
        .inFlight(1)
        .detectLeaks(madeAt -> {
          throw new IllegalStateException("as the test wants it");
        })
        .build();
    forget(shield);

    awaitLeaks(shield, 1);

    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void staysAPlaceLostWhereItIsNotAskedFor() {
    FlowShield shield = FlowShield.builder().inFlight(1).build();
    forget(shield);
    System.gc();

    assertThat(shield.admit("bob")).isInstanceOf(Shed.class);
    assertThat(shield.stats().leaked()).isZero();
  }
}
