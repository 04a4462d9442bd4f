package dev.flowshield.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Criticality;
import dev.flowshield.Pressure;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A shield that finds its cap in flight by itself. */
class FlowShieldInFlightAutoTest {

  private static final Duration TENTH_OF_MILLI = Duration.ofNanos(100_000);

  private final ManualTicker ticker = ManualTicker.atZero();
  private final FlowShield shield =
      FlowShield.builder().inFlight(InFlightLimit.auto()).ticker(ticker).build();
  private final Server server = new Server(shield, ticker);

  /** A server that ends a piece of work each millisecond. */
  private static final class Server {

    final FlowShield shield;
    final ManualTicker ticker;
    final Deque<Admitted> running = new ArrayDeque<>();
    int rejected;

    Server(FlowShield shield, ManualTicker ticker) {
      this.shield = shield;
      this.ticker = ticker;
    }

    /** So many requests come each millisecond. */
    void serve(int load, int millis) {
      for (int i = 0; i < millis; i++) {
        for (int k = 0; k < 10; k++) {
          ticker.advance(TENTH_OF_MILLI);
          if (k < load) {
            Admission admission = shield.admit("alice");
            if (admission instanceof Admitted admitted) {
              running.add(admitted);
            } else {
              rejected++;
            }
          }
        }
        if (!running.isEmpty()) {
          running.remove().close();
        }
      }
    }

    /** Requests of two clients, of which one floods; the part of the other's that is admitted. */
    double servedBesideAFlood(Request small, Request flood) {
      serve(1, 3_000);
      int admitted = 0;
      for (int i = 0; i < 3_000; i++) { // two seconds to see it, and one to count
        for (int k = 0; k < 20; k++) {
          ticker.advance(TENTH_OF_MILLI.dividedBy(2));
          boolean isSmall = k == 7 && i % 4 == 0;
          if (shield.admit(isSmall ? small : flood) instanceof Admitted admission) {
            running.add(admission);
            admitted += isSmall && i >= 2_000 ? 1 : 0;
          }
        }
        if (!running.isEmpty()) {
          running.remove().close();
        }
      }
      return admitted / 250.0;
    }
  }

  /** Processors of which one is busy. */
  private LongSupplier countedBy(int[] looks) {
    return () -> {
      looks[0]++;
      return ticker.nanos();
    };
  }

  @Test
  void looksAtTheProcessorsTwentyTimesASecondAtMost() {
    int[] looks = new int[1];
    FlowShield.builder()
        .perKey("9/day")
        .processors(countedBy(looks), 2)
        .ticker(ticker)
        .build()
        .admit("alice");
    assertThat(looks[0]).as("a shield without a cap").isZero();

    FlowShield finding = FlowShield.builder()
        .inFlight(InFlightLimit.auto())
        .processors(countedBy(looks), 2)
        .ticker(ticker)
        .build();
    new Server(finding, ticker).serve(1, 2_000);

    assertThat(looks[0]).isBetween(10, 41);
  }

  @Test
  void saysWhatIsWrongWithProcessors() {
    FlowShieldBuilder builder = FlowShield.builder();
    for (int count : new int[] {0, -1, 1_000_001}) {
      assertThatThrownBy(() -> builder.processors(() -> 0, count))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("processors must be 1 to 1,000,000, got " + count
              + ": say how many the process may use, as Runtime.availableProcessors() does");
    }
  }

  @Test
  void shedsWhatTheServerCannotDoAndNothingElse() {
    server.serve(1, 3_000);
    assertThat(server.rejected).isZero();

    server.serve(10, 3_000);

    assertThat(shield.inFlightLimit()).isBetween(2, 6);
    assertThat(server.running).hasSizeLessThanOrEqualTo(6);
    assertThat(shield.stats().shed()).isEqualTo(server.rejected);
    assertThat(server.rejected).isGreaterThan(26_000);

    server.rejected = 0;
    server.serve(1, 3_000);
    assertThat(server.rejected).isLessThan(10);
  }

  @Test
  void hasNoSlotInFlightWhenAllHasEnded() {
    server.serve(10, 1_000);
    server.running.forEach(Admitted::close);

    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void canBeGivenANumberForAWhile() {
    server.serve(1, 3_000);
    shield.changeInFlight(1);
    assertThat(shield.isInFlightAuto()).isFalse();
    assertThat(shield.stats().overload().orElseThrow().explanation())
        .isEqualTo("1: set by changeInFlight");
    Admission first = shield.admit("alice");
    assertThat(shield.admit("bob")).isInstanceOf(Shed.class);
    ((Admitted) first).close();

    shield.changeInFlightAuto();
    assertThat(shield.isInFlightAuto()).isTrue();
    server.serve(1, 3_000);
    assertThat(shield.inFlightLimit()).isGreaterThan(1);
    assertThatThrownBy(() -> shield.changeInFlight(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void cannotFindACapThatItWasBuiltWith() {
    FlowShield fixed = FlowShield.builder().inFlight(5).build();

    assertThat(fixed.isInFlightAuto()).isFalse();
    assertThat(fixed.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(fixed.stats().overload()).isEmpty();
    assertThatThrownBy(fixed::changeInFlightAuto)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "a shield must be built with inFlight(InFlightLimit.auto()) to find its cap by itself, got one"
                + " with a number or without a cap: build it with that");
  }

  @Test
  void standsInSlotOfAnyOtherCapThatWasSet() {
    FlowShieldBuilder builder = FlowShield.builder().inFlight(3).inFlight(InFlightLimit.auto());
    assertThat(builder.build().inFlightLimit()).isEqualTo(10_000);
    assertThat(builder.inFlight(5).build().inFlightLimit()).isEqualTo(5);
    assertThat(builder.inFlight(InFlightLimit.of(6).shadow()).build().inFlightLimit())
        .isEqualTo(6);
  }

  @Test
  void servesAClientThatSendsLittleWhileAnotherFloods() {
    FlowShield each = FlowShield.builder()
        .perKey("100000/s")
        .inFlight(InFlightLimit.auto())
        .ticker(ticker)
        .build();
    assertThat(
            new Server(each, ticker).servedBesideAFlood(Request.of("alice"), Request.of("mallory")))
        .isGreaterThan(0.95);
  }

  @Test
  void shedsWhatMeansLessFirst() {
    assertThat(server.servedBesideAFlood(
            Request.of().withCriticality(Criticality.CRITICAL),
            Request.of().withCriticality(Criticality.SHEDDABLE)))
        .isGreaterThan(0.95);
    ShieldStats stats = shield.stats();
    assertThat(stats.shed(Criticality.SHEDDABLE)).isGreaterThan(40_000);
    assertThat(stats.shed(Criticality.CRITICAL))
        .as("until what was begun before there was evidence has ended")
        .isLessThan(300);
    assertThat(stats.shed(Criticality.DEFAULT)).isZero();
    assertThat(stats.shed())
        .isEqualTo(stats.shed(Criticality.SHEDDABLE) + stats.shed(Criticality.CRITICAL));
    OverloadStats overload = stats.overload().orElseThrow();
    assertThat(overload.limit(Criticality.SHEDDABLE))
        .isLessThan(overload.limit(Criticality.CRITICAL));
  }

  @Test
  void shedsNoneWhileItsProcessorsAreNotBusyUnlessItIsToldTo() {
    FlowShieldBuilder builder = FlowShield.builder()
        .inFlight(InFlightLimit.auto())
        .processors(() -> 0, 2)
        .ticker(ticker);
    FlowShield seeing = builder.build();
    assertThat(seeing.inFlightLimit()).isEqualTo(1_000);
    Server idle = new Server(seeing, ticker);
    idle.serve(1, 3_000);
    idle.serve(10, 500);
    assertThat(idle.rejected).isZero();

    Server waiting = new Server(builder.shedOnPlateau().build(), ticker);
    waiting.serve(1, 3_000);
    assertThat(waiting.rejected).isZero();
    waiting.serve(10, 3_000);
    assertThat(waiting.rejected).isGreaterThan(20_000);
  }

  @Test
  void saysThatProcessorsAreBusy() {
    FlowShield seeing = FlowShield.builder()
        .inFlight(InFlightLimit.auto())
        .processors(ticker::nanos, 1) // all the time, so that nothing else is usual
        .ticker(ticker)
        .build();
    Server busy = new Server(seeing, ticker);
    busy.serve(1, 3_000);
    assertThat(busy.rejected).isZero();

    busy.serve(10, 3_000);

    assertThat(explanation(seeing))
        .matches(
            "\\d: the processors are busy: 100 % of 1 used for 100 ms, \\d+ requests begun and"
                + " \\d+ can be worked off; (9\\d\\d|10\\d\\d)/s x \\d.\\d ms x 1.2, and some for bunches");
    assertThat(busy.rejected).isGreaterThan(20_000);
  }

  @Test
  void saysFromTheFirstRejectionWithWhatEvidence() {
    FlowShield seeing = FlowShield.builder()
        .inFlight(InFlightLimit.auto())
        .processors(ticker::nanos, 1)
        .ticker(ticker)
        .build();
    Server busy = new Server(seeing, ticker);
    busy.serve(1, 3_000);
    int begun = 0;
    while (busy.rejected == 0) {
      busy.serve(10, 1);
      begun += 10;
    }
    assertThat(explanation(seeing))
        .matches(
            "\\d+: it is not known yet whether the server is overloaded: \\d+ requests begun and"
                + " \\d+ can be worked off");

    while (!explanation(seeing).contains("busy")) {
      busy.serve(10, 1);
      begun += 10;
    }
    Matcher numbers = Pattern.compile(
            "100 % of 1 used for 100 ms, (\\d+) requests begun and (\\d+) can be worked off")
        .matcher(explanation(seeing));
    assertThat(numbers.find()).isTrue();
    int said = Integer.parseInt(numbers.group(1));
    int affordable = Integer.parseInt(numbers.group(2));
    assertThat(said).isBetween(affordable, begun - busy.rejected);
    assertThat(affordable)
        .as("in a quarter of a second, and since it began")
        .isBetween(250, 260 + begun / 10);
  }

  @Test
  void shedsAllAlikeWhereTheyMeanTheSame() {
    assertThat(server.servedBesideAFlood(
            Request.of(), Request.of().withCriticality(Criticality.DEFAULT)))
        .isLessThan(0.2);
  }

  @Test
  void saysHowHardTheServerIsPressedAndWhereItsNumberComesFrom() {
    List<Pressure> heard = new ArrayList<>();
    List<Pressure> heardToo = new ArrayList<>();
    FlowShield listened = FlowShield.builder()
        .inFlight(InFlightLimit.auto())
        .onPressure(heard::add, Runnable::run)
        .onPressure(heardToo::add, Runnable::run)
        .ticker(ticker)
        .build();
    Server busy = new Server(listened, ticker);
    assertThat(explanation(listened)).isEqualTo("10000: too little work has ended to know better");

    busy.serve(1, 3_000);
    assertThat(listened.pressure()).isEqualTo(Pressure.NORMAL);
    assertThat(explanation(listened))
        .isEqualTo("10000: nothing shows that the server is overloaded");

    busy.serve(10, 3_000);
    assertThat(listened.pressure()).isEqualTo(Pressure.EXTREME);
    assertThat(explanation(listened))
        .matches("\\d: more in flight brought no more throughput: \\d+ in flight did"
            + " (9\\d\\d|10\\d\\d)/s, \\d+ in flight did (9\\d\\d|10\\d\\d)/s, latency \\d+.\\d times;"
            + " (9\\d\\d|10\\d\\d)/s x \\d.\\d ms x 1.2, and some for bunches");
    OverloadStats overload = listened.stats().overload().orElseThrow();
    assertThat(overload.perSecond()).isBetween(900.0, 1100.0);
    assertThat(overload.latency()).isBetween(Duration.ofNanos(500_000), Duration.ofMillis(4));
    assertThat(listened.stats()).asString().contains("overload=OverloadStats[EXTREME, ");

    busy.serve(1, 6_000);
    assertThat(heard).containsExactly(Pressure.EXTREME, Pressure.ELEVATED, Pressure.NORMAL);
    assertThat(heardToo).isEqualTo(heard);
  }

  private static String explanation(FlowShield shield) {
    return shield.stats().overload().orElseThrow().explanation();
  }

  @Test
  void tellsThoseThatAreShedToComeBackAtDifferentTimes() {
    server.serve(1, 3_000);
    server.serve(10, 2_000);
    Set<Duration> waits = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      if (shield.admit() instanceof Shed shed) {
        waits.add(shed.retryAfter());
      }
    }

    assertThat(waits)
        .hasSizeGreaterThan(10)
        .contains(Duration.ofSeconds(1))
        .allMatch(wait -> wait.toSeconds() <= 20);
  }

  @Test
  void rejectsWhileRequestsWaitTooLongInFront() {
    server.serve(1, 3_000);
    waitInFront(Duration.ofMillis(100));
    assertThat(shield.admit()).isInstanceOf(Admitted.class);

    waitInFront(Duration.ofMillis(200));
    assertThat(shield.admit()).isInstanceOf(Shed.class);
    assertThat(explanation(shield))
        .endsWith(
            ": requests wait in front of the shield: 200 ms, where 20 to 180 ms are allowed by"
                + " what they mean");

    shield.reportQueueDelay(0);
    assertThat(shield.admit()).isInstanceOf(Admitted.class);
  }

  /** As one alone may be late for a reason of its own. */
  private void waitInFront(Duration wait) {
    shield.reportQueueDelay(wait.toNanos());
    shield.reportQueueDelay(wait.toNanos());
  }

  @Test
  void rejectsForAWaitInFrontNoLongerThanASecondAfterTheLastOneIsKnown() {
    server.serve(1, 3_000);
    waitInFront(Duration.ofSeconds(5));
    ticker.advance(Duration.ofMillis(999));
    assertThat(shield.admit()).isInstanceOf(Shed.class);

    ticker.advance(Duration.ofMillis(1));
    assertThat(shield.admit()).isInstanceOf(Admitted.class);
  }

  @Test
  void countsWhatItWouldShedInShadow() {
    FlowShield shadow = FlowShield.builder()
        .inFlight(InFlightLimit.auto().shadow())
        .ticker(ticker)
        .build();
    Server busy = new Server(shadow, ticker);
    busy.serve(1, 3_000);
    assertThat(shadow.stats().wouldShed()).isZero();

    busy.serve(10, 1_000);
    assertThat(shadow.stats().shed()).isZero();
    assertThat(shadow.stats().wouldShed()).isGreaterThan(5_000);
  }
}
