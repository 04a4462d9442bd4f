package dev.flowshield;

/** The one place where the time of the machine is read. */
enum SystemTicker implements Ticker {
  SYSTEM;

  @Override
  public long nanos() {
    return System.nanoTime();
  }
}
