package dev.flowshield.benchmarks.report;

import static dev.flowshield.benchmarks.report.Check.Verdict.NOT_MEASURED;
import static dev.flowshield.benchmarks.report.Check.Verdict.PASS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Tests with invented runs, each slightly different from one that keeps every promise. */
class VerdictsTest {

  private final List<Row> rows = new ArrayList<>();
  private final List<Heap> heaps = new ArrayList<>();

  VerdictsTest() {
    put("SingleLimiter", "floorClock", 1, 20);
    put("SingleLimiter", "floorClockAndExchange", 1, 30);
    put("SingleLimiter", "flowShieldAdmits", 1, 36);
    put("SingleLimiter", "flowShieldAdmitsOfBigBurst", 1, 10);
    put("SingleLimiter", "flowShieldRejects", 1, 21);
    put("SingleLimiter", "failsafeAdmits", 1, 40);
    put("SingleLimiter", "bucket4jAdmits", 1, 60);
    put("SingleLimiter", "bucket4jRejects", 1, 1);
    put("Contended", "flowShieldRejects", 2, 22);
    put("Contended", "flowShieldAdmitsOfBigBurst", 2, 11);
    put("Contended", "bucket4jAdmits", 2, 250);
    for (int clients : new int[] {10_000, 1_000_000}) {
      for (String keys : List.of("made", "ready")) {
        put(keyed("floorKeyClockAndExchange", clients, keys, 1, 60));
        put(keyed("flowShieldAdmits", clients, keys, 1, 70));
        put(keyed("flowShieldAdmits", clients, keys, 2, 80));
        put(keyed("bucket4jInCaffeineAdmits", clients, keys, 1, 400));
      }
    }
    put("OverloadGate", "floorExchangeAndAdd", 1, 12);
    for (String gate : List.of("flowShieldInFlight", "flowShieldAdmitsAndCloses")) {
      put("OverloadGate", gate, 1, 50);
      put("OverloadGate", gate, 2, 100);
    }
    put("OverloadGate", "flowShieldAdaptive", 1, 149);
    put("OverloadGate", "flowShieldAdaptive", 2, 179);
    put("OverloadGate", "flowShieldAdaptiveRejects", 1, 29);
    put("OverloadGate", "flowShieldAutoAdmitsAndCloses", 1, 149);
    put("OverloadGate", "gradient2", 2, 900);
    put("Shield", "flowShieldAdmitsAndCloses", 1, 90);
    put("Shield", "flowShieldAdmitsAndClosesThreeNamed", 1, 190);
    put("Shield", "flowShieldRejectsThreeNamed", 1, 160);
    put("Shield", "flowShieldAdmitsAsyncAndCloses", 1, 97);
    put("HttpShield", "httpShieldAdmitsAndCloses", 1, 160);
    put("flowShieldOfThousandLimits", 0, 800_000);
    put("flowShield", 1, 43_000);
    put("flowShield", 100_000, 2_390_000);
    put("flowShield", 1_000_000, 23_300_000);
    put("flowShieldPastTheCap", 10_000_000, 23_300_000);
    put("flowShieldOneTimeKeys", 10_000_000, 43_000);
  }

  @Test
  void passesARunThatKeepsEveryPromise() {
    assertThat(checks()).allMatch(check -> check.verdict() == PASS && !check.disturbed());
    assertThat(checks().stream().map(Check::target).distinct())
        .containsExactly("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8");
  }

  @Test
  void settlesNothingWithoutRows() {
    assertThat(Verdicts.of(List.of(), List.of()))
        .hasSameSizeAs(checks())
        .allMatch(check -> check.verdict() == NOT_MEASURED);
  }

  @Test
  void missesATimeTooFarAboveItsFloor() {
    put("SingleLimiter", "flowShieldAdmits", 1, 39.1);
    assertThat(notPassed()).containsExactly("P1 MISS at most 1.3 × floorClockAndExchange");
  }

  @Test
  void comparesAnAdmissionWithTheFastestPeer() {
    put("SingleLimiter", "failsafeAdmits", 1, 35);
    assertThat(notPassed()).containsExactly("P1 MISS faster than every peer; here failsafeAdmits");
  }

  @Test
  void missesARejectionThatTwoThreadsSlowDown() {
    put("Contended", "flowShieldRejects", 2, 23.2);
    assertThat(notPassed()).containsExactly("P2 MISS a call costs at most 1.1 × that of 1 thread");
  }

  @Test
  void comparesTwoThreadsWithOneByTheWorkDone() {
    put("Contended", "flowShieldAdmitsOfBigBurst", 2, 12); // 2 / 12 of them are 1.67 times 1 / 10
    assertThat(notPassed()).isEmpty();
    put("Contended", "flowShieldAdmitsOfBigBurst", 2, 13); // 1.54
    assertThat(notPassed()).containsExactly("P3 MISS at least 1.6 × the work of 1 thread");
  }

  @Test
  void missesAPeerThatIsTooNear() {
    put("Contended", "bucket4jAdmits", 2, 109);
    assertThat(notPassed()).containsExactly("P3 MISS at least 10 × as fast as bucket4jAdmits");
  }

  @Test
  void holdsEachNumberOfClientsToItsOwnPromise() {
    put(keyed("flowShieldAdmits", 10_000, "made", 1, 79)); // 1.32 times the floor
    put(keyed("flowShieldAdmits", 1_000_000, "ready", 1, 79));
    assertThat(notPassed()).containsExactly("P5 MISS at most 1.3 × floorKeyClockAndExchange");
  }

  @Test
  void missesEveryAllocationWhereNoneIsPromised() {
    Row row = rows.get(2);
    put(new Row(row.suite(), row.name(), 0, "", 1, row.nanos(), 0, 24, 1, 1, 5, 5));
    assertThat(notPassed()).containsExactly("P1 MISS 0 B");
  }

  @Test
  void missesAHeapAboveItsBound() {
    put("flowShield", 1, 64 * 1024);
    put("flowShieldOfThousandLimits", 0, 1_000_000);
    put("flowShield", 100_000, 2_400_001);
    put("flowShieldPastTheCap", 10_000_000, 24_000_001);
    assertThat(notPassed())
        .containsExactly(
            "P6 MISS under 64 KB",
            "P6 MISS under 1 MB",
            "P6 MISS at most 24 B",
            "P6 MISS no more than 24 B × 1,000,000");
  }

  @Test
  void holdsTheGateToNanosecondsAndToAPeer() {
    put("OverloadGate", "flowShieldInFlight", 1, 60.1);
    put("OverloadGate", "flowShieldAdmitsAndCloses", 2, 181);
    assertThat(notPassed())
        .containsExactly("P7 MISS at most 60 ns", "P7 MISS at least 5 × as fast as gradient2");
  }

  @Test
  void holdsTheGateThatFindsItsLimitToOneWithANumber() {
    put("OverloadGate", "flowShieldAdaptive", 1, 151);
    put("OverloadGate", "flowShieldAdaptive", 2, 181);
    put("OverloadGate", "flowShieldAdaptiveRejects", 1, 31);
    assertThat(notPassed())
        .containsExactly(
            "P7 MISS at most 100 ns more than with a number",
            "P7 MISS at least 5 × as fast as gradient2",
            "P7 MISS at most 30 ns");
  }

  @Test
  void holdsAShieldToTheTimeOfItsUsualLimitsAndToBytes() {
    put("Shield", "flowShieldAdmitsAndClosesThreeNamed", 1, 226);
    put(new Row("HttpShield", "httpShieldAdmitsAndCloses", 0, "", 1, 160, 0, 73, 1, 1, 5, 5));
    assertThat(notPassed())
        .containsExactly("P8 MISS at most 2.5 × flowShieldAdmitsAndCloses", "P8 MISS at most 72 B");
  }

  @Test
  void settlesNothingWhereAFloorIsMissing() {
    rows.removeIf(named("floorClock"));
    assertThat(notPassed()).containsExactly("P2 NOT_MEASURED at most 1.15 × floorClock");
  }

  @Test
  void saysWhichVerdictsRestOnADisturbedRow() {
    put(new Row("SingleLimiter", "floorClock", 0, "", 1, 20, 0, 0, 0.92, 1, 0, 5));
    assertThat(checks())
        .filteredOn(Check::disturbed)
        .extracting(Check::promise)
        .containsExactly("at most 1.15 × floorClock");
  }

  private List<Check> checks() {
    return Verdicts.of(rows, heaps);
  }

  private List<String> notPassed() {
    return checks().stream()
        .filter(check -> check.verdict() != PASS)
        .map(check -> check.target() + " " + check.verdict() + " " + check.promise())
        .toList();
  }

  private static Predicate<Row> named(String name) {
    return row -> row.name().equals(name);
  }

  private static Row keyed(String name, int clients, String keys, int threads, double nanos) {
    return new Row("KeyedLimiter", name, clients, keys, threads, nanos, 0, 0, 1, 1, 5, 5);
  }

  private void put(String suite, String name, int threads, double nanos) {
    put(new Row(suite, name, 0, "", threads, nanos, 0, 0, 1, 1, 5, 5));
  }

  /** Adds a row, or replaces the row of the same benchmark. */
  private void put(Row row) {
    for (int i = 0; i < rows.size(); i++) {
      Row old = rows.get(i);
      if (old.suite().equals(row.suite())
          && old.name().equals(row.name())
          && old.clients() == row.clients()
          && old.keys().equals(row.keys())
          && old.threads() == row.threads()) {
        rows.set(i, row);
        return;
      }
    }
    rows.add(row);
  }

  private void put(String name, int clients, long bytes) {
    heaps.removeIf(heap -> heap.name().equals(name) && heap.clients() == clients);
    heaps.add(new Heap(name, clients, bytes));
  }
}
