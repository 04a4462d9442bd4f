package dev.flowshield.checks.overload.measure;

import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Span;
import java.util.List;

/**
 * Counters of rejections by second, and the delay between a change and the rejections after it. Not
 * thread-safe.
 */
final class Rejections {

  private static final double SECOND = Span.SECOND;

  private final List<Long> changes;
  private final int[] attempts;
  private final int[] rejected;
  private int next;
  private long changedAt;
  private long stuck;

  Rejections(Scenario scenario) {
    this.changes = scenario.changes();
    int count = of(scenario.lastAnswer()) + 1;
    this.attempts = new int[count];
    this.rejected = new int[count];
  }

  private static int of(long instant) {
    return (int) (instant / Span.SECOND);
  }

  /** Records a change that the scenario does not declare. */
  void changed(long now) {
    changedAt = Math.max(changedAt, now);
  }

  void decided(long now, boolean isRejected) {
    attempts[of(now)]++;
    if (isRejected) {
      rejected[of(now)]++;
      while (next < changes.size() && changes.get(next) <= now) {
        changed(changes.get(next++));
      }
      stuck = Math.max(stuck, now - changedAt);
    }
  }

  Harm all() {
    long allAttempts = 0;
    long allRejected = 0;
    double worst = 0;
    for (int second = 0; second < attempts.length; second++) {
      allAttempts += attempts[second];
      allRejected += rejected[second];
      if (rejected[second] > 0) {
        worst = Math.max(worst, (double) rejected[second] / attempts[second]);
      }
    }
    return allRejected == 0
        ? Harm.NONE
        : new Harm((double) allRejected / allAttempts, worst, stuck / SECOND);
  }
}
