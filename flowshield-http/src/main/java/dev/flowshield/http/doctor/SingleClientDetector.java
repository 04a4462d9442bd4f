package dev.flowshield.http.doctor;

/**
 * Detects that nearly all requests come from one client.
 *
 * <p>Threads race for the counts; the next request makes up for a lost one.
 */
final class SingleClientDetector {

  private static final int PERCENT = 95;

  private final int enough;
  private String most = "";
  private int looks;
  private int ofMost;

  /**
   * Creates a detector.
   *
   * @param enough the number of requests to compare
   */
  SingleClientDetector(int enough) {
    this.enough = enough;
  }

  /** Counts a request; returns whether nearly all of the last ones came from its client. */
  boolean isIn(String client) {
    if (looks == 0) {
      most = client;
      ofMost = 0;
    }
    looks++;
    ofMost += client.equals(most) ? 1 : 0;
    if (looks < enough) {
      return false;
    }
    looks = 0;
    return ofMost * 100 >= enough * PERCENT;
  }
}
