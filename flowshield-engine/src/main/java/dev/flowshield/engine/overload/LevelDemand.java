package dev.flowshield.engine.overload;

import dev.flowshield.Criticality;

/** The requests of a window, level by level. Immutable. */
final class LevelDemand {

  private final long[] admitted;
  private final long[] rejected;

  /** Requests that got a place, and that got none, by level; not to be changed. */
  LevelDemand(long[] admitted, long[] rejected) {
    this.admitted = admitted;
    this.rejected = rejected;
  }

  /** Those of a level that got a place. */
  long admitted(int level) {
    return admitted[level];
  }

  /** All of a level. */
  long attempts(int level) {
    return admitted[level] + rejected[level];
  }

  /** All that mean so much. */
  long attempts(Criticality criticality) {
    long attempts = 0;
    int lowest = PriorityLevels.lowest(criticality);
    for (int level = lowest; level < lowest + PriorityLevels.OF_EACH; level++) {
      attempts += attempts(level);
    }
    return attempts;
  }

  /** The part of those that mean so much which got no place. */
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
