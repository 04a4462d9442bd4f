package dev.flowshield.engine;

/** Clients are not told apart. */
record NoClientLimit(FlowShield shield) implements ClientLimit {

  @Override
  public Admission take(String key, long hash, long permits, long now) {
    return new Admitted(shield);
  }

  @Override
  public long maxPermits() {
    return Long.MAX_VALUE;
  }
}
