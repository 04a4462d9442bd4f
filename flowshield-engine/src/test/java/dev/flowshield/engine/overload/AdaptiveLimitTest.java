package dev.flowshield.engine.overload;

import static dev.flowshield.engine.overload.Windows.MILLI;
import static dev.flowshield.engine.overload.Windows.SECOND;
import static dev.flowshield.engine.overload.Windows.TENTH;
import static dev.flowshield.engine.overload.Windows.alike;
import static dev.flowshield.engine.overload.Windows.rejecting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.Pressure;
import dev.flowshield.engine.overload.LimiterState.LimitCause;
import org.junit.jupiter.api.Test;

/** The limit, window by window. Latencies are in ticks, some microseconds. */
class AdaptiveLimitTest {

  private static final long LATENCY = 10_000; // ten milliseconds and a little
  private static final double PER_WINDOW = (double) TENTH / Window.NANOS_PER_TICK;
  private static final int NONE = 10_000; // a limit that is none

  private final AdaptiveLimit limit = new AdaptiveLimit(Processors.unseen(), false);
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

  /** Nine requests of ten are rejected, as they have waited in front of the gate. */
  private void shed() {
    now += TENTH;
    limit.close(rejecting(9 * busy(), busy(), LATENCY, 8), true, now);
  }

  /** As much in flight as the limit allows, and nine requests of ten rejected. */
  private void overloaded(int windows) {
    if (limit.limit() == NONE) {
      shed();
    }
    for (int i = 0; i < windows; i++) {
      long inFlight = limit.limit();
      close(rejecting(9 * busy(), busy(), LATENCY * Math.max(8, inFlight) / 8, inFlight));
    }
  }

  private void close(Window window) {
    now += TENTH;
    if (limit.baseline() == 0) {
      limit.begin(window.latency(), now);
    } else {
      limit.close(window, false, now);
    }
  }

  @Test
  void isNoneBeforeThereIsEvidence() {
    assertThat(limit.limit()).isEqualTo(NONE);
    assertThat(limit.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(limit.baseline()).isZero();
    assertThat(limit.reason()).isEqualTo(LimitCause.NO_EVIDENCE);
  }

  @Test
  void staysNoneInQuietTimesAndLearnsWhatDoesNoHarm() {
    quiet(30);

    assertThat(limit.limit()).isEqualTo(NONE);
    assertThat(limit.harmless()).isBetween(3, 4);
    assertThat(limit.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(limit.baseline()).isCloseTo(LATENCY, within(1.0));
  }

  @Test
  void isNoneWhateverWindowsSayWithoutEvidence() {
    quiet(30);
    for (int i = 0; i < 100; i++) {
      close(rejecting(9 * busy(), busy(), LATENCY * (1 + i), 8L * (1 + i)));
      assertThat(limit.limit()).isEqualTo(NONE);
      assertThat(limit.pressure()).isEqualTo(Pressure.NORMAL);
    }
  }

  @Test
  void isKnownAtOnceWhereRequestsAreRejectedThatHaveWaitedInFront() {
    quiet(20);
    shed();

    assertThat(limit.limit()).isBetween(9, 25);
    assertThat(limit.reason()).isEqualTo(LimitCause.LITTLES_LAW);
    assertThat(limit.pressure()).isEqualTo(Pressure.EXTREME);
  }

  @Test
  void isNoneWhereRequestsWaitInFrontAndHardlyAnyIsRejected() {
    quiet(20);
    now += TENTH;
    limit.close(rejecting(busy() / 25, busy(), LATENCY, 8), true, now);

    assertThat(limit.limit()).isEqualTo(NONE);
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
  void isBackToNormalAndNoneSecondsAfterTheOverload() {
    quiet(20);
    overloaded(30);
    quiet(10);
    assertThat(limit.pressure()).isEqualTo(Pressure.ELEVATED);
    assertThat(limit.limit()).isLessThan(NONE);

    quiet(30);
    assertThat(limit.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(limit.limit()).isEqualTo(NONE);
    assertThat(limit.reason()).isEqualTo(LimitCause.NO_OVERLOAD);
  }

  @Test
  void growsWithinAFewWindowsWhereTheServerCanDoMore() {
    quiet(20);
    shed();
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
    shed();
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

  @Test
  void isPressedHardOnceMoreWhereHardlyAnythingEnds() {
    quiet(20);
    assertThat(limit.hardlyEnds(0.9)).as("nothing shows an overload").isFalse();
    overloaded(30);
    assertThat(limit.hardlyEnds(0.9)).as("is not new").isFalse();
    quiet(10);

    assertThat(limit.hardlyEnds(0.3)).isFalse();
    assertThat(limit.pressure()).isEqualTo(Pressure.ELEVATED);
    assertThat(limit.hardlyEnds(0.31)).isTrue();
    assertThat(limit.pressure()).isEqualTo(Pressure.EXTREME);
  }

  @Test
  void isAThousandBeforeEvidenceWhereProcessorsAreSeenAndMoreWhereTheyAreNotBusy() {
    AdaptiveLimit seeing = new AdaptiveLimit(new Processors(() -> 0, 1), false);
    assertThat(seeing.limit()).isEqualTo(1_000);
    WindowCounters sums = new WindowCounters(1);

    seeing.look(sums::totals, 200, now);
    assertThat(seeing.limit()).as("where nothing shows that they are busy").isEqualTo(1_200);
    seeing.look(sums::totals, 600, now + TENTH);
    assertThat(seeing.limit()).isEqualTo(1_600);

    seeing.begin(LATENCY, now + 2 * TENTH);
    assertThat(seeing.limit()).isEqualTo(NONE);
  }

  @Test
  void isAFewForEachProcessorWhereTheyAreBusyBeforeAnythingHasEnded() {
    long[] time = {now};
    AdaptiveLimit seeing = new AdaptiveLimit(new Processors(() -> 2 * time[0], 2), false);
    WindowCounters sums = new WindowCounters(1);
    seeing.look(sums::totals, 200, time[0]);
    time[0] += TENTH;

    assertThat(seeing.look(sums::totals, 200, time[0])).isTrue();

    assertThat(seeing.limit()).isEqualTo(8);
    assertThat(seeing.reason()).isEqualTo(LimitCause.PROCESSORS);
    assertThat(seeing.pressure()).isEqualTo(Pressure.EXTREME);
    assertThat(seeing.isCrowd(9)).isTrue();
    assertThat(seeing.isCrowd(8)).isFalse();
  }

  /** Looks each millisecond, and closes a window each tenth of a second. */
  private void serve(AdaptiveLimit law, Server server, double perMilli, int millis) {
    int[] looks = new int[1];
    if (law.baseline() == 0) {
      law.begin(server.latency, server.now);
      server.sums.read(1);
    }
    server.serve(perMilli, millis, () -> {
      law.look(server.sums::totals, server.inFlight, server.now);
      if (++looks[0] % 100 == 0) {
        law.close(server.sums.read(100 * MILLI), false, server.now);
      }
      server.cap = law.limit();
    });
  }

  @Test
  void fallsWhereTenTimesAsMuchComesAsTheServerEndsAndProcessorsAreNotSeen() {
    Server server = Server.fifo();
    serve(limit, server, 0.5, 3_000);
    assertThat(limit.limit()).isEqualTo(NONE);

    serve(limit, server, 10, 3_000);

    assertThat(limit.limit()).isBetween(8, 16);
    assertThat(limit.reason()).isEqualTo(LimitCause.PLATEAU);
    assertThat(server.inFlight).isLessThanOrEqualTo(16);

    serve(limit, server, 0.5, 6_000);
    assertThat(limit.limit()).isEqualTo(NONE);
  }

  @Test
  void isNoneWhereProcessorsAreNotBusyUnlessPlateausAreEvidence() {
    Server server = Server.fifo();
    AdaptiveLimit seeing = new AdaptiveLimit(new Processors(() -> 0, 1), false);
    serve(seeing, server, 0.5, 3_000);
    serve(seeing, server, 5, 1_000);
    assertThat(seeing.limit()).isEqualTo(NONE);

    Server other = Server.fifo();
    AdaptiveLimit shedding = new AdaptiveLimit(new Processors(() -> 0, 1), true);
    serve(shedding, other, 0.5, 3_000);
    serve(shedding, other, 5, 1_000);
    assertThat(shedding.limit()).isBetween(8, 16);
    assertThat(shedding.reason()).isEqualTo(LimitCause.PLATEAU);
  }

  @Test
  void fallsWhereProcessorsAreBusyAndMoreIsBegunThanTheyCanWorkOff() {
    Server server = Server.fifo(); // each takes a millisecond of one processor, shared by eight
    long[] first = {0};
    Processors processors =
        new Processors(() -> (WindowCounters.ended(server.sums.totals()) - first[0]) * MILLI, 1);
    AdaptiveLimit seeing = new AdaptiveLimit(processors, false);
    serve(seeing, server, 0.5, 3_000);
    assertThat(seeing.limit()).isEqualTo(NONE);

    serve(seeing, server, 10, 1_000);

    assertThat(seeing.limit()).isBetween(8, 16);
    assertThat(seeing.reason()).isEqualTo(LimitCause.PROCESSORS);
  }

  @Test
  void isNoneUnlessMostProcessorsAreUsedHoweverMuchIsBegunAtOnce() {
    Server server = Server.unlimited(10, 2);
    long start = server.now;
    Processors processors = new Processors(() -> (server.now - start) / 4, 1);
    AdaptiveLimit seeing = new AdaptiveLimit(processors, false);
    serve(seeing, server, 2, 3_000);
    long[] before = server.sums.totals();

    serve(seeing, server, 100, 300);

    assertThat(server.inFlight).isGreaterThan(900);
    assertThat(WindowCounters.between(before, server.sums.totals(), SECOND).rejected())
        .isZero();
  }

  @Test
  void isNotBlamedOnProcessorsThatAreBusyAsLongAsWorkIsNotSlower() {
    Server server = Server.unlimited(10, 0.05);
    long start = server.now;
    long[] busyFrom = {server.now + 5 * SECOND};
    Processors processors = new Processors(
        () -> (server.now - start) / 2 + Math.max(0, server.now - busyFrom[0]) / 2, 1);
    AdaptiveLimit seeing = new AdaptiveLimit(processors, false);
    server.takes[1] = 1_000 * SECOND;
    serve(seeing, server, 0.05, 5_000);

    for (int i = 0; i < 100; i++) { // more than a processor could work off, but they do not end
      server.come(1);
      serve(seeing, server, 0.05, 1);
    }
    serve(seeing, server, 0.05, 2_000);

    assertThat(processors.areBusy()).isTrue();
    assertThat(seeing.reason()).isNotEqualTo(LimitCause.PROCESSORS);
    assertThat(seeing.pressure()).isEqualTo(Pressure.NORMAL);
  }

  @Test
  void risesWhereProcessorsWereBusyAndIdleNow() {
    Server server = Server.fifo();
    long[] usedUntil = {Long.MAX_VALUE};
    Processors processors = new Processors(
        () -> Math.min(usedUntil[0], WindowCounters.ended(server.sums.totals()) * MILLI), 1);
    AdaptiveLimit seeing = new AdaptiveLimit(processors, false);
    serve(seeing, server, 0.5, 3_000);
    serve(seeing, server, 10, 1_000);
    assertThat(seeing.reason()).isEqualTo(LimitCause.PROCESSORS);
    int before = seeing.limit();

    usedUntil[0] = WindowCounters.ended(server.sums.totals()) * MILLI;
    serve(seeing, server, 10, 1_000);

    assertThat(seeing.limit()).isGreaterThan(3 * before);
  }

  @Test
  void isNoneWhereWorkIsSlowerByItself() {
    Server server = Server.unlimited(10, 2);
    serve(limit, server, 2, 3_000);
    server.takes[0] *= 10;
    serve(limit, server, 2, 10_000);

    assertThat(limit.limit()).isEqualTo(NONE);
    assertThat(limit.reason()).isNotEqualTo(LimitCause.PLATEAU);
  }
}
