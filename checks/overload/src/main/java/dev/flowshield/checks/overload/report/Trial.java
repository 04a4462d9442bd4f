package dev.flowshield.checks.overload.report;

import dev.flowshield.checks.overload.measure.Result;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One scenario with one protection.
 *
 * @param results one for each seed
 */
public record Trial(String scenario, String protection, List<Result> results) {

  /** Keeps a copy. */
  public Trial {
    results = List.copyOf(results);
  }

  /** The mean over the seeds in which the number means something; infinite if one is. */
  public double mean(ToDoubleFunction<Result> number) {
    return results.stream()
        .mapToDouble(number)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  /** The least goodput of all seeds. */
  public double worstGoodput() {
    return results.stream().mapToDouble(Result::goodput).min().orElse(Double.NaN);
  }
}
