package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.SECOND;
import static dev.flowshield.engine.overload.Windows.TENTH;
import static dev.flowshield.engine.overload.Windows.alike;
import static dev.flowshield.engine.overload.Windows.rejecting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.Pressure;
import org.junit.jupiter.api.Test;

/** The limit, window by window. Latencies are in ticks, some microseconds. */
class AdaptiveLimitTest {

  private static final long LATENCY = 10_000; // ten milliseconds and a little
  private static final double PER_WINDOW = (double) TENTH / Window.NANOS_PER_TICK;

  private final AdaptiveLimit limit = new AdaptiveLimit();
  private long now = SECOND;

  /** A server that ends 8 pieces of work at a time, each in its latency. */
  private int busy() {
    return (int) (8 * PER_WINDOW / LATENCY);
  }

  private void quiet(int windows) {
    for (int i = 0; i < windows; i++) {
      close(alike(busy() / 2, LATENCY, 4));
    }
  }

  /** As much in flight as the limit allows, and nine requests of ten rejected. */
  private void overloaded(int windows) {
    for (int i = 0; i < windows; i++) {
      long inFlight = limit.limit();
      close(rejecting(9 * busy(), busy(), LATENCY * Math.max(8, inFlight) / 8, inFlight));
    }
  }

  private void close(Window window) {
    now += TENTH;
    limit.close(window, now);
  }

  @Test
  void isLargeBeforeThereIsEvidence() {
    assertThat(limit.limit()).isEqualTo(1000);
    assertThat(limit.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(limit.baseline()).isZero();
  }

  @Test
  void staysAboveWhatWasSeenToDoNoHarm() {
    quiet(20);

    assertThat(limit.limit()).isBetween(12, 32);
    assertThat(limit.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(limit.baseline()).isCloseTo(LATENCY, within(1.0));
  }

  @Test
  void followsLittlesLawWhereMostIsRejected() {
    quiet(20);
    overloaded(30);

    // 8 in flight without waiting, a fifth more, a root, and one
    assertThat(limit.limit()).isBetween(13, 15);
    assertThat(limit.pressure()).isEqualTo(Pressure.EXTREME);
    assertThat(limit.baseline()).isCloseTo(LATENCY, within(1.0));
  }

  @Test
  void doesNotDriftHoweverLongTheOverloadLasts() {
    quiet(20);
    overloaded(30);
    int soon = limit.limit();
    overloaded(6_000);

    assertThat(limit.limit()).isEqualTo(soon);
    assertThat(limit.baseline()).isCloseTo(LATENCY, within(1.0));
  }

  @Test
  void isBackToNormalSecondsAfterTheOverload() {
    quiet(20);
    overloaded(30);
    quiet(10);
    assertThat(limit.pressure()).isEqualTo(Pressure.ELEVATED);

    quiet(30);
    assertThat(limit.pressure()).isEqualTo(Pressure.NORMAL);
  }

  @Test
  void growsWithinAFewWindowsWhereTheServerCanDoMore() {
    quiet(20);
    for (int i = 0; i < 12; i++) {
      int inFlight = limit.limit();
      int done = (int) (inFlight * PER_WINDOW / LATENCY); // no work waits
      close(rejecting(done, done, LATENCY, inFlight));
    }

    assertThat(limit.limit()).isGreaterThan(300);
  }

  @Test
  void takesSlowerWorkForSlowerAndNotForWaiting() {
    quiet(20);
    int before = busyAtThreeTimesTheLatency();

    assertThat(limit.baseline()).isGreaterThan(2 * LATENCY);
    assertThat(limit.limit()).isGreaterThan(before);
  }

  private int busyAtThreeTimesTheLatency() {
    overloaded(10);
    int before = limit.limit();
    for (int i = 0; i < 30; i++) {
      long inFlight = limit.limit();
      Window few = rejecting(200, 100, 3 * LATENCY, inFlight / 2);
      close(Windows.both(few, rejecting(200, 100, 3 * LATENCY, inFlight)));
    }
    return before;
  }

  @Test
  void isNeverBelowTwoNorAboveTenThousandNorNoNumber() {
    quiet(20);
    close(rejecting(1_000_000, 1, LATENCY, 1));
    for (int i = 0; i < 100; i++) {
      close(rejecting(1_000, 1, LATENCY, 1));
    }
    assertThat(limit.limit()).isBetween(2, 3);

    for (int i = 0; i < 100; i++) {
      int inFlight = limit.limit();
      close(rejecting(1_000_000, 200 * inFlight, LATENCY, inFlight));
    }
    assertThat(limit.limit()).isEqualTo(10_000);

    close(rejecting(10, 10, 0, 1));
    assertThat(limit.limit()).isBetween(2, 10_000);
  }
}
