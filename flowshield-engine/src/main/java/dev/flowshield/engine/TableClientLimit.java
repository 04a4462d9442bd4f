package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.rate.Answer;
import dev.flowshield.spi.RateAlgorithm;
import org.jspecify.annotations.Nullable;

/** A limit for each client in the engine's key table, whatever its formula. */
final class TableClientLimit implements ClientLimit, Answer<Admission> {

  private final FlowShield shield;
  private final Judge judge;
  private final KeyTable table;

  TableClientLimit(FlowShield shield, RateLimit limit, KeyTable table) {
    this.shield = shield;
    this.judge = new Judge(OverLimit.Scope.CLIENT, limit, table.algorithm());
    this.table = table;
  }

  @Override
  public long hash(String key) {
    return table.hash(key);
  }

  @Override
  public long word(long hash) {
    return table.word(hash);
  }

  @Override
  public @Nullable OverLimit judge(long word, long now, long permits) {
    return judge.judge(word, now, permits);
  }

  @Override
  public Admission take(String key, long hash, long permits, long now) {
    return table.take(hash, permits, now, this);
  }

  @Override
  public Admission admitted(RateAlgorithm algorithm, long word, long now) {
    return new Admitted(shield);
  }

  @Override
  public Admission rejected(RateAlgorithm algorithm, long word, long now, long permits) {
    return judge.overLimit(word, now, permits);
  }

  @Override
  public long maxPermits() {
    return judge.algorithm().maxPermits();
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
