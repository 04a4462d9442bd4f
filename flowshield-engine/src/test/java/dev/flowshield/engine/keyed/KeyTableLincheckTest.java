package dev.flowshield.engine.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.allowance.StripedAllowance;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateAlgorithm;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of a few calls answers as some order of the calls would, rejections included:
 * S1 to S3, K1 to K5.
 *
 * <p>Keys with overflow words of their own must never notice whether they have a slot, lose one,
 * or live in the overflow.
 */
@Tag("thorough")
class KeyTableLincheckTest {

  private static final RateLimit LIMIT =
      RateLimit.of(1, Duration.ofNanos(AllowanceModel.INTERVAL)).withBurst(AllowanceModel.BURST);

  // Each invocation fills a table first, which the checker follows step by step. More with
  // -Dflowshield.lincheck.iterations=100.
  private static final int ITERATIONS = Integer.getInteger("flowshield.lincheck.iterations", 4);
  private static final int INVOCATIONS = 50 * ITERATIONS;

  @Test
  void aSingleWordIsLinearizable() {
    modelChecking().invocationsPerIteration(10 * INVOCATIONS).check(OneWord.class);
    stress().invocationsPerIteration(10 * INVOCATIONS).check(OneWord.class);
  }

  @Test
  void aFullTableIsLinearizableWhileSlotsChangeHands() { // K1 to K4
    assertThat(new FullTable().isFull()).isTrue();
    modelChecking().check(FullTable.class);
    stress().check(FullTable.class);
  }

  @Test
  void aTableIsLinearizableWhileItGrows() { // K5
    assertThat(new GrowingTable().isAboutToGrow()).isTrue();
    modelChecking().check(GrowingTable.class);
    stress().check(GrowingTable.class);
  }

  /**
   * Permits are conserved in the end; a rejection for permits that another takes and gives back at
   * that moment is legal, so nothing else is.
   */
  @Test
  void givingBackToAKeyOfATableConservesPermits() { // K6, B1
    conserving().check(GivingBack.class);
  }

  @Test
  void takingFromTwoLimitsConservesPermitsOfEach() {
    conserving().check(TwoLimits.class);
  }

  @Test
  void aSingleWordIsLinearizableWhileItsLimitIsChanged() { // L1
    modelChecking().check(ChangingWord.class);
  }

  private static ModelCheckingOptions conserving() {
    return new ModelCheckingOptions()
        .sequentialSpecification(AnyAnswer.class)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(0)
        .iterations(ITERATIONS)
        .invocationsPerIteration(INVOCATIONS);
  }

  private static ModelCheckingOptions modelChecking() {
    return new ModelCheckingOptions()
        .sequentialSpecification(AllowanceModel.class)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(2)
        .iterations(ITERATIONS)
        .invocationsPerIteration(INVOCATIONS);
  }

  private static StressOptions stress() {
    return new StressOptions()
        .sequentialSpecification(AllowanceModel.class)
        .threads(3)
        .actorsPerThread(3)
        .iterations(ITERATIONS)
        .invocationsPerIteration(INVOCATIONS);
  }

  /** One word, half a permit before the shifted time wraps around. */
  public static class OneWord {
    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - AllowanceModel.INTERVAL / 2);
    private final Allowance limit = new StripedAllowance(new Gcra(LIMIT), time::get);

    @Operation
    public boolean take() {
      return limit.tryTake(1, 1);
    }

    @Operation
    public void tick() {
      time.addAndGet(AllowanceModel.INTERVAL / 2);
    }
  }

  /** One word, whose limit is replaced by one that is the same. */
  public static class ChangingWord {
    private static final RateAlgorithm OTHER = new Gcra(LIMIT);
    private final Allowance limit = new StripedAllowance(new Gcra(LIMIT), () -> 0);

    @Operation
    public boolean take() {
      return limit.take(1, 1, 0) != RateAlgorithm.REJECTED;
    }

    @Operation
    public void change() {
      limit.changeTo(OTHER);
    }
  }

  /**
   * A model that is content with every answer; what is checked is told by the operations, none of
   * which answers anything.
   */
  public static class AnyAnswer {
    public void take() {}

    public void takeAndGiveBack() {}
  }

  /** A key of a table, whose permits are taken and given back. */
  public static class GivingBack {
    private static final long KEY = Hashes.inTheFirstBucket(1);
    private final KeyTable table = new KeyTable(new Gcra(LIMIT), () -> 0, 1);
    private final AtomicLong net = new AtomicLong();

    @Operation
    public void take() {
      if (table.take(KEY, 1, 0) != RateAlgorithm.REJECTED) {
        net.incrementAndGet();
      }
    }

    @Operation
    public void takeAndGiveBack() {
      long before = table.ledger(KEY).stamp(KEY);
      long taken = table.take(KEY, 1, 0);
      if (taken != RateAlgorithm.REJECTED) {
        table.ledger(KEY).refund(KEY, taken, before, 1);
      }
    }

    @Validate
    public void nothingIsOver() {
      long remaining = table.remaining(KEY, 0);
      if (remaining + net.get() > AllowanceModel.BURST) {
        throw new AssertionError(net + " taken, " + remaining + " remaining");
      }
    }
  }

  /** Two limits, the second of which has fewer permits. */
  public static class TwoLimits {
    private final Allowance roomy = new StripedAllowance(new Gcra(LIMIT.withBurst(3)), () -> 0);
    private final Allowance narrow = new StripedAllowance(new Gcra(LIMIT), () -> 0);
    private final Allowances limits = new Allowances(List.of(roomy, narrow));
    private final AtomicLong net = new AtomicLong();

    @Operation
    public void take() {
      if (limits.take(1, 1, 0)) {
        net.incrementAndGet();
      }
    }

    @Operation
    public void takeAndGiveBack() {
      long[] rows = limits.rows(1, 1);
      if (limits.take(rows, 0, 2, 0)) {
        limits.refund(rows);
      }
    }

    @Validate
    public void allIsAccountedFor() {
      long left = roomy.remaining(1, 0);
      long leftOfNarrow = narrow.remaining(1, 0);
      if (left + net.get() > 3 || leftOfNarrow + net.get() > AllowanceModel.BURST) {
        throw new AssertionError(net + " taken, " + left + " and " + leftOfNarrow + " remaining");
      }
    }
  }

  /** A table, and keys that are new to it. */
  @Param(name = "key", gen = IntGen.class, conf = "0:1")
  public abstract static class Table {
    private static final SipHash HASH = new SipHash(1, 2); // the same places in every run
    final AtomicLong time = new AtomicLong();
    final KeyTable table;
    private final long[] keys = new long[2];

    Table(int maxKeys) {
      table = new KeyTable(new Gcra(LIMIT), time::get, maxKeys);
      keys[0] = HASH.hash("alice");
      keys[1] = HASH.hash("bob");
    }

    void fill(int count) {
      for (int i = 0; i < count; i++) {
        table.take(HASH.hash("other-" + i), AllowanceModel.BURST, AnswerFactory.YES_OR_NO);
      }
    }

    @Operation
    public boolean take(@Param(name = "key") int key) {
      return table.take(keys[key], 1, AnswerFactory.YES_OR_NO);
    }

    @Operation
    public void tick() {
      time.addAndGet(AllowanceModel.INTERVAL / 2);
    }
  }

  /**
   * Every slot belongs to a key in debt, until enough time has passed; so keys begin in the
   * overflow and move.
   */
  public static class FullTable extends Table {
    public FullTable() {
      super(1);
      fill(30);
    }

    boolean isFull() {
      return table.tracked() == table.capacity() && table.overflowed() > 0;
    }
  }

  /**
   * One slot is free in the only bucket, the others belong to keys in debt: the first key
   * takes it, the second makes the segment grow.
   */
  public static class GrowingTable extends Table {
    public GrowingTable() {
      super(60);
      fill(7);
    }

    boolean isAboutToGrow() {
      return table.tracked() == 7 && table.capacity() > 80;
    }
  }
}
