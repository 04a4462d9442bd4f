package dev.flowshield.engine.limiter;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
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
record LimitDecisions(List<RateLimit> limits, String text, AnswerFactory<Decision> answer) {

  static LimitDecisions of(List<RateLimit> limits) {
    String text = String.join(", ", limits.stream().map(RateLimit::toString).toList());
    return new LimitDecisions(limits, text, AnswerFactory.decision(text));
  }

  /** Returns the decisions of other limits, as many as these. */
  LimitDecisions changedTo(List<RateLimit> others) {
    if (others.size() != limits.size()) {
      throw new IllegalArgumentException("limits must be " + limits.size()
          + ", as many as before, got " + others + ": make a new limiter for more or fewer");
    }
    return of(List.copyOf(others));
  }

  /** Returns the limits this many times, one after the other. */
  List<RateLimit> limits(int times) {
    return Collections.nCopies(times, limits).stream().flatMap(List::stream).toList();
  }

  Decision.Admitted admitted(Allowances from, long hash, long permits, long now) {
    List<LimitStatus> statuses = limitStatus(from, hash, permits, now);
    return new Decision.Admitted(remaining(statuses), several(statuses));
  }

  /**
   * Returns a rejection.
   *
   * @param wait the wait until all of them admit
   */
  Decision.Rejected rejected(Allowances from, long hash, long permits, long now, long wait) {
    List<LimitStatus> statuses = limitStatus(from, hash, permits, now);
    LimitStatus longest = statuses.get(0);
    for (LimitStatus status : statuses) {
      longest = status.retryAfterNanos() > longest.retryAfterNanos() ? status : longest;
    }
    return new Decision.Rejected(remaining(statuses), wait, longest.limit(), several(statuses));
  }

  /** Returns the rejection of more permits than the least burst: no wait helps. */
  Decision.Rejected beyondBurst(Allowances from, long hash, long permits, long now) {
    return rejected(from, hash, permits, now, Decision.NEVER)
        .withReason(Decision.Reason.BEYOND_BURST);
  }

  private List<LimitStatus> limitStatus(Allowances from, long hash, long permits, long now) {
    List<LimitStatus> statuses = new ArrayList<>(limits.size());
    for (int i = 0; i < limits.size(); i++) {
      Allowance each = from.get(i);
      long wait =
          permits > each.burst() ? Decision.NEVER : each.retryAfterNanos(hash, permits, now);
      statuses.add(new LimitStatus(limits.get(i), each.remaining(hash, now), wait));
    }
    return statuses;
  }

  private static long remaining(List<LimitStatus> statuses) {
    long fewest = Long.MAX_VALUE;
    for (LimitStatus status : statuses) {
      fewest = Math.min(fewest, status.remaining());
    }
    return fewest;
  }

  private static List<LimitStatus> several(List<LimitStatus> statuses) {
    return statuses.size() == 1 ? List.of() : statuses;
  }
}
