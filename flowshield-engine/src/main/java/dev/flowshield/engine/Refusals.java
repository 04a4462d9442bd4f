package dev.flowshield.engine;

/** Counts refusals, and tells those who want to know. Thread-safe; writes nothing shared but counts. */
final class Refusals {

  /** A limit has refused a request of a key. */
  OverLimit refused(NamedLimit limit, String key, long hash, OverLimit refusal, long now) {
    limit.countRefused();
    return refusal;
  }

  /** A shadow limit would have refused a request that was admitted. */
  void wouldRefuse(NamedLimit limit, String key, long hash, long now) {
    limit.countRefused();
  }
}
