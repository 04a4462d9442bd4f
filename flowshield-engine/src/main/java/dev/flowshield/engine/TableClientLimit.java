package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.spi.RateAlgorithm;
import org.jspecify.annotations.Nullable;

/** A limit for each client in the engine's key table, whatever its formula. */
final class TableClientLimit implements ClientLimit {

  private final FlowShield shield;
  private final Judge judge;
  private final KeyTable table;

  TableClientLimit(FlowShield shield, RateLimit limit, KeyTable table) {
    this.shield = shield;
    this.judge = new Judge(OverLimit.Scope.CLIENT, limit, table);
    this.table = table;
  }

  @Override
  public long hash(String key) {
    return KeyTable.hashOf(key);
  }

  @Override
  public @Nullable OverLimit judge(long hash, long now, long permits) {
    return judge.judge(hash, now, permits);
  }

  @Override
  public @Nullable Admission take(String key, long hash, long permits, long now) {
    return table.take(hash, permits, now) == RateAlgorithm.REJECTED ? null : new Admitted(shield);
  }

  @Override
  public long maxPermits() {
    return table.maxPermits();
  }

  @Override
  public long tracked() {
    return table.tracked();
  }

  @Override
  public long capacity() {
    return table.capacity();
  }

  @Override
  public long overflowed() {
    return table.overflowed();
  }
}
