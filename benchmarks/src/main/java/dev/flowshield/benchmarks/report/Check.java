package dev.flowshield.benchmarks.report;

/**
 * A promise and its verdict. Numbers that do not apply to a promise are NaN.
 *
 * @param target the promise, {@code P1} to {@code P10}
 * @param what the subject of the promise
 * @param promise the promise in words
 * @param unit the unit of the measurement, the floor and the peer
 * @param measured our measurement
 * @param floor the minimum for any such code, or the bare server, from the same run
 * @param peer the measurement of a peer, from the same run
 * @param ratio the bounded ratio, if the promise bounds one
 * @param verdict the verdict
 * @param disturbed whether a row behind it did not have its cores, so that the verdict is
 *     unreliable
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

  /** The verdict on a promise. */
  public enum Verdict {
    PASS,
    MISS,
    /** A required row was not run. */
    NOT_MEASURED;

    /** Returns the verdict on a number; a missing number has no verdict. */
    static Verdict of(double number, boolean met) {
      if (Double.isNaN(number)) {
        return NOT_MEASURED;
      }
      return met ? PASS : MISS;
    }
  }
}
