package dev.flowshield.engine.overload;

import dev.flowshield.Criticality;

/** The requests of a window, level by level. Immutable. */
final class LevelDemand {

  private final long[] admitted;
  private final long[] rejected;

  /** Requests that got a slot, and rejected ones, by level; not to be changed. */
  LevelDemand(long[] admitted, long[] rejected) {
    this.admitted = admitted;
    this.rejected = rejected;
  }

  /** Returns the requests of a level that got a slot. */
  long admitted(int level) {
    return admitted[level];
  }

  /** Returns all requests of a level. */
  long attempts(int level) {
    return admitted[level] + rejected[level];
  }

  /** Returns all requests of a criticality. */
  long attempts(Criticality criticality) {
    long attempts = 0;
    int lowest = PriorityLevels.lowest(criticality);
    for (int level = lowest; level < lowest + PriorityLevels.OF_EACH; level++) {
      attempts += attempts(level);
    }
    return attempts;
  }

  /** Returns the part of those of a criticality that got no slot. */
  double rejectedShare(Criticality criticality) {
    long none = 0;
    int lowest = PriorityLevels.lowest(criticality);
    for (int level = lowest; level < lowest + PriorityLevels.OF_EACH; level++) {
      none += rejected[level];
    }
    long all = attempts(criticality);
    return all == 0 ? 0 : (double) none / all;
  }
}
