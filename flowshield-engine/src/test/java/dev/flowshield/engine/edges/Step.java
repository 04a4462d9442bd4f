package dev.flowshield.engine.edges;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * What is done: to which key, with how many permits (a share of the burst), and a number for
 * whatever else is to choose.
 */
record Step<K>(K kind, int key, double share, double other) {

  /** One step or more, each of one of the kinds and for one of so many keys. */
  static <K> Arbitrary<List<Step<K>>> lists(Arbitrary<K> kinds, int keys, int most) {
    Arbitrary<Double> shares = Arbitraries.doubles().between(0, 0.99);
    return Combinators.combine(kinds, Arbitraries.integers().between(0, keys - 1), shares, shares)
        .as((kind, key, share, other) -> new Step<>(kind, key, share, other))
        .list()
        .ofMinSize(1)
        .ofMaxSize(most);
  }
}
