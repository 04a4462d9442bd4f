package dev.flowshield.engine.keyed;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.Ahead;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.testkit.ManualTicker;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * A table far too small for its keys, so that slots change hands and keys share the overflow:
 * whatever is taken, given back, charged, reset or changed, no window of any key ever has more net
 * of what was given back than the burst and its refill, in exact arithmetic. The clock starts just
 * before it wraps, and may step back.
 *
 * <p>A thousand tries unless {@code jqwik.tries.default} says more.
 */
class KeyTablePropertyTest {

  /**
   * What is done: to which key, with how many permits (a share of the burst), and a number for
   * whatever else is to choose.
   */
  record Step(Kind kind, int key, double share, double other) {}

  enum Kind {
    TAKE,
    TAKE_AHEAD,
    GIVE_BACK,
    CHARGE,
    RESET,
    CHANGE,
    PASS,
    STEP_BACK
  }

  private static final long HOUR = 3_600_000_000_000L;
  private static final List<RateLimit> LIMITS = RateLimit.parseAll(
      "10/s burst 4, 3/s, 9999991/s burst 1000, 7/min burst 20, 1/100ns burst 3");
  private static final long[] KEYS = keys();

  @Property(edgeCases = EdgeCasesMode.NONE)
  void noWindowOfAnyKeyHasMoreThanTheBurstAndItsRefill(
      @ForAll("limits") int limit, @ForAll("steps") List<Step> steps) {
    Run run = new Run(LIMITS.get(limit));
    for (Step step : steps) {
      run.doAndCheck(step);
    }
  }

  private static final class Run {
    private final ManualTicker ticker = ManualTicker.startingAt((1L << 47) - 2_000_000_000L);
    private final KeyTable table;
    private final List<List<Entry>> accounts = new ArrayList<>();
    private final List<Lent> lent = new ArrayList<>();
    private final long[] waited = new long[KEYS.length]; // the latest time anybody waits for
    private RateLimit limit;
    private BigInteger now = BigInteger.valueOf(ticker.nanos());
    private BigInteger latest = now;

    Run(RateLimit limit) {
      this.limit = limit;
      this.table = new KeyTable(new Gcra(limit), ticker, 1);
      for (int i = 0; i < KEYS.length; i++) {
        accounts.add(new ArrayList<>());
      }
    }

    void doAndCheck(Step step) {
      long key = KEYS[step.key()];
      List<Entry> account = accounts.get(step.key());
      long permits = Math.min(limit.burst(), 1 + (long) (step.share() * limit.burst()));
      switch (step.kind()) {
        case TAKE, TAKE_AHEAD -> {
          long ahead = step.kind() == Kind.TAKE ? 0 : (long) (step.other() * step.other() * HOUR);
          if (ahead > 0) { // as a caller that waits does
            waited[step.key()] = Math.max(waited[step.key()], ticker.nanos() + ahead);
            table.ledger(key).waitUntil(key, waited[step.key()]);
          }
          long before = table.ledger(key).stamp(key);
          long word = ahead == 0
              ? table.take(key, permits, ticker.nanos())
              : Ahead.take(table, key, permits, ticker.nanos(), ahead);
          if (word != REJECTED) {
            Entry entry = new Entry(permits, now.add(BigInteger.valueOf(ahead)));
            account.add(entry);
            lent.add(new Lent(key, word, before, entry));
            assertNoWindowIsOver(account);
          }
        }
        case GIVE_BACK -> {
          // A clock that stepped back lets permits seem not to have come back yet that have.
          if (!lent.isEmpty() && now.equals(latest)) {
            Lent some = lent.remove((int) (step.other() * lent.size()));
            long unused = 1 + (long) (step.share() * some.entry().permits);
            table.ledger(some.key()).refund(some.key(), some.word(), some.before(), unused);
            some.entry().permits -= unused;
          }
        }
        case CHARGE -> {
          table.ledger(key).charge(key, permits);
          account.add(new Entry(permits, now));
        }
        case RESET -> {
          table.ledger(key).reset(key);
          account.clear();
        }
        case CHANGE -> {
          if (now.equals(latest)) { // what is owed is scaled from the reading of that moment on
            change(LIMITS.get((int) (step.other() * LIMITS.size())));
          }
        }
        case PASS ->
          pass(
              step.share() < 0.7
                  ? (long) (step.other() * 2 * limit.period().toNanos() / limit.permits())
                  : (long) Math.exp(step.other() * 37)); // up to a hundred days
        case STEP_BACK -> pass(-(long) (step.other() * limit.period().toNanos()));
      }
    }

    private void pass(long nanos) {
      ticker.advanceNanos(nanos);
      now = now.add(BigInteger.valueOf(nanos));
      latest = latest.max(now);
    }

    /**
     * What each key owes by its own account, up to the burst, becomes the first entry of a new one,
     * in proportion.
     */
    private void change(RateLimit next) {
      table.changeTo(new Gcra(next));
      RateLimit old = limit;
      List<BigInteger> debts = accounts.stream().map(this::debt).toList();
      limit = next;
      for (int i = 0; i < KEYS.length; i++) {
        accounts.get(i).clear();
        BigInteger debt = debts
            .get(i)
            .multiply(BigInteger.valueOf(next.burst()).multiply(period()))
            .divide(BigInteger.valueOf(old.burst())
                .multiply(BigInteger.valueOf(old.period().toNanos())));
        BigInteger[] whole = debt.divideAndRemainder(period());
        long permits = whole[0].longValueExact() + whole[1].signum();
        if (permits > 0) { // as if taken so early that just the fraction is left
          BigInteger early = BigInteger.valueOf(permits).multiply(period()).subtract(debt);
          BigInteger[] nanos = early.divideAndRemainder(BigInteger.valueOf(next.permits()));
          accounts
              .get(i)
              .add(new Entry(
                  permits, now.subtract(nanos[0].add(BigInteger.valueOf(nanos[1].signum())))));
        }
      }
    }

    /** How long, in scaled time, until all of the account is back; the burst at most. */
    private BigInteger debt(List<Entry> account) {
      BigInteger allBack = scaled(now);
      BigInteger sum = BigInteger.ZERO;
      for (int i = account.size() - 1; i >= 0; i--) {
        sum = sum.add(BigInteger.valueOf(account.get(i).permits));
        allBack = allBack.max(scaled(account.get(i).time).add(sum.multiply(period())));
      }
      return allBack
          .subtract(scaled(now))
          .min(BigInteger.valueOf(limit.burst()).multiply(period()));
    }

    /**
     * Of the spans that end with the last entry; the others were checked before, and can only have
     * got less since. An entry that was taken at a later reading than those behind it, as the clock
     * stepped back, leaves less for them, not more.
     */
    private void assertNoWindowIsOver(List<Entry> account) {
      BigInteger end = account.get(account.size() - 1).time;
      BigInteger sum = BigInteger.ZERO;
      for (int i = account.size() - 1; i >= 0; i--) {
        Entry first = account.get(i);
        if (first.permits == 0) {
          continue; // all was given back
        }
        sum = sum.add(BigInteger.valueOf(first.permits));
        BigInteger length = scaled(end.subtract(first.time));
        if (length.signum() < 0) { // the interval is up to a millionth longer: what is not back yet
          length =
              length.subtract(length.divide(BigInteger.valueOf(1_000_000))).add(BigInteger.ONE);
        }
        assertThat(sum.subtract(BigInteger.valueOf(limit.burst())).multiply(period()))
            .as("permits beyond the burst in a window of %s ns of %s", length, limit)
            .isLessThanOrEqualTo(length);
      }
    }

    // Time counts in nanoseconds times the permits of the period, so that the time per permit is
    // whole.
    private BigInteger scaled(BigInteger nanos) {
      return nanos.multiply(BigInteger.valueOf(limit.permits()));
    }

    private BigInteger period() {
      return BigInteger.valueOf(limit.period().toNanos());
    }
  }

  /**
   * Permits of a key, net of what was given back, and the reading of the clock by which they were
   * taken.
   */
  private static final class Entry {
    private final BigInteger time;
    private long permits;

    Entry(long permits, BigInteger time) {
      this.permits = permits;
      this.time = time;
    }
  }

  /** Permits that may be given back. */
  private record Lent(long key, long word, long before, Entry entry) {}

  /**
   * More than there are slots for in either bucket; some share an overflow word, some have their
   * own.
   */
  private static long[] keys() {
    long[] keys = new long[26];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = i < 10
          ? Hashes.inTheFirstBucket(i)
          : i < 16
              ? Hashes.inTheFirstBucket(i, i)
              : i < 22 ? Hashes.firstInTheFirstBucket(i) : Hashes.inTheSecondBucket(i);
    }
    return keys;
  }

  @Provide
  Arbitrary<Integer> limits() {
    return Arbitraries.integers().between(0, LIMITS.size() - 1);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Kind> kinds = Arbitraries.frequency(
        Tuple.of(24, Kind.TAKE),
        Tuple.of(3, Kind.TAKE_AHEAD),
        Tuple.of(14, Kind.GIVE_BACK),
        Tuple.of(2, Kind.CHARGE),
        Tuple.of(1, Kind.RESET),
        Tuple.of(1, Kind.CHANGE),
        Tuple.of(10, Kind.PASS),
        Tuple.of(1, Kind.STEP_BACK));
    Arbitrary<Integer> keys = Arbitraries.frequencyOf( // mostly one, so that much happens to it
        Tuple.of(3, Arbitraries.of(0, 1)),
        Tuple.of(2, Arbitraries.integers().between(0, KEYS.length - 1)));
    return Combinators.combine(
            kinds,
            keys,
            Arbitraries.doubles().between(0, 0.99),
            Arbitraries.doubles().between(0, 0.99))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(120);
  }
}
