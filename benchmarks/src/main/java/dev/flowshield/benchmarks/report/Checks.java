package dev.flowshield.benchmarks.report;

import dev.flowshield.benchmarks.report.Check.Verdict;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Comparisons of measurements with promises, and their results. */
final class Checks {

  /** A number that does not apply to a promise. */
  static final double NONE = Double.NaN;

  // The harness allocates a little between calls. No object is this small, even if only every
  // thirtieth call allocated one.
  private static final double NO_BYTES = 0.5;

  private final List<Check> checks = new ArrayList<>();

  /** Returns the checks in order. */
  List<Check> made() {
    return List.copyOf(checks);
  }

  /** Checks the ratio to the minimum for any such code. */
  void overFloor(String target, String what, double most, Row own, Row floor) {
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

  /** Checks the speed relative to a peer; with a ratio of one, it must be faster. */
  void overPeer(String target, String what, double least, Row own, Row peer) {
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

  /** Checks the throughput of two threads relative to one. */
  void moreWork(String target, String what, double least, Row one, Row both) {
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

  /** Checks that a call allocates nothing. */
  void freeOfGarbage(String target, String what, Row own) {
    add(target, what, "0 B", "B", own.bytes(), NONE, NONE, NONE, own.bytes() < NO_BYTES);
  }

  /** Checks the allocated bytes of a call. */
  void bytes(String target, String what, String promise, double most, Row own) {
    add(target, what, promise, "B", own.bytes(), NONE, NONE, NONE, own.bytes() < most + NO_BYTES);
  }

  /** Checks the retained heap. */
  void heap(String target, String what, String promise, double bytes, double most) {
    add(target, what, promise, "B", bytes, NONE, NONE, NONE, bytes <= most);
  }

  /** Adds another promise, with the rows behind it. */
  void add(
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
    // Without a floor or a peer there is no ratio; some promises have no ratio anyway.
    boolean missing = Stream.of(behind).anyMatch(row -> Double.isNaN(row.nanos()));
    Verdict verdict = Verdict.of(missing ? NONE : measured, met);
    checks.add(
        new Check(target, what, promise, unit, measured, floor, peer, ratio, verdict, disturbed));
  }

  /** Adds a check. */
  void add(Check check) {
    checks.add(check);
  }

  private static String times(double factor) {
    return BigDecimal.valueOf(factor).stripTrailingZeros().toPlainString() + " × ";
  }
}
