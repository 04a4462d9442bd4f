package dev.flowshield.engine.limiter;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.HotAllowance;
import dev.flowshield.engine.allowance.StackRoom;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.spi.RateAlgorithm;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a limiter as they are now, and the allowances that keep them: a table for the keys
 * of each, and one for the calls without a key, made when the first such call comes. Thread-safe.
 */
abstract class CurrentLimits {

  final Ticker ticker;
  private final @Nullable Function<RateLimit, RateAlgorithm> formula;
  private final LimiterSpec spec;
  private final Allowances keys;
  private final List<KeyTable> tables;
  private final ReentrantLock changing = new ReentrantLock(); // one change at a time
  private volatile Rules rules;
  private volatile @Nullable Allowances keyless; // until a call without a key comes

  CurrentLimits(
      @Nullable Function<RateLimit, RateAlgorithm> formula,
      List<RateAlgorithm> algorithms,
      LimiterSpec spec) {
    this.formula = formula;
    this.spec = spec;
    this.ticker = spec.ticker();
    this.tables = algorithms.stream()
        .map(algorithm -> new KeyTable(algorithm, ticker, spec.maxKeys()))
        .toList();
    this.keys = new Allowances(tables);
    this.rules = Rules.of(spec.limits());
  }

  final Rules rules() {
    return rules;
  }

  final Allowances keys() {
    return keys;
  }

  /** The allowances of the calls without a key, by limit. */
  public final Allowances keyless() {
    Allowances known = keyless;
    return known != null ? known : makeKeyless();
  }

  private Allowances makeKeyless() {
    StackRoom.require();
    changing.lock();
    try {
      Allowances known = keyless;
      if (known == null) {
        known = new Allowances(tables.stream()
            .map(table -> new HotAllowance(table.algorithm(), ticker))
            .toList());
        keyless = known;
      }
      return known;
    } finally {
      changing.unlock();
    }
  }

  /** Whether a formula makes an algorithm of any limit. */
  final boolean canChange() {
    return formula != null;
  }

  /** Goes on with other limits, as many as before. */
  final void change(List<RateLimit> limits) {
    if (formula == null || limits.size() != keys.size()) {
      throw new IllegalArgumentException("limits must be " + keys.size()
          + ", as many as before, got " + limits + ": make a new limiter for more or fewer");
    }
    Rules next = Rules.of(List.copyOf(limits));
    StackRoom.require();
    changing.lock();
    try {
      Allowances others = keyless;
      int each = others == null ? 1 : 2;
      keys.after(others).change(rules.limits(each), next.limits(each), formula);
      rules = next;
    } finally {
      changing.unlock();
    }
  }

  /** The allowances of all keys but the empty one, by limit. */
  public final List<KeyTable> tables() {
    return tables;
  }

  /** What it was asked to be; its limits may have changed since. */
  public final LimiterSpec spec() {
    return spec;
  }

  /** How it would keep a limit; null if it could not. */
  public final @Nullable RateAlgorithm algorithm(RateLimit limit) {
    try {
      return formula == null ? null : formula.apply(limit);
    } catch (IllegalArgumentException outOfRange) {
      return null;
    }
  }

  /** The limits as they are now. */
  public final List<RateLimit> limits() {
    return rules.limits();
  }

  /** While a thread holds it, no other changes the limits. */
  public final Lock changes() {
    return changing;
  }

  /** Where this limiter reads the time. */
  public final Ticker ticker() {
    return ticker;
  }
}
