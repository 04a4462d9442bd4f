package dev.flowshield.benchmarks.report;

import java.util.Comparator;
import java.util.List;

/**
 * The measurements of one run. Rows and numbers that were not measured are missing.
 *
 * @param rows the rows of the benchmarks
 * @param heaps the rows of the footprints
 */
record Run(List<Row> rows, List<Heap> heaps) {

  Row find(String suite, String name, int threads) {
    return find(suite, name, 0, "", threads);
  }

  Row find(String suite, String name, int clients, String keys, int threads) {
    return rows.stream()
        .filter(
            row -> row.suite().equals(suite) && row.name().equals(name) && row.threads() == threads)
        .filter(row -> row.clients() == clients && row.keys().equals(keys))
        .findFirst()
        .orElse(Row.missing(suite, name));
  }

  /** Returns the fastest peer of a suite in a call. */
  Row fastestPeer(String suite, String call) {
    return rows.stream()
        .filter(row -> row.suite().equals(suite) && row.isPeer() && row.name().endsWith(call))
        .min(Comparator.comparingDouble(Row::nanos))
        .orElse(Row.missing(suite, "every peer"));
  }

  double bytes(String name, int clients) {
    return heaps.stream()
        .filter(heap -> heap.name().equals(name) && heap.clients() == clients)
        .mapToDouble(Heap::bytes)
        .findFirst()
        .orElse(Double.NaN);
  }
}
