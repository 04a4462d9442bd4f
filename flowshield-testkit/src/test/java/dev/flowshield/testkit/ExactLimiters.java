package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Several limits on each key, all or nothing, with one lock. */
class ExactLimiters implements RateLimiter {

  private final ReentrantLock lock = new ReentrantLock();
  private final List<RateLimit> limits;
  private final List<ExactLimiter> parts;

  ExactLimiters(LimiterSpec spec) {
    limits = spec.limits();
    parts = limits.stream()
        .map(limit -> new ExactLimiter(
            LimiterSpec.of(limit).withTicker(spec.ticker()).withMaxKeys(spec.maxKeys())))
        .toList();
  }

  @Override
  public Decision decide(String key, long permits) {
    lock.lock();
    try {
      boolean admits = parts.stream().allMatch(part -> part.look(key, permits).isAdmitted());
      take(key, permits, admits);
      List<LimitStatus> statuses = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        long wait =
            admits || !(parts.get(i).look(key, permits) instanceof Decision.Rejected rejected)
                ? 0
                : rejected.retryAfterNanos();
        statuses.add(new LimitStatus(limits.get(i), parts.get(i).look(key, 1).remaining(), wait));
      }
      long remaining = statuses.stream().mapToLong(LimitStatus::remaining).min().orElseThrow();
      if (admits) {
        return new Decision.Admitted(remaining, statuses);
      }
      LimitStatus longest = statuses.stream()
          .max(Comparator.comparingLong(LimitStatus::retryAfterNanos))
          .orElseThrow();
      Decision.Rejected rejected =
          new Decision.Rejected(remaining, longest.retryAfterNanos(), longest.limit(), statuses);
      return rejected.isRetryable() ? rejected : rejected.withReason(Decision.Reason.BEYOND_BURST);
    } finally {
      lock.unlock();
    }
  }

  /** Takes from all limits, if all admit. */
  void take(String key, long permits, boolean admits) {
    if (admits) {
      takeOfEach(key, permits);
    }
  }

  final void takeOfEach(String key, long permits) {
    parts.forEach(part -> part.tryAcquire(key, permits));
  }
}
