package dev.flowshield.benchmarks.report;

import dev.flowshield.benchmarks.report.Check.Verdict;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Compares what was measured with what is promised of it, and keeps each check. */
final class Checks {

  /** A number that a promise has no use for. */
  static final double NONE = Double.NaN;

  // The harness allocates a little between calls. No object is so small, even if every thirtieth
  // call made one.
  private static final double NO_BYTES = 0.5;

  private final List<Check> checks = new ArrayList<>();

  /** The checks in the order they were made. */
  List<Check> made() {
    return List.copyOf(checks);
  }

  /** Takes at most so many times as long as what no such code can do without. */
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

  /** Is at least so many times as fast as a peer; of once, faster. */
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

  /** Two threads do at least so many times the work of one. */
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

  /** A call allocates nothing. */
  void freeOfGarbage(String target, String what, Row own) {
    add(target, what, "0 B", "B", own.bytes(), NONE, NONE, NONE, own.bytes() < NO_BYTES);
  }

  /** A call allocates at most so much. */
  void bytes(String target, String what, String promise, double most, Row own) {
    add(target, what, promise, "B", own.bytes(), NONE, NONE, NONE, own.bytes() < most + NO_BYTES);
  }

  /** So much is kept at most. */
  void heap(String target, String what, String promise, double bytes, double most) {
    add(target, what, promise, "B", bytes, NONE, NONE, NONE, bytes <= most);
  }

  /** Whatever else was promised, with the rows behind it. */
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
    // With a floor or a peer missing there is no ratio, though a promise without one has none
    // either.
    boolean missing = Stream.of(behind).anyMatch(row -> Double.isNaN(row.nanos()));
    Verdict verdict = Verdict.of(missing ? NONE : measured, met);
    checks.add(
        new Check(target, what, promise, unit, measured, floor, peer, ratio, verdict, disturbed));
  }

  /** One that was made elsewhere. */
  void add(Check check) {
    checks.add(check);
  }

  private static String times(double factor) {
    return BigDecimal.valueOf(factor).stripTrailingZeros().toPlainString() + " × ";
  }
}
