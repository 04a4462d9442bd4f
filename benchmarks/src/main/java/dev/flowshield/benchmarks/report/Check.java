package dev.flowshield.benchmarks.report;

/**
 * A promise and what became of it. Numbers that a promise has no use for are NaN.
 *
 * @param target which promise, {@code P1} to {@code P10}
 * @param what of whom it is asked
 * @param promise in words
 * @param unit of what was measured, of the floor and of the peer
 * @param measured ours
 * @param floor what no such code can do without, or the bare server, of the same run
 * @param peer that of a peer, of the same run
 * @param ratio what the promise bounds, where it is one
 * @param verdict passed or not
 * @param disturbed whether a row behind it did not have its cores, so that the verdict means little
 */
public record Check(
    String target,
    String what,
    String promise,
    String unit,
    double measured,
    double floor,
    double peer,
    double ratio,
    Verdict verdict,
    boolean disturbed) {

  /** What became of a promise. */
  public enum Verdict {
    PASS,
    MISS,
    /** A row that it needs was not run. */
    NOT_MEASURED;

    /** The verdict on a number that is to be met; one that is not there settles nothing. */
    static Verdict of(double number, boolean met) {
      if (Double.isNaN(number)) {
        return NOT_MEASURED;
      }
      return met ? PASS : MISS;
    }
  }
}
