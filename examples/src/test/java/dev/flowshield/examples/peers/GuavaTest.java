package dev.flowshield.examples.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.RateLimiter;
import dev.flowshield.Reservation;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * The statements of docs/coming-from-guava.md about Guava and FlowShield.
 *
 * <p>Guava reads a clock of its own, so the rates are low enough that nothing refills while a test
 * runs.
 */
class GuavaTest {

  private static final double ONE_IN_A_THOUSAND_SECONDS = 0.001;

  /** The code of the page: theirs. */
  static final class Theirs {

    // snippet: guava-try
    private final RateLimiter limiter = RateLimiter.create(10); // 10 a second

    boolean mayRun() {
      return limiter.tryAcquire();
    }
    // end

    // snippet: guava-wait
    static boolean pace(RateLimiter limiter) { // a rejection comes at once
      return limiter.tryAcquire(Duration.ofSeconds(2));
    }
    // end

    // snippet: guava-debt
    static void send(RateLimiter bytesPerSecond, byte[] message) {
      bytesPerSecond.acquire(message.length); // the next caller waits for this one
    }
    // end

    // snippet: guava-change
    static void change(RateLimiter limiter) {
      limiter.setRate(20);
    }
    // end
  }

  /** The code of the page: ours. */
  static final class Ours {

    // snippet: from-guava-try
    private final dev.flowshield.RateLimiter limiter = dev.flowshield.RateLimiter.of("10/s");

    boolean mayRun() {
      return limiter.tryAcquire();
    }
    // end

    // snippet: from-guava-wait
    static boolean pace(dev.flowshield.RateLimiter limiter) throws InterruptedException {
      return limiter.acquire(Duration.ofSeconds(2)).isAdmitted(); // rejects at once
    }
    // end

    // snippet: from-guava-debt
    static boolean send(dev.flowshield.RateLimiter bytesPerSecond, byte[] message) {
      if (bytesPerSecond.reserve("", 1) instanceof Reservation.Held held) {
        held.settle(message.length); // the next caller waits for this one
        return true;
      }
      return false;
    }
    // end

    // snippet: from-guava-change
    static void change(dev.flowshield.RateLimiter limiter) {
      limiter.changeTo("20/s");
    }
    // end
  }

  @Test
  void bothAdmitTheFirst() {
    assertThat(new Theirs().mayRun()).isTrue();
    assertThat(new Ours().mayRun()).isTrue();
  }

  @Test
  void aNewOneHasNothingStoredInGuavaAndItsWholeBurstInFlowShield() {
    RateLimiter theirs = RateLimiter.create(ONE_IN_A_THOUSAND_SECONDS);
    assertThat(theirs.tryAcquire()).isTrue();
    assertThat(theirs.tryAcquire()).isFalse();

    dev.flowshield.RateLimiter ours = dev.flowshield.RateLimiter.of("10/h");
    for (int taken = 0; taken < 10; taken++) {
      assertThat(ours.tryAcquire()).isTrue();
    }
    assertThat(ours.tryAcquire()).isFalse();
  }

  @Test
  void theSizeOfARequestMattersOnlyToTheNextCallerInGuava() {
    RateLimiter theirs = RateLimiter.create(ONE_IN_A_THOUSAND_SECONDS);
    assertThat(theirs.tryAcquire(1_000)).isTrue();
    assertThat(theirs.tryAcquire()).isFalse();

    assertThat(dev.flowshield.RateLimiter.of("10/h").tryAcquire(1_000)).isFalse();
  }

  @Test
  void settlingMakesTheNextCallerPayInFlowShield() {
    dev.flowshield.RateLimiter ours = dev.flowshield.RateLimiter.of("10/h");
    assertThat(Ours.send(ours, new byte[1_000])).isTrue();

    assertThat(Ours.send(ours, new byte[1])).isFalse();
  }

  @Test
  void bothRejectTooLongAWait() throws InterruptedException {
    RateLimiter theirs = RateLimiter.create(ONE_IN_A_THOUSAND_SECONDS);
    assertThat(theirs.tryAcquire()).isTrue();
    assertThat(Theirs.pace(theirs)).isFalse();

    dev.flowshield.RateLimiter ours = dev.flowshield.RateLimiter.of("1/h");
    assertThat(ours.tryAcquire()).isTrue();
    assertThat(Ours.pace(ours)).isFalse();
  }

  @Test
  void waitingCannotBeInterruptedInGuava() {
    RateLimiter theirs = RateLimiter.create(1_000);
    theirs.acquire();
    Thread.currentThread().interrupt();

    assertThat(theirs.acquire()).as("seconds waited").isNotNegative();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anotherRateIsThereAtOnceInBoth() {
    RateLimiter theirs = RateLimiter.create(10);
    Theirs.change(theirs);

    assertThat(theirs.getRate()).isEqualTo(20);

    dev.flowshield.RateLimiter ours = dev.flowshield.RateLimiter.of("10/h");
    Ours.change(ours);
    assertThat(ours.tryAcquire(20)).isTrue();
  }
}
