package dev.flowshield.engine;

/**
 * Places in flight whose work has ended, but which were not given back: the stack of that thread ended at the call that would have.
 * They are given back once a place is missed, or counted.
 */
final class LeftBehind {
  /*
   * Written in a block that is synchronized on this object and calls nothing. To enter a monitor is the one exact thing that can
   * still be done at the end of a stack, as it is no call; and no thread waits for long for a block without a call.
   */
  volatile int places;
}
