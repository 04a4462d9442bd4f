package dev.flowshield.engine;

import dev.flowshield.engine.keyed.KeyTable;
import org.jspecify.annotations.Nullable;

/** Clients are not told apart. */
record NoClientLimit(FlowShield shield) implements ClientLimit {

  @Override
  public long hash(String key) {
    return 0;
  }

  @Override
  public long word(long hash) {
    return KeyTable.ABSENT;
  }

  @Override
  public @Nullable OverLimit judge(long word, long now, long permits) {
    return null;
  }

  @Override
  public Admission take(String key, long hash, long permits, long now) {
    return new Admitted(shield);
  }

  @Override
  public long maxPermits() {
    return Long.MAX_VALUE;
  }
}
