package dev.flowshield.benchmarks.report;

import java.util.List;
import java.util.Locale;

/**
 * The checks of the rows of one run against the promises P1 to P8.
 *
 * <p>All promises about time are ratios within the run, except the nanoseconds of the gate. A pure
 * function.
 */
public final class Verdicts {

  private static final String SINGLE = "SingleLimiter";
  private static final String CONTENDED = "Contended";
  private static final String KEYED = "KeyedLimiter";
  private static final String GATE = "OverloadGate";
  private static final String SHIELD = "Shield";
  private static final String HTTP = "HttpShield";

  private static final double FIRST_BYTES = 64 * 1024;
  private static final double MEGABYTE = 1_000_000;
  private static final double BYTES_PER_CLIENT = 24;
  private static final int CAP = 1_000_000;
  private static final int TEN_MILLION = 10_000_000;
  private static final double GATE_NANOS = 60;
  private static final int ADAPTIVE_NANOS = 100;
  private static final int REJECT_NANOS = 30;
  private static final double ADMISSION_BYTES = 24;
  private static final double NAMED_BYTES = 160;
  private static final double ANSWER_BYTES = 40; // an OverLimit
  private static final double HTTP_BYTES = 72;

  private final Run run;
  private final Checks checks = new Checks();

  private Verdicts(Run run) {
    this.run = run;
  }

  /**
   * Returns the checks, in order of the targets, including those without a measurement.
   */
  public static List<Check> of(List<Row> rows, List<Heap> heaps) {
    Verdicts verdicts = new Verdicts(new Run(rows, heaps));
    verdicts.admission();
    verdicts.rejection();
    verdicts.bigBurst();
    verdicts.clients("P4", 10_000, 4.5, 1.7);
    verdicts.clients("P5", 1_000_000, 5, 1.3);
    verdicts.clientsOfTwoThreads();
    verdicts.memory();
    verdicts.gates();
    verdicts.shield();
    return verdicts.checks.made();
  }

  private void admission() {
    Row own = run.find(SINGLE, "flowShieldAdmits", 1);
    checks.overFloor("P1", "admit", 1.3, own, run.find(SINGLE, "floorClockAndExchange", 1));
    checks.overPeer("P1", "admit", 1, own, run.fastestPeer(SINGLE, "Admits"));
    checks.freeOfGarbage("P1", "admit", own);
  }

  private void rejection() {
    Row own = run.find(SINGLE, "flowShieldRejects", 1);
    Row both = run.find(CONTENDED, "flowShieldRejects", 2);
    checks.overFloor("P2", "reject", 1.15, own, run.find(SINGLE, "floorClock", 1));
    double ratio = both.nanos() / own.nanos();
    checks.add(
        "P2",
        "reject, 2 threads",
        "a call costs at most 1.1 × that of 1 thread",
        "ns",
        both.nanos(),
        Checks.NONE,
        Checks.NONE,
        ratio,
        ratio <= 1.1,
        own,
        both);
    checks.freeOfGarbage("P2", "reject", own);
  }

  private void bigBurst() {
    Row own = run.find(SINGLE, "flowShieldAdmitsOfBigBurst", 1);
    Row both = run.find(CONTENDED, "flowShieldAdmitsOfBigBurst", 2);
    checks.overFloor(
        "P3", "admit of a big burst", 0.6, own, run.find(SINGLE, "floorClockAndExchange", 1));
    checks.moreWork("P3", "admit of a big burst, 2 threads", 1.6, own, both);
    checks.overPeer(
        "P3",
        "admit of a big burst, 2 threads",
        10,
        both,
        run.find(CONTENDED, "bucket4jAdmits", 2));
    checks.freeOfGarbage("P3", "admit of a big burst", own);
  }

  private void clients(String target, int clients, double overPeer, double overFloor) {
    for (String keys : List.of("made", "ready")) {
      String what = text("%,d clients, keys %s", clients, keys);
      Row own = run.find(KEYED, "flowShieldAdmits", clients, keys, 1);
      checks.overPeer(
          target,
          what,
          overPeer,
          own,
          run.find(KEYED, "bucket4jInCaffeineAdmits", clients, keys, 1));
      checks.overFloor(
          target,
          what,
          overFloor,
          own,
          run.find(KEYED, "floorKeyClockAndExchange", clients, keys, 1));
      if (keys.equals("ready")) { // a key created for a call is the caller's
        checks.freeOfGarbage(target, what, own);
      }
    }
  }

  private void clientsOfTwoThreads() {
    for (String keys : List.of("made", "ready")) {
      checks.moreWork(
          "P5",
          text("%,d clients, keys %s, 2 threads", CAP, keys),
          1.7,
          run.find(KEYED, "flowShieldAdmits", CAP, keys, 1),
          run.find(KEYED, "flowShieldAdmits", CAP, keys, 2));
    }
  }

  private void memory() {
    checks.heap(
        "P6",
        "a limiter with its first client",
        "under 64 KB",
        run.bytes("flowShield", 1),
        FIRST_BYTES - 1);
    checks.heap(
        "P6",
        "a shield with 1,000 limits that are not used",
        "under 1 MB",
        run.bytes("flowShieldOfThousandLimits", 0),
        MEGABYTE - 1);
    for (int clients : new int[] {100_000, CAP}) {
      String what = text("each of %,d clients", clients);
      checks.heap(
          "P6", what, "at most 24 B", run.bytes("flowShield", clients) / clients, BYTES_PER_CLIENT);
    }
    checks.heap(
        "P6",
        "ten million clients in debt, told apart up to 1,000,000",
        "no more than 24 B × 1,000,000",
        run.bytes("flowShieldPastTheCap", TEN_MILLION),
        BYTES_PER_CLIENT * CAP);
    checks.heap(
        "P6",
        "ten million clients of one call each",
        "the heap is where it was: under 64 KB",
        run.bytes("flowShieldOneTimeKeys", TEN_MILLION),
        FIRST_BYTES - 1);
  }

  private void gates() {
    String shield = "a shield with inFlight alone";
    gate("the gate", "flowShieldInFlight");
    checks.freeOfGarbage("P7", "the gate", run.find(GATE, "flowShieldInFlight", 1));
    gate(shield, "flowShieldAdmitsAndCloses");
    // It returns an object, because only the first close of an admission may count.
    checks.bytes(
        "P7",
        shield,
        "no more than the admission, 24 B",
        ADMISSION_BYTES,
        run.find(GATE, "flowShieldAdmitsAndCloses", 1));
    adaptiveGate();
  }

  private void adaptiveGate() {
    String gate = "the gate that finds its limit";
    Row own = run.find(GATE, "flowShieldAdaptive", 1);
    double fixed = run.find(GATE, "flowShieldInFlight", 1).nanos();
    checks.add(
        "P7",
        gate,
        "at most 100 ns more than with a number",
        "ns",
        own.nanos(),
        fixed,
        Checks.NONE,
        Checks.NONE,
        own.nanos() <= fixed + ADAPTIVE_NANOS,
        own);
    checks.freeOfGarbage("P7", gate, own);
    checks.overPeer(
        "P7",
        gate + ", 2 threads",
        5,
        run.find(GATE, "flowShieldAdaptive", 2),
        run.find(GATE, "gradient2", 2));
    Row rejects = run.find(GATE, "flowShieldAdaptiveRejects", 1);
    checks.add(
        "P7",
        gate + " rejects",
        "at most 30 ns",
        "ns",
        rejects.nanos(),
        Checks.NONE,
        Checks.NONE,
        Checks.NONE,
        rejects.nanos() <= REJECT_NANOS,
        rejects);
    checks.bytes(
        "P7",
        "a shield with InFlightLimit.auto() alone",
        "no more than the admission, 24 B",
        ADMISSION_BYTES,
        run.find(GATE, "flowShieldAutoAdmitsAndCloses", 1));
  }

  private void gate(String what, String name) {
    Row own = run.find(GATE, name, 1);
    Row both = run.find(GATE, name, 2);
    checks.add(
        "P7",
        what,
        "at most 60 ns",
        "ns",
        own.nanos(),
        run.find(GATE, "floorExchangeAndAdd", 1).nanos(),
        Checks.NONE,
        Checks.NONE,
        own.nanos() <= GATE_NANOS,
        own);
    checks.overPeer("P7", what + ", 2 threads", 5, both, run.find(GATE, "gradient2", 2));
  }

  private void shield() {
    Row usual = run.find(SHIELD, "flowShieldAdmitsAndCloses", 1);
    Row named = run.find(SHIELD, "flowShieldAdmitsAndClosesThreeNamed", 1);
    checks.overFloor("P8", "three charges that are named", 2.5, named, usual);
    checks.bytes("P8", "three charges that are named", atMost(NAMED_BYTES), NAMED_BYTES, named);
    checks.bytes(
        "P8",
        "three charges that are rejected",
        atMost(ANSWER_BYTES),
        ANSWER_BYTES,
        run.find(SHIELD, "flowShieldRejectsThreeNamed", 1));
    checks.overFloor(
        "P8",
        "a future of limits kept here",
        1.3,
        run.find(SHIELD, "flowShieldAdmitsAsyncAndCloses", 1),
        usual);
    checks.bytes(
        "P8",
        "an HTTP request, beside its view",
        atMost(HTTP_BYTES),
        HTTP_BYTES,
        run.find(HTTP, "httpShieldAdmitsAndCloses", 1));
  }

  private static String atMost(double bytes) {
    return text("at most %.0f B", bytes);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
