package dev.flowshield.engine;

import dev.flowshield.engine.rate.AllOrNothing;
import dev.flowshield.engine.rate.Allowances;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@link FlowShield#admit(String, long)} charges where the engine keeps all of it: the limits {@code everyone} and {@code client}, with one
 * key and one cost. Made once for all requests; allocates nothing for one that is admitted.
 */
final class UsualCharges implements Charges {

  private final Refusals refusals;
  private final EngineLimit[] enforced;
  private final EngineLimit[] shadows;
  private final Allowances[] allowances; // of those enforced
  private final AllOrNothing.Afterwards<String, Boolean> afterwards; // for the shadows, in turn

  UsualCharges(Refusals refusals, List<EngineLimit> limits) {
    this.refusals = refusals;
    this.enforced = inTurn(limits, false);
    this.shadows = inTurn(limits, true);
    this.allowances = Stream.of(enforced)
        .flatMap(each -> Stream.of(each.allowances()))
        .toArray(Allowances[]::new);
    AllOrNothing.Afterwards<String, Boolean> next = (key, hash, permits, now) -> Boolean.TRUE;
    for (int i = shadows.length - 1; i >= 0; i--) {
      next = asking(shadows[i], next);
    }
    this.afterwards = next;
  }

  private static EngineLimit[] inTurn(List<EngineLimit> limits, boolean shadow) {
    return limits.stream()
        .filter(each -> each.limit().isShadow() == shadow)
        .sorted(Comparator.comparingInt(NamedLimit::turn))
        .toArray(EngineLimit[]::new);
  }

  @Override
  public boolean areLimited() {
    return enforced.length + shadows.length > 0;
  }

  @Override
  public @Nullable OverLimit judge(String key, long hash, long permits, long now) {
    EngineLimit slowest = null;
    long longest = 0;
    for (EngineLimit limit : enforced) {
      OverLimit block = refusals.block(limit, key, hash, now);
      if (block != null) {
        return block;
      }
      long wait = limit.retryAfterNanos(hash, permits, now);
      if (wait > longest) {
        slowest = limit;
        longest = wait;
      }
    }
    return slowest == null
        ? null
        : refusals.refused(slowest, key, hash, slowest.overLimit(hash, permits, now, longest), now);
  }

  @Override
  public boolean take(String key, long hash, long permits, long now) {
    return AllOrNothing.take(allowances, hash, permits, now, key, afterwards) != null;
  }

  /** Asks a shadow limit, and then does what comes next. */
  private AllOrNothing.Afterwards<String, Boolean> asking(
      EngineLimit shadow, AllOrNothing.Afterwards<String, Boolean> next) {
    return (key, hash, permits, now) -> {
      Boolean taken = shadow.take(hash, permits, now, key, next);
      if (taken != null) {
        return taken;
      }
      refusals.wouldRefuse(shadow, key, hash, permits, now);
      return next.taken(key, hash, permits, now);
    };
  }

  @Override
  public @Nullable OverLimit refusal(long now) {
    return null;
  }

  @Override
  public Admitted admitted(FlowShield shield) {
    return new Admitted(shield);
  }
}
