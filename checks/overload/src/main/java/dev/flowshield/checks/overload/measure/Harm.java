package dev.flowshield.checks.overload.measure;

/**
 * All rejections, as they are judged where each of them is wrong.
 *
 * @param rejected of the attempts, those that were rejected
 * @param worstSecond the same of the second in which it is the most
 * @param stuck seconds from the last change in the scenario before a rejection to that rejection,
 *     at most; 0 if there is none
 */
public record Harm(double rejected, double worstSecond, double stuck) {

  /** Nothing was rejected. */
  public static final Harm NONE = new Harm(0, 0, 0);
}
