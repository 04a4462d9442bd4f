package dev.flowshield.checks.overload.measure;

/**
 * The rejections of a run, if each of them counts as wrong.
 *
 * @param rejected the share of the attempts that were rejected
 * @param worstSecond this share in the worst second
 * @param stuck the longest time from a change in the scenario to a rejection before the next
 *     change, in seconds; 0 without rejections
 */
public record Harm(double rejected, double worstSecond, double stuck) {

  /** No rejections. */
  public static final Harm NONE = new Harm(0, 0, 0);
}
