package dev.flowshield.engine.snapshot;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.keyed.KeyHash;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.keyed.Overflow;
import dev.flowshield.engine.limiter.KeyedLimiter;
import dev.flowshield.engine.rate.SavedWords;
import dev.flowshield.spi.RateAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Restores the debts of a snapshot to the keys of limiters, less the permits that have come back
 * since.
 *
 * <p>The file is read twice: to check that it is whole, and to load it. For one thread, once.
 */
public final class SnapshotLoader {

  private static final long LONGEST_NANOS = Long.MAX_VALUE / 2; // 146 years
  private static final long EVERYONE = 1; // any value, because it is ignored
  private static final long LEAST_BYTES = 64L << 20; // the limits of before may have had more keys
  private static final long BYTES_PER_KEY = 2 * 16; // twice as many as there can be here
  private static final long BYTES_PER_TABLE = 16_384; // most of it for the overflow

  private final Map<String, KeyedLimiter> limiters;
  private final List<String> ignored = new ArrayList<>();
  private long keys;

  /** For limiters by their names. */
  public SnapshotLoader(Map<String, KeyedLimiter> limiters) {
    this.limiters = limiters;
  }

  /** Returns the number of keys in debt by the snapshot. */
  public long keys() {
    return keys;
  }

  /** Returns a sentence for each thing that was not loaded, with the reason. */
  public List<String> ignored() {
    return ignored;
  }

  /** Loads a file. Anything malformed or unfit is {@link #ignored}. */
  public void load(Path file) {
    try {
      SnapshotFile.deleteAbandoned(file, limiters.values());
      if (!Files.exists(file)) {
        ignore(file, "there is none yet");
      } else if (limiters.values().stream().anyMatch(SnapshotLoader::isUsed)) {
        ignore(file, "load it before the first request");
      } else {
        SnapshotFile.read(file, mostBytes(), new Checked());
        SnapshotFile.read(file, mostBytes(), new Loaded());
      }
    } catch (MalformedSnapshotException malformed) {
      ignore(file, "it " + malformed.getMessage());
    } catch (IOException unreadable) {
      ignore(file, "it must be readable, got " + unreadable);
    } catch (ArithmeticException | IllegalArgumentException | DateTimeException forged) {
      ignore(file, "from here on, it must be written by FlowShield, got " + forged);
    }
  }

  private void ignore(Path file, String why) {
    ignored.add("snapshot " + file + " is ignored: " + why);
  }

  private static boolean isUsed(KeyedLimiter limiter) {
    return limiter.tables().stream().anyMatch(table -> table.tracked() > 0);
  }

  private long mostBytes() {
    return LEAST_BYTES
        + limiters.values().stream()
            .flatMap(limiter -> limiter.tables().stream())
            .mapToLong(table -> BYTES_PER_TABLE + BYTES_PER_KEY * table.capacity())
            .sum();
  }

  /** Only checks that the file is whole. */
  private static final class Checked implements SnapshotReader.Content {
    @Override
    public void seed(long first, long second) {}

    @Override
    public void limiter(String name, Instant time, int rates) {}

    @Override
    public void rate(int index, String kind, RateLimit limit, long phase) {}

    @Override
    public void keyless(long owed) {}

    @Override
    public void overflow(int segments, int number, long owed) {}

    @Override
    public void key(long hash, long owed) {}
  }

  /** Loads the records that are read. */
  private final class Loaded implements SnapshotReader.Content {

    private boolean sameSeed;
    private String name = "";
    private long down;
    private long now;
    private @Nullable KeyedLimiter limiter; // null to skip the next records
    private int index;
    private @Nullable SavedWords earlier;

    @Override
    public void seed(long first, long second) {
      sameSeed = KeyHash.seed().adopt(first, second);
      if (!sameSeed) {
        ignored.add("keys of the snapshot are ignored: this process has hashed keys already, so it"
            + " cannot know them any more; load before the first key, and one snapshot");
      }
    }

    @Override
    public void limiter(String ofName, Instant time, int rates) {
      name = ofName;
      limiter = limiters.get(ofName);
      if (limiter == null) {
        ignoreLimit("there is none of that name here");
      } else if (limiter.tables().size() != rates) {
        ignoreLimit("it had " + rates + " rates, and has " + limiter.tables().size() + " now");
      } else {
        down = nanosSince(time, limiter.spec().instantSource().instant());
        now =
            limiter.spec().ticker().nanos(); // after the wall clock, to refill no more than is due
      }
    }

    private void ignoreLimit(String why) {
      ignored.add("limit '" + name + "' of the snapshot is ignored: " + why);
      limiter = null;
    }

    @Override
    public void rate(int ofIndex, String kind, RateLimit limit, long phase) {
      index = ofIndex;
      earlier = null;
      if (limiter == null) {
        return;
      }
      RateAlgorithm next = limiter.tables().get(index).algorithm();
      RateAlgorithm then = algorithm(limiter, limit);
      if (!kind.equals(SavedWords.kind(next))) {
        ignoreLimit("it was kept by '" + kind + "', and is kept by '" + SavedWords.kind(next)
            + "' now, which reads other words");
      } else if (then == null) {
        ignoreLimit("'" + limit + "' is outside the range of '" + kind + "'");
      } else {
        earlier = new SavedWords(then, phase, down, now);
      }
    }

    @Override
    public void keyless(long owed) {
      if (earlier != null && limiter != null && owed != 0) {
        RateAlgorithm next = limiter.keyless().get(index).algorithm();
        limiter.keyless().get(index).raise(EVERYONE, earlier.word(owed, next));
      }
    }

    @Override
    public void overflow(int segments, int number, long owed) {
      if (earlier != null && limiter != null) {
        KeyTable table = limiter.tables().get(index);
        long word = earlier.word(owed, table.algorithm());
        // The table may have another number of parts now: all words that such a key may have.
        int parts = table.segmentCount();
        for (int other = 0; other < Overflow.WORDS; other++) {
          if (Overflow.meet(segments, number, parts, other)) {
            table.raiseOverflow(Overflow.hash(parts, other), word);
          }
        }
      }
    }

    @Override
    public void key(long hash, long owed) {
      if (earlier != null && limiter != null && sameSeed) {
        KeyTable table = limiter.tables().get(index);
        long word = earlier.word(owed, table.algorithm());
        if (!table.algorithm().isIdle(word, now)) {
          table.raise(hash, word);
          keys++;
        }
      }
    }
  }

  /** Returns how a limiter would keep a limit; null if it could not. */
  private static @Nullable RateAlgorithm algorithm(KeyedLimiter limiter, RateLimit limit) {
    try {
      return limiter.algorithm(limit);
    } catch (IllegalArgumentException outOfRange) {
      return null;
    }
  }

  /** Returns the time between two instants; 0 if the clock was set back. */
  private static long nanosSince(Instant then, Instant now) {
    try {
      return Math.max(0, Math.min(LONGEST_NANOS, Duration.between(then, now).toNanos()));
    } catch (ArithmeticException | DateTimeException beyond) {
      return now.isAfter(then) ? LONGEST_NANOS : 0;
    }
  }
}
