package dev.flowshield.engine.snapshot;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.keyed.KeyHash;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.keyed.Overflow;
import dev.flowshield.engine.keyed.Seed;
import dev.flowshield.engine.limiter.KeyedLimiter;
import dev.flowshield.engine.rate.SavedWords;
import dev.flowshield.spi.RateAlgorithm;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Writes the content of a snapshot, without the magic number and the checksum around it.
 *
 * <pre>
 *   seed          two longs
 *   limiters      an int, and of each:
 *     name        a string
 *     time        seconds and nanoseconds of the wall clock
 *     rates       an int, and of each:
 *       formula   a string
 *       limit     a string
 *       phase     a long
 *       keyless   the debt of the calls without a key
 *       segments  an int; then number + 1 and debt of each overflow word that owes; then 0
 *       keys      hash and debt of each key that owes; then 0
 * </pre>
 */
final class SnapshotWriter {

  private static final long EVERYONE = 1; // any value, because it is ignored

  private final DataOutputStream out;

  SnapshotWriter(DataOutputStream out) {
    this.out = out;
  }

  void write(Map<String, KeyedLimiter> limiters) throws IOException {
    Seed seed = KeyHash.seed();
    out.writeLong(seed.first());
    out.writeLong(seed.second());
    out.writeInt(limiters.size());
    for (Map.Entry<String, KeyedLimiter> each : limiters.entrySet()) {
      out.writeUTF(each.getKey());
      KeyedLimiter limiter = each.getValue();
      limiter.changes().lock();
      try {
        write(limiter, limiter.limits());
      } finally {
        limiter.changes().unlock();
      }
    }
  }

  private void write(KeyedLimiter limiter, List<RateLimit> limits) throws IOException {
    long now =
        limiter.spec().ticker().nanos(); // before the wall clock, to refill no more than is due
    Instant time = limiter.spec().instantSource().instant();
    out.writeLong(time.getEpochSecond());
    out.writeInt(time.getNano());
    out.writeInt(limits.size());
    Allowances keyless = limiter.keyless();
    for (int i = 0; i < limits.size(); i++) {
      KeyTable keys = limiter.tables().get(i);
      RateAlgorithm algorithm = keys.algorithm();
      out.writeUTF(SavedWords.kind(algorithm));
      out.writeUTF(limits.get(i).toString());
      out.writeLong(SavedWords.phase(algorithm, now));
      Allowance without = keyless.get(i);
      out.writeLong(SavedWords.owed(algorithm, without.word(EVERYONE, now), now));
      writeOverflow(keys, algorithm, now);
      writeKeys(keys, algorithm, now);
    }
  }

  private void writeOverflow(KeyTable keys, RateAlgorithm algorithm, long now) throws IOException {
    int segments = keys.segmentCount();
    out.writeInt(segments);
    for (int number = 0; number < Overflow.WORDS; number++) {
      long word = keys.overflowWord(Overflow.hash(segments, number));
      long owed = SavedWords.owed(algorithm, word, now);
      if (owed != 0) {
        out.writeInt(number + 1);
        out.writeLong(owed);
      }
    }
    out.writeInt(0);
  }

  private void writeKeys(KeyTable keys, RateAlgorithm algorithm, long now) throws IOException {
    for (int part = 0; part < keys.segmentCount(); part++) {
      long[] owing = keys.owing(part);
      for (int i = 0; i < owing.length; i += 2) {
        long owed = SavedWords.owed(algorithm, owing[i + 1], now);
        if (owed != 0) {
          out.writeLong(owing[i]);
          out.writeLong(owed);
        }
      }
    }
    out.writeLong(0); // no hash is 0
  }
}
