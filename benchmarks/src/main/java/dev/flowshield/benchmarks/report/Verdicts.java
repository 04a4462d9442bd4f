package dev.flowshield.benchmarks.report;

import dev.flowshield.benchmarks.report.Check.Verdict;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Holds the rows of one run to what is promised, P1 to P7.
 *
 * <p>All that is asked of time is a ratio within the run, but for the gate's nanoseconds. Pure: the
 * same rows, the same checks.
 */
public final class Verdicts {

  private static final String SINGLE = "SingleLimiter";
  private static final String CONTENDED = "Contended";
  private static final String KEYED = "KeyedLimiter";
  private static final String GATE = "OverloadGate";
  private static final String SHIELD = "Shield";
  private static final String HTTP = "HttpShield";

  private static final double NONE = Double.NaN;
  // The harness allocates a little between calls. No object is so small, even if every thirtieth
  // call made one.
  private static final double NO_BYTES = 0.5;
  private static final double FIRST_BYTES = 64 * 1024;
  private static final double MEGABYTE = 1_000_000;
  private static final double BYTES_PER_CLIENT = 24;
  private static final int CAP = 1_000_000;
  private static final int TEN_MILLION = 10_000_000;
  private static final double GATE_NANOS = 60;
  private static final double ADMISSION_BYTES = 24;
  private static final double NAMED_BYTES = 160;
  private static final double ANSWER_BYTES = 40; // an OverLimit
  private static final double HTTP_BYTES = 72;

  private final List<Row> rows;
  private final List<Heap> heaps;
  private final List<Check> checks = new ArrayList<>();

  private Verdicts(List<Row> rows, List<Heap> heaps) {
    this.rows = rows;
    this.heaps = heaps;
  }

  /**
   * One check after the other, in the order of the targets; what was not measured is among them.
   */
  public static List<Check> of(List<Row> rows, List<Heap> heaps) {
    Verdicts verdicts = new Verdicts(rows, heaps);
    verdicts.admission();
    verdicts.rejection();
    verdicts.bigBurst();
    verdicts.clients("P4", 10_000, 4.5, 1.7);
    verdicts.clients("P5", 1_000_000, 5, 1.3);
    verdicts.clientsOfTwoThreads();
    verdicts.memory();
    verdicts.gate("the gate", "flowShieldInFlight");
    verdicts.freeOfGarbage("P7", "the gate", verdicts.find(GATE, "flowShieldInFlight", 1));
    verdicts.gate("a shield with inFlight alone", "flowShieldAdmitsAndCloses");
    verdicts.noMoreThanTheAdmission(verdicts.find(GATE, "flowShieldAdmitsAndCloses", 1));
    verdicts.shield();
    return List.copyOf(verdicts.checks);
  }

  private void admission() {
    Row own = find(SINGLE, "flowShieldAdmits", 1);
    overFloor("P1", "admit", 1.3, own, find(SINGLE, "floorClockAndExchange", 1));
    Row fastest = rows.stream()
        .filter(row -> row.suite().equals(SINGLE) && row.isPeer() && row.name().endsWith("Admits"))
        .min(Comparator.comparingDouble(Row::nanos))
        .orElse(Row.missing(SINGLE, "every peer"));
    overPeer("P1", "admit", 1, own, fastest);
    freeOfGarbage("P1", "admit", own);
  }

  private void rejection() {
    Row own = find(SINGLE, "flowShieldRejects", 1);
    Row both = find(CONTENDED, "flowShieldRejects", 2);
    overFloor("P2", "reject", 1.15, own, find(SINGLE, "floorClock", 1));
    double ratio = both.nanos() / own.nanos();
    add(
        "P2",
        "reject, 2 threads",
        "a call costs at most 1.1 × that of 1 thread",
        "ns",
        both.nanos(),
        NONE,
        NONE,
        ratio,
        ratio <= 1.1,
        own,
        both);
    freeOfGarbage("P2", "reject", own);
  }

  private void bigBurst() {
    Row own = find(SINGLE, "flowShieldAdmitsOfBigBurst", 1);
    Row both = find(CONTENDED, "flowShieldAdmitsOfBigBurst", 2);
    overFloor("P3", "admit of a big burst", 0.6, own, find(SINGLE, "floorClockAndExchange", 1));
    moreWork("P3", "admit of a big burst, 2 threads", 1.6, own, both);
    overPeer(
        "P3", "admit of a big burst, 2 threads", 10, both, find(CONTENDED, "bucket4jAdmits", 2));
    freeOfGarbage("P3", "admit of a big burst", own);
  }

  private void clients(String target, int clients, double overPeer, double overFloor) {
    for (String keys : List.of("made", "ready")) {
      String what = text("%,d clients, keys %s", clients, keys);
      Row own = find(KEYED, "flowShieldAdmits", clients, keys, 1);
      overPeer(
          target, what, overPeer, own, find(KEYED, "bucket4jInCaffeineAdmits", clients, keys, 1));
      overFloor(
          target, what, overFloor, own, find(KEYED, "floorKeyClockAndExchange", clients, keys, 1));
      if (keys.equals("ready")) { // a key made for the call is the caller's
        freeOfGarbage(target, what, own);
      }
    }
  }

  private void clientsOfTwoThreads() {
    for (String keys : List.of("made", "ready")) {
      moreWork(
          "P5",
          text("%,d clients, keys %s, 2 threads", CAP, keys),
          1.7,
          find(KEYED, "flowShieldAdmits", CAP, keys, 1),
          find(KEYED, "flowShieldAdmits", CAP, keys, 2));
    }
  }

  private void memory() {
    heap("a limiter with its first client", "under 64 KB", bytes("flowShield", 1), FIRST_BYTES - 1);
    heap(
        "a shield with 1,000 limits that are not used",
        "under 1 MB",
        bytes("flowShieldOfThousandLimits", 0),
        MEGABYTE - 1);
    for (int clients : new int[] {100_000, CAP}) {
      String what = text("each of %,d clients", clients);
      heap(what, "at most 24 B", bytes("flowShield", clients) / clients, BYTES_PER_CLIENT);
    }
    heap(
        "ten million clients in debt, told apart up to 1,000,000",
        "no more than 24 B × 1,000,000",
        bytes("flowShieldPastTheCap", TEN_MILLION),
        BYTES_PER_CLIENT * CAP);
    heap(
        "ten million clients of one call each",
        "the heap is where it was: under 64 KB",
        bytes("flowShieldOneTimeKeys", TEN_MILLION),
        FIRST_BYTES - 1);
  }

  private void gate(String what, String name) {
    Row own = find(GATE, name, 1);
    Row both = find(GATE, name, 2);
    add(
        "P7",
        what,
        "at most 60 ns",
        "ns",
        own.nanos(),
        find(GATE, "floorExchangeAndAdd", 1).nanos(),
        NONE,
        NONE,
        own.nanos() <= GATE_NANOS,
        own);
    overPeer("P7", what + ", 2 threads", 5, both, find(GATE, "gradient2", 2));
  }

  private void shield() {
    Row usual = find(SHIELD, "flowShieldAdmitsAndCloses", 1);
    Row named = find(SHIELD, "flowShieldAdmitsAndClosesThreeNamed", 1);
    overFloor("P8", "three charges that are named", 2.5, named, usual);
    atMostBytes("three charges that are named", NAMED_BYTES, named);
    atMostBytes(
        "three charges that are rejected",
        ANSWER_BYTES,
        find(SHIELD, "flowShieldRejectsThreeNamed", 1));
    overFloor(
        "P8",
        "a future of limits kept here",
        1.3,
        find(SHIELD, "flowShieldAdmitsAsyncAndCloses", 1),
        usual);
    atMostBytes(
        "an HTTP request, beside its view", HTTP_BYTES, find(HTTP, "httpShieldAdmitsAndCloses", 1));
  }

  private void atMostBytes(String what, double most, Row own) {
    add(
        "P8",
        what,
        String.format(Locale.ROOT, "at most %.0f B", most),
        "B",
        own.bytes(),
        NONE,
        NONE,
        NONE,
        own.bytes() < most + NO_BYTES);
  }

  private void overFloor(String target, String what, double most, Row own, Row floor) {
    double ratio = own.nanos() / floor.nanos();
    add(
        target,
        what,
        "at most " + times(most) + floor.name(),
        "ns",
        own.nanos(),
        floor.nanos(),
        NONE,
        ratio,
        ratio <= most,
        own,
        floor);
  }

  private void overPeer(String target, String what, double least, Row own, Row peer) {
    double ratio = peer.nanos() / own.nanos();
    String promise = least == 1
        ? "faster than every peer; here " + peer.name()
        : "at least " + times(least) + "as fast as " + peer.name();
    add(
        target,
        what,
        promise,
        "ns",
        own.nanos(),
        NONE,
        peer.nanos(),
        ratio,
        least == 1 ? ratio > 1 : ratio >= least,
        own,
        peer);
  }

  private void moreWork(String target, String what, double least, Row one, Row both) {
    double ratio = both.throughput() / one.throughput();
    add(
        target,
        what,
        "at least " + times(least) + "the work of 1 thread",
        "ns",
        both.nanos(),
        NONE,
        NONE,
        ratio,
        ratio >= least,
        one,
        both);
  }

  private void freeOfGarbage(String target, String what, Row own) {
    add(target, what, "0 B", "B", own.bytes(), NONE, NONE, NONE, own.bytes() < NO_BYTES);
  }

  /** A shield answers with an object, as only the first close of an admission may count. */
  private void noMoreThanTheAdmission(Row own) {
    add(
        "P7",
        "a shield with inFlight alone",
        "no more than the admission, 24 B",
        "B",
        own.bytes(),
        NONE,
        NONE,
        NONE,
        own.bytes() < ADMISSION_BYTES + NO_BYTES);
  }

  private void heap(String what, String promise, double bytes, double most) {
    add("P6", what, promise, "B", bytes, NONE, NONE, NONE, bytes <= most);
  }

  private void add(
      String target,
      String what,
      String promise,
      String unit,
      double measured,
      double floor,
      double peer,
      double ratio,
      boolean met,
      Row... behind) {
    boolean disturbed = Stream.of(behind).anyMatch(Row::disturbed);
    // With a floor or a peer missing there is no ratio, though a promise without one has none
    // either.
    boolean missing = Stream.of(behind).anyMatch(row -> Double.isNaN(row.nanos()));
    Verdict verdict = Verdict.of(missing ? NONE : measured, met);
    checks.add(
        new Check(target, what, promise, unit, measured, floor, peer, ratio, verdict, disturbed));
  }

  private Row find(String suite, String name, int threads) {
    return find(suite, name, 0, "", threads);
  }

  private Row find(String suite, String name, int clients, String keys, int threads) {
    return rows.stream()
        .filter(
            row -> row.suite().equals(suite) && row.name().equals(name) && row.threads() == threads)
        .filter(row -> row.clients() == clients && row.keys().equals(keys))
        .findFirst()
        .orElse(Row.missing(suite, name));
  }

  private double bytes(String name, int clients) {
    return heaps.stream()
        .filter(heap -> heap.name().equals(name) && heap.clients() == clients)
        .mapToDouble(Heap::bytes)
        .findFirst()
        .orElse(NONE);
  }

  private static String times(double factor) {
    return BigDecimal.valueOf(factor).stripTrailingZeros().toPlainString() + " × ";
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
