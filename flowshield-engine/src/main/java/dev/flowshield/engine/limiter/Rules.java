package dev.flowshield.engine.limiter;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.AnswerFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The limits of a limiter, and its decisions by them.
 *
 * @param limits in the order of the allowances
 * @param text all of them, as the user wrote them
 * @param answer how a single one is answered
 */
record Rules(List<RateLimit> limits, String text, AnswerFactory<Decision> answer) {

  static Rules of(List<RateLimit> limits) {
    String text = String.join(", ", limits.stream().map(RateLimit::toString).toList());
    return new Rules(limits, text, AnswerFactory.decision(text));
  }

  /** Those of other limits, as many as these. */
  Rules changedTo(List<RateLimit> others) {
    if (others.size() != limits.size()) {
      throw new IllegalArgumentException("limits must be " + limits.size()
          + ", as many as before, got " + others + ": make a new limiter for more or fewer");
    }
    return of(List.copyOf(others));
  }

  /** The limits this many times, one after the other. */
  List<RateLimit> limits(int times) {
    return Collections.nCopies(times, limits).stream().flatMap(List::stream).toList();
  }

  Decision.Admitted admitted(Allowances from, long hash, long permits, long now) {
    List<Decision.Standing> standings = standings(from, hash, permits, now);
    return new Decision.Admitted(remaining(standings), several(standings));
  }

  /**
   * A rejection.
   *
   * @param wait the wait until all of them admit
   */
  Decision.Rejected rejected(Allowances from, long hash, long permits, long now, long wait) {
    List<Decision.Standing> standings = standings(from, hash, permits, now);
    Decision.Standing longest = standings.get(0);
    for (Decision.Standing standing : standings) {
      longest = standing.retryAfterNanos() > longest.retryAfterNanos() ? standing : longest;
    }
    return new Decision.Rejected(remaining(standings), wait, longest.limit(), several(standings));
  }

  /** The rejection of more permits than the least burst: no wait helps. */
  Decision.Rejected beyondBurst(Allowances from, long hash, long permits, long now) {
    return rejected(from, hash, permits, now, Decision.NEVER).because(Decision.Reason.BEYOND_BURST);
  }

  private List<Decision.Standing> standings(Allowances from, long hash, long permits, long now) {
    List<Decision.Standing> standings = new ArrayList<>(limits.size());
    for (int i = 0; i < limits.size(); i++) {
      Allowance each = from.get(i);
      long wait =
          permits > each.burst() ? Decision.NEVER : each.retryAfterNanos(hash, permits, now);
      standings.add(
          new Decision.Standing(limits.get(i).toString(), each.remaining(hash, now), wait));
    }
    return standings;
  }

  private static long remaining(List<Decision.Standing> standings) {
    long fewest = Long.MAX_VALUE;
    for (Decision.Standing standing : standings) {
      fewest = Math.min(fewest, standing.remaining());
    }
    return fewest;
  }

  private static List<Decision.Standing> several(List<Decision.Standing> standings) {
    return standings.size() == 1 ? List.of() : standings;
  }
}
