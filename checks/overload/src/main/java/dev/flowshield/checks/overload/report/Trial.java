package dev.flowshield.checks.overload.report;

import dev.flowshield.checks.overload.measure.Result;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One scenario with one protection.
 *
 * @param results a result for each seed
 */
public record Trial(String scenario, String protection, List<Result> results) {

  /** Creates a trial with a copy of the list. */
  public Trial {
    results = List.copyOf(results);
  }

  /**
   * Returns the mean over the seeds in which the number is not NaN; infinite if one is infinite.
   */
  public double mean(ToDoubleFunction<Result> number) {
    return results.stream()
        .mapToDouble(number)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  /** Returns the lowest goodput of all seeds. */
  public double worstGoodput() {
    return results.stream().mapToDouble(Result::goodput).min().orElse(Double.NaN);
  }
}
