package dev.flowshield.engine.snapshot;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.keyed.Overflow;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.time.DateTimeException;
import java.time.Instant;

/** Reads the output of {@link SnapshotWriter}, in that order, and keeps nothing. */
final class SnapshotReader {

  private static final int MOST_LIMITERS = 10_000;
  private static final int MOST_RATES = 1_000;
  private static final int MOST_SEGMENTS = 128;

  /** Receives the records that are read. */
  interface Content {
    void seed(long first, long second);

    void limiter(String name, Instant time, int rates);

    /** The rate that the following belongs to. */
    void rate(int index, String kind, RateLimit limit, long phase);

    void keyless(long owed);

    void overflow(int segments, int number, long owed);

    void key(long hash, long owed);
  }

  private final DataInputStream in;

  SnapshotReader(DataInputStream in) {
    this.in = in;
  }

  void read(Content content) throws IOException {
    try {
      content.seed(in.readLong(), in.readLong());
      int limiters = number(0, MOST_LIMITERS);
      for (int i = 0; i < limiters; i++) {
        readLimiter(content);
      }
    } catch (IllegalArgumentException | DateTimeException | UTFDataFormatException wrong) {
      throw new MalformedSnapshotException("must be as it was written, got " + wrong.getMessage());
    }
  }

  private void readLimiter(Content content) throws IOException {
    String name = in.readUTF();
    Instant time = Instant.ofEpochSecond(in.readLong(), in.readInt());
    int rates = number(1, MOST_RATES);
    content.limiter(name, time, rates);
    for (int i = 0; i < rates; i++) {
      content.rate(i, in.readUTF(), RateLimit.parse(in.readUTF()), in.readLong());
      content.keyless(in.readLong());
      int segments = number(1, MOST_SEGMENTS);
      if (Integer.bitCount(segments) != 1) {
        throw new MalformedSnapshotException("must be as it was written, got " + segments);
      }
      for (int next = next(); next > 0; next = next()) {
        content.overflow(segments, next - 1, in.readLong());
      }
      for (long hash = in.readLong(); hash != 0; hash = in.readLong()) {
        content.key(hash, in.readLong());
      }
    }
  }

  private int next() throws IOException {
    return number(0, Overflow.WORDS);
  }

  private int number(int least, int most) throws IOException {
    int number = in.readInt();
    if (number < least || number > most) {
      throw new MalformedSnapshotException("must be as it was written, got " + number);
    }
    return number;
  }
}
