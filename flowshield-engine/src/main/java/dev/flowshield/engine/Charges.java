package dev.flowshield.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a request is charged: first judged, then taken, all or nothing.
 *
 * <p>The arguments are those of {@link FlowShield#admit(String, long)}: a key, its hash, and what the work costs each limit. Charges that name a
 * key and a cost for each limit do not look at them.
 */
sealed interface Charges permits UsualCharges, Bill {

  /** Whether there is any limit, so that time matters. */
  boolean areLimited();

  /** Why a limit refuses, by a reading of the clock; null if none does, or that is not to be known before. */
  @Nullable
  OverLimit judge(String key, long hash, long permits, long now);

  /** Takes from all limits; false, with nothing taken, if one refuses by now. */
  boolean take(String key, long hash, long permits, long now);

  /** Why one refused for good when it was asked; null if permits went to others meanwhile. */
  @Nullable
  OverLimit refusal(long now);

  /** The admission, made before anything is taken: there may be no memory for it. */
  Admitted admitted(FlowShield shield);
}
